import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findCutPrompt } from '../../../../src/actors/llm/ollama/cut-prompt.ts'

const test = suite('prompts that Ollama cut')

const words = (count: number): string => 'word '.repeat(count)

interface Prompt {
  text: string
  read: number
  num_ctx?: number
}

const CASES: [string, Prompt, { sent: number; read: number } | undefined][] = [
  ['as many tokens as the window holds', { text: words(10), read: 512, num_ctx: 512 }, { sent: 512, read: 512 }],
  ['fewer than its window holds', { text: words(10), read: 511, num_ctx: 512 }, undefined],
  ['fewer than the words, in an unknown window', { text: words(6_000), read: 4_096 }, { sent: 6_000, read: 4_096 }],
  ['a few less than the words, which a template may have dropped', { text: words(100), read: 95 }, undefined],
  ['no count, as the cache held it whole', { text: words(6_000), read: 0, num_ctx: 2_048 }, undefined],
]
for (const [title, { text, read, num_ctx }, cut] of CASES)
  test(`${title}: ${cut === undefined ? 'no warning' : 'cut'}`, () => {
    const usage = { input_tokens: read, cached_tokens: 0, output_tokens: 1 }
    const params = num_ctx === undefined ? {} : { num_ctx }
    const messages = [
      { role: 'system', content: words(50_000) },
      { role: 'user', content: text },
    ] as const
    const found = findCutPrompt({ model: 'a', messages, params }, { text: '', toolCalls: [], finish: 'stop', usage })
    assert.equal(found.cutPrompt, cut)
  })

test.run()
