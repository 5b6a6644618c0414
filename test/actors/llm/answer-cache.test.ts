import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toAnswerKey } from '../../../src/actors/llm/answer-cache.ts'
import { hashBytes } from '../../../src/core/hash.ts'
import type { LlmInput, LlmInputMessage } from '../../../src/core/llm.ts'

const ASKED: LlmInput = {
  model: 'openai/small',
  messages: [{ role: 'user', content: 'Bug or question?' }],
  params: { temperature: 0.2, max_tokens: 100 },
  cache_ms: 1_000,
  call: 0,
}

const keyOf = (change: Partial<LlmInput> = {}, address?: string): string =>
  toAnswerKey({ ...ASKED, ...change }, address)

const withImage = (image: NonNullable<Extract<LlmInputMessage, { role: 'user' }>['images']>[number]): string =>
  keyOf({ messages: [{ role: 'user', content: 'What is it?', images: [image] }] })

const BYTES = Buffer.from('a picture')
const TOOL = { name: 'http.get', description: 'Gets a page.', input: {} }

const test = suite('the key of an answer')

const SAME: [string, Partial<LlmInput>][] = [
  ['the order of parameters', { params: { max_tokens: 100, temperature: 0.2 } }],
  ['which call of the run it is', { call: 7 }],
  ['whether it is streamed', { stream: true }],
  ['how long it is kept', { cache_ms: 5 }],
]
for (const [what, change] of SAME)
  test(`${what} makes no other key`, () => {
    assert.is(keyOf(change), keyOf())
  })

const OTHER: [string, Partial<LlmInput>][] = [
  ['another model', { model: 'openai/large' }],
  ['another provider', { model: 'azure/small' }],
  ['another prompt', { messages: [{ role: 'user', content: 'Bug or idea?' }] }],
  ['another system prompt', { messages: [{ role: 'system', content: 'Be brief.' }, ...ASKED.messages] }],
  ['another parameter', { params: { temperature: 0.3, max_tokens: 100 } }],
  ['no parameter', { params: {} }],
  ['a type of the answer', { returns: { type: 'object' } }],
  ['a tool', { tools: [TOOL] }],
]
for (const [what, change] of OTHER)
  test(`${what} makes another key`, () => {
    assert.is.not(keyOf(change), keyOf())
  })

test('another description or input of a tool makes another key', () => {
  const keys = [TOOL, { ...TOOL, description: 'Fetches.' }, { ...TOOL, input: { type: 'object' } }]
  assert.is(new Set(keys.map((tool) => keyOf({ tools: [tool] }))).size, 3)
})

test('another server under the same name makes another key', () => {
  assert.is(new Set([keyOf(), keyOf({}, 'http://127.0.0.1:1/v1'), keyOf({}, 'http://127.0.0.1:2/v1')]).size, 3)
})

test('a limit by the budget is not part of the key, and a limit by the workflow is', () => {
  const asked = (max_tokens: number): string =>
    keyOf({ params: { temperature: 0.2, max_tokens }, max_tokens_by: 'budget' })
  assert.is(asked(300), asked(8_192))
  assert.is(asked(300), keyOf({ params: { temperature: 0.2 } }))
  assert.is.not(asked(100), keyOf())
})

test('an image counts by its bytes and type, however it was given', () => {
  const blob = { $blob: hashBytes(BYTES), media_type: 'image/png', size: BYTES.length, name: 'a.png' }
  const base64 = BYTES.toString('base64')
  assert.is(withImage(blob), withImage({ media_type: 'image/png', base64 }))
  assert.is(withImage(blob), withImage({ ...blob, name: 'b.png' }))
  const others = [
    withImage({ media_type: 'image/jpeg', base64 }),
    withImage({ media_type: 'image/png', base64: Buffer.from('another').toString('base64') }),
    withImage({ url: 'https://a.example/a.png' }),
    withImage({ url: 'https://a.example/b.png' }),
  ]
  assert.is(new Set([withImage(blob), ...others]).size, 5)
})

test.run()
