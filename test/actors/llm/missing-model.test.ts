import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describePull, type MissingModel } from '../../../src/actors/llm/missing-model.ts'

const test = suite('a missing model')

const AT_HOME: MissingModel = { name: 'ollama', kind: 'ollama', model: 'llama3.2', url: 'http://127.0.0.1:11434' }

const COMMANDS: [string, Partial<MissingModel>, string | undefined][] = [
  ['Ollama', {}, 'ollama pull llama3.2'],
  ['Ollama at the address of its variable', { url: 'http://gpu.example:11434' }, 'ollama pull llama3.2'],
  ['Ollama of the config, on this machine', { name: 'mine' }, 'ollama pull llama3.2'],
  [
    'Ollama of the config, elsewhere',
    { name: 'gpu', url: 'http://gpu.example:9000' },
    'OLLAMA_HOST=http://gpu.example:9000 ollama pull llama3.2',
  ],
  [
    "Ollama by OpenAI's interface",
    { name: 'mine', kind: 'openai', url: 'http://127.0.0.1:11434/v1' },
    'ollama pull llama3.2',
  ],
  ['a name that a shell would read', { model: "a'; rm b" }, "ollama pull 'a'\\''; rm b'"],
  ['another server', { name: 'own', kind: 'openai', url: 'http://127.0.0.1:8000/v1' }, undefined],
]
for (const [who, missing, command] of COMMANDS)
  test(`${who}: ${command ?? 'no command gets it'}`, () => {
    assert.is(describePull({ ...AT_HOME, ...missing }), command)
  })

test.run()
