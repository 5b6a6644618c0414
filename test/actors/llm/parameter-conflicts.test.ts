/** Parameters that a vendor refuses together, where expressions give them: the check has found the others. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { expectServer } from '../../../src/actors/llm/providers.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import type { LlmMessage } from '../../../src/core/llm.ts'
import { catchFault } from '../../support/catch-fault.ts'
import { startHttpServer } from '../../support/http-server.ts'

const test = suite('parameters that exclude each other')

const HELLO: LlmMessage[] = [{ role: 'user', content: 'Hello' }]
const BEGUN: LlmMessage[] = [...HELLO, { role: 'assistant', content: 'He' }]
const TALK: LlmMessage[] = [...BEGUN, { role: 'user', content: 'And then?' }]

type Case = [model: string, params: JsonObject, says?: string | undefined, messages?: LlmMessage[]]

const CASES: readonly Case[] = [
  [
    'anthropic/claude-haiku-4-5',
    { reasoning: 'low', tool_choice: 'required' },
    `'tool_choice' is refused by 'anthropic/claude-haiku-4-5' beside reasoning: low: expected 'auto' or 'none', got "required"\nwrite tool_choice: auto, or write reasoning: none`,
  ],
  ['anthropic/claude-haiku-4-5', { reasoning: 'low', tool_choice: 'http_get' }, "'tool_choice' is refused"],
  [
    'anthropic/claude-haiku-4-5',
    { reasoning: 'low', tool_choice: 'auto', temperature: 1, top_p: 0.95 },
    "'top_p' is refused by 'anthropic/claude-haiku-4-5' beside temperature: 1: expected none",
  ],
  ['anthropic/claude-haiku-4-5', { reasoning: 'low', tool_choice: 'none', top_p: 0.95 }],
  ['anthropic/claude-haiku-4-5', { reasoning: 'none', tool_choice: 'required', temperature: 0 }],
  ['anthropic/claude-haiku-4-5', { reasoning: 'low', temperature: 0 }, "'temperature' is refused"],
  ['anthropic/claude-haiku-4-5', { reasoning: 'low', top_p: 0.9 }, 'expected a number from 0.95 to 1, got 0.9'],
  ['anthropic/claude-haiku-4-5', { reasoning: 'low' }, 'end with a message of the user, or write reasoning', BEGUN],
  ['anthropic/claude-haiku-4-5', { reasoning: 'low' }, undefined, TALK],
  ['anthropic/claude-haiku-4-5', {}, undefined, BEGUN],
  ['anthropic/claude-sonnet-4-6', {}, 'end with a message of the user, or name another model', BEGUN],
  ['anthropic/claude-opus-4-20250514', { temperature: 0.5, top_p: 0.9 }],
  ['anthropic/claude-opus-4-1', { temperature: 0.5, top_p: 0.9 }, 'remove top_p, or remove temperature'],
  [
    'anthropic/claude-opus-4-7',
    { temperature: 0.5 },
    "'temperature' is refused by 'anthropic/claude-opus-4-7': expected 1",
  ],
  ['anthropic/a-model-of-a-gateway', { temperature: 0.5, top_p: 0.9 }, undefined, BEGUN],
  ['openai/o3-mini', { temperature: 0.5 }, 'remove temperature, or name another model'],
  ['openai/gpt-5-mini', { top_p: 0.5, reasoning: 'none' }, "'top_p' is refused"],
  ['openai/gpt-5-mini', { stop: 'END' }, "'stop' is refused"],
  ['openai/gpt-5-mini', { temperature: 1, presence_penalty: 0, seed: 1 }],
  ['openai/gpt-5-chat-latest', { temperature: 0.5 }],
  ['openai/gpt-5.2', { temperature: 0.5 }],
  ['openai/gpt-5.2', { temperature: 0.5, reasoning: 'none' }],
  ['openai/gpt-5.2', { temperature: 0.5, reasoning: 'low' }, 'beside reasoning: low'],
  ['openai/qwen3', { temperature: 0.5, reasoning: 'low', stop: 'END' }],
  ['openai/o1', { parallel_tool_calls: true }, "'parallel_tool_calls' is refused"],
  ['azure/gpt-5', { frequency_penalty: 1 }, "'frequency_penalty' is refused"],
  ['azure/our-deployment', { temperature: 0.5 }],
  ['deepseek/deepseek-reasoner', { tool_choice: 'http_get' }, "'tool_choice' is refused"],
  ['deepseek/deepseek-chat', { tool_choice: 'required' }],
  ['xai/grok-4', { stop: 'END' }, "'stop' is refused"],
  ['xai/grok-4-fast-non-reasoning', { stop: 'END' }],
  ['groq/qwen3', { temperature: 0.5, reasoning: 'low', tool_choice: 'required' }],
]

for (const [name, params, says, messages = HELLO] of CASES) {
  const end = messages === BEGUN ? ' and the begin of an answer' : ''
  test(`${name} with ${JSON.stringify(params)}${end} ${says === undefined ? 'is asked' : 'is refused, and nothing is sent'}`, async () => {
    const { url, requests, stop } = await startHttpServer((_request, response) => void response.writeHead(500).end())
    const [kind = '', model = ''] = name.split('/')
    const provider = await expectServer(kind).create({ apiKey: 'a-key-of-some-length', baseUrl: url })
    const options = { signal: new AbortController().signal, onText: undefined }
    const fault = await catchFault(() => provider.call({ model, messages, params }, options))
    await stop()
    if (says === undefined) return assert.equal([fault.code, requests.length], ['unavailable', 1], fault.message)
    assert.equal([fault.code, fault.retryable, requests.length], ['invalid_input', false, 0])
    assert.ok(fault.message.includes(says), fault.message)
  })
}

test.run()
