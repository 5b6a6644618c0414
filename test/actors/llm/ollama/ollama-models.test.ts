import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ollama } from '../../../../src/actors/llm/ollama/index.ts'
import { isSameOllamaModel } from '../../../../src/actors/llm/ollama/ollama-models.ts'
import { openai } from '../../../../src/actors/llm/openai/index.ts'
import type { MissingModel, ModelServer } from '../../../../src/actors/llm/provider-definition.ts'

const test = suite('models of Ollama')

interface Missing extends MissingModel {
  server: ModelServer
}

const AT_HOME: Missing = { name: 'ollama', server: ollama, model: 'llama3.2', url: 'http://127.0.0.1:11434' }

const COMMANDS: [string, Partial<Missing>, string | undefined][] = [
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
    { name: 'mine', server: openai, url: 'http://127.0.0.1:11434/v1' },
    'ollama pull llama3.2',
  ],
  ['a name that a shell would read', { model: "a'; rm b" }, "ollama pull 'a'\\''; rm b'"],
  ['another server', { name: 'own', server: openai, url: 'http://127.0.0.1:8000/v1' }, undefined],
]
for (const [who, missing, command] of COMMANDS)
  test(`${who}: ${command ?? 'no command'}`, () => {
    const { server, ...model } = { ...AT_HOME, ...missing }
    assert.is(server.pull?.(model), command)
  })

const SAME: [string, string, boolean][] = [
  ['llama3.2', 'llama3.2:latest', true],
  ['llama3.2', 'llama3.2:1b', false],
  ['Llama3.2', 'llama3.2:latest', true],
  ['library/qwen3', 'qwen3:latest', true],
  ['registry.ollama.ai/library/qwen3:8b', 'qwen3:8b', true],
  ['localhost:5000/me/qwen3', 'localhost:5000/me/qwen3:latest', true],
  ['me/qwen3', 'qwen3', false],
]
for (const [one, other, isSame] of SAME)
  test(`for Ollama ${one} and ${other} are ${isSame ? 'one model' : 'two'}`, () => {
    assert.is(isSameOllamaModel(one, other), isSame)
  })

test.run()
