import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ollama } from '../../../../src/actors/llm/ollama/index.ts'
import { toOllamaBody } from '../../../../src/actors/llm/ollama/ollama-request.ts'
import type { LlmRequest } from '../../../../src/actors/llm/provider.ts'
import { catchFault } from '../../../support/catch-fault.ts'

const toBody = (request: Partial<LlmRequest>) =>
  toOllamaBody(
    { model: 'llama3.2', messages: [{ role: 'user', content: 'Hello' }], params: {}, ...request },
    { inWords: ollama.asksInWords?.({ model: 'llama3.2', hasTools: request.tools !== undefined }) === true },
  )

const returns = { type: 'object' }
const tools = [{ name: 'look', description: 'Looks.', input: { type: 'object' } }]

const test = suite('requests to ollama')

test('beside tools the schema is asked for in words: `format` would keep the model from calling them', () => {
  const { format, messages } = toBody({ returns, tools })
  assert.is(format, undefined)
  assert.match(messages?.[0]?.content ?? '', '{"type":"object"}')
  assert.equal(toBody({ returns }).format, returns)
})

test('an image goes as bytes, so that no file of its name is read', () => {
  const images = [{ media_type: 'image/png', base64: '/etc' }]
  const { messages } = toBody({ messages: [{ role: 'user', content: 'What?', images }] })
  assert.ok(messages?.[0]?.images?.[0] instanceof Uint8Array)
})

for (const [reasoning, think] of [
  ['high', 'high'],
  ['none', false],
  [true, true],
] as const)
  test(`reasoning ${String(reasoning)} is think ${String(think)}`, () => {
    assert.is(toBody({ params: { reasoning } }).think, think)
  })

test('an image by URL is the fault invalid_input', async () => {
  const images = [{ url: 'https://a.example/b.png' }]
  const asking = async () => toBody({ messages: [{ role: 'user', content: 'What?', images }] })
  assert.is((await catchFault(asking)).code, 'invalid_input')
})

test('num_ctx is an option, and keep_alive a field of the request', () => {
  const { options, keep_alive } = toBody({ params: { num_ctx: 8192, keep_alive: '10m' } })
  assert.equal([options, keep_alive], [{ num_ctx: 8192 }, '10m'])
})

test.run()
