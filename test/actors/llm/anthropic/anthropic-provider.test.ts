/** Behaviour of Anthropic beyond the contract. */
import { inspect } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { LlmAnswer } from '../../../../src/actors/llm/provider.ts'
import type { JsonObject } from '../../../../src/core/json.ts'
import type { LlmMessage } from '../../../../src/core/llm.ts'
import { anthropicWire, encodeEvent } from '../../../support/wire/anthropic.ts'
import { askProvider, catchProviderFault, PLANTED_KEY } from '../../../support/wire/ask-provider.ts'
import type { WireReply } from '../../../support/wire/wire.ts'
import { startWireServer, type WireServer } from '../../../support/wire/wire-server.ts'

const vendor = anthropicWire
let server: WireServer

const test = suite('Anthropic')
test.before(async () => {
  server = await startWireServer(vendor)
})
test.after(() => server.stop())

const start = (usage: JsonObject = { input_tokens: 3, output_tokens: 1 }): JsonObject => ({
  type: 'message_start',
  message: { type: 'message', content: [], stop_reason: null, usage },
})

const block = (index: number, content_block: JsonObject, ...deltas: JsonObject[]): JsonObject[] => [
  { type: 'content_block_start', index, content_block },
  ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
  { type: 'content_block_stop', index },
]

const stop = (stop_reason: string, more: JsonObject = {}): JsonObject[] => [
  { type: 'message_delta', delta: { stop_reason, ...more }, usage: { output_tokens: 20 } },
  { type: 'message_stop' },
]

const streamEvents = (...events: JsonObject[]) => {
  const body = events.map(encodeEvent).join('')
  server.answerWith({ kind: 'raw', body, contentType: 'text/event-stream' })
  return askProvider({ vendor, server }, {}, { stream: true })
}

const answerWhole = (message: JsonObject) => {
  const body = JSON.stringify({ type: 'message', stop_reason: 'end_turn', content: [], ...message })
  server.answerWith({ kind: 'raw', body, contentType: 'application/json' })
  return askProvider({ vendor, server })
}

const TEXT = block(0, { type: 'text', text: '' }, { type: 'text_delta', text: 'Paris' })

test('tokens read from the cache and written to it are input; only read ones are cached', async () => {
  const usage = { input_tokens: 10, cache_read_input_tokens: 300, cache_creation_input_tokens: 200, output_tokens: 1 }
  const streamed = await streamEvents(start(usage), ...TEXT, ...stop('end_turn'))
  assert.equal(streamed.answer.usage, {
    input_tokens: 510,
    cached_tokens: 300,
    cache_write_tokens: 200,
    output_tokens: 20,
  })
  const whole = await answerWhole({ usage: { ...usage, output_tokens: 20 } })
  assert.equal(whole.answer.usage, streamed.answer.usage)
})

test('a later count in a stream replaces the first, and null replaces none', async () => {
  const delta = { type: 'message_delta', delta: { stop_reason: 'end_turn' } }
  const usage = { input_tokens: 44, cache_read_input_tokens: null, output_tokens: 9 }
  const { answer } = await streamEvents(
    start({ input_tokens: 3, cache_read_input_tokens: 5, output_tokens: 1 }),
    ...TEXT,
    { ...delta, usage },
    { type: 'message_stop' },
  )
  assert.equal(answer.usage, { input_tokens: 49, cached_tokens: 5, output_tokens: 9 })
})

const THINKING: JsonObject[] = block(
  0,
  { type: 'thinking', thinking: '', signature: '' },
  { type: 'thinking_delta', thinking: 'Hm' },
  { type: 'thinking_delta', thinking: 'm.' },
  { type: 'signature_delta', signature: 'EqQB' },
)
const REDACTED: JsonObject = { type: 'redacted_thinking', data: 'Xyz' }
const CALL: JsonObject[] = block(
  2,
  { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} },
  { type: 'input_json_delta', partial_json: '{"a"' },
  { type: 'input_json_delta', partial_json: ': 1}' },
)

test('thoughts are not part of the text, and are kept with the call behind them', async () => {
  const events = [start(), ...THINKING, ...block(1, REDACTED), ...CALL, ...stop('tool_use')]
  const { answer, pieces } = await streamEvents(...events)
  assert.equal([answer.text, pieces], ['', []])
  const thought = { type: 'thinking', thinking: 'Hmm.', signature: 'EqQB' }
  assert.equal(answer.toolCalls, [
    {
      id: 'toolu_1',
      name: 'f',
      arguments: '{"a": 1}',
      opaque: { anthropic_blocks: [thought, REDACTED, { type: 'tool_use' }] },
    },
  ])
  const content = [thought, REDACTED, { type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: 1 } }]
  const whole = await answerWhole({ content, stop_reason: 'tool_use' })
  assert.equal(whole.answer.toolCalls, [{ ...answer.toolCalls[0], arguments: '{"a":1}' }])
})

test('arguments that the limit cut off stay as they were written', async () => {
  const { answer } = await streamEvents(start(), ...CALL.slice(0, 2), ...stop('max_tokens'))
  assert.equal([answer.finish, answer.toolCalls[0]?.arguments], ['length', '{"a"'])
})

test('a full window is a cut answer', async () => {
  const { answer } = await streamEvents(start(), ...TEXT, ...stop('model_context_window_exceeded'))
  assert.is(answer.finish, 'length')
})

test('a refusal before the first word has its reason as its text', async () => {
  const stop_details = { type: 'refusal', category: 'cyber', explanation: 'This could do harm.' }
  const { answer } = await streamEvents(start(), ...stop('refusal', { stop_details }))
  assert.equal([answer.finish, answer.text], ['refused', 'This could do harm.'])
  const whole = await answerWhole({ stop_reason: 'refusal', stop_details })
  assert.equal([whole.answer.finish, whole.answer.text], ['refused', 'This could do harm.'])
})

test('events and blocks of unknown kinds are ignored', async () => {
  const { answer } = await streamEvents(
    start(),
    { type: 'news', index: 7 },
    ...block(0, { type: 'text', text: '' }, { type: 'glow_delta', glow: 1 }, { type: 'text_delta', text: 'Paris' }),
    ...block(1, { type: 'hologram' }, { type: 'text_delta', text: '' }),
    ...stop('end_turn'),
  )
  assert.is(answer.text, 'Paris')
})

/** Kind of an error inside a stream, fault. */
const ERRORS: [string, string, boolean][] = [
  ['overloaded_error', 'unavailable', true],
  ['api_error', 'unavailable', true],
  ['rate_limit_error', 'rate_limited', true],
  ['authentication_error', 'unauthorized', false],
  ['permission_error', 'unauthorized', false],
  ['not_found_error', 'not_found', false],
  ['invalid_request_error', 'invalid_input', false],
  ['request_too_large', 'too_large', false],
]

for (const [type, code, retryable] of ERRORS)
  test(`${type} inside a stream is ${code}`, async () => {
    const body = [start(), ...TEXT, { type: 'error', error: { details: null, type, message: 'Sorry' } }]
    server.answerWith({ kind: 'raw', body: body.map(encodeEvent).join(''), contentType: 'text/event-stream' })
    const fault = await catchProviderFault({ vendor, server }, {}, { stream: true })
    assert.equal([fault.code, fault.retryable], [code, retryable], fault.message)
  })

test('JSON that was asked for in words may come in a fence', async () => {
  server.answerWith({ kind: 'answer', answer: { text: ['```json\n["a"]\n', '```'] } })
  const { answer } = await askProvider({ vendor, server }, { returns: { type: 'array', items: { type: 'string' } } })
  assert.is(answer.text, '["a"]')
})

test('an own server without a key is sent none', async () => {
  server.answerWith({ kind: 'answer', answer: { text: ['Hello'] } })
  const provider = await vendor.createProvider({ baseUrl: server.baseUrl })
  const signal = new AbortController().signal
  const request = { model: 'any', messages: [{ role: 'user', content: 'Hi' } as const], params: {} }
  await provider.call(request, { signal, onText: undefined })
  assert.is(server.requests.at(-1)?.headers.authorization, undefined)
  assert.is(server.requests.at(-1)?.headers['x-api-key'], undefined)
})

test('a fault and its causes hold neither key nor headers', async () => {
  for (const status of [400, 401, 429, 500])
    for (const stream of [false, true]) {
      server.answerWith({ kind: 'status', error: { status, message: 'no' }, headers: { 'x-internal': 'hush-4711' } })
      const shown = inspect(await catchProviderFault({ vendor, server }, {}, { stream }), {
        depth: 20,
        showHidden: true,
      })
      assert.not(shown.includes(PLANTED_KEY), shown)
      assert.not(shown.includes('hush-4711'), shown)
    }
})

/** The assistant's turn of the second request, after an answer. */
const sendBack = async ({ text, toolCalls }: LlmAnswer, isError = false): Promise<JsonObject[]> => {
  server.answerWith({ kind: 'answer', answer: { text: ['done'] } })
  const messages: LlmMessage[] = [
    { role: 'user', content: 'Look.' },
    { role: 'assistant', content: text, tool_calls: toolCalls },
    ...toolCalls.map(
      ({ id, name }) =>
        ({ role: 'tool', tool_call_id: id, name, content: 'x', ...(isError && { is_error: true }) }) as const,
    ),
  ]
  await askProvider({ vendor, server }, { messages })
  return JSON.parse(server.requests.at(-1)?.body ?? '').messages
}

const SIGNED: JsonObject = { type: 'thinking', thinking: 'so', signature: 'sig' }
const USE = { type: 'tool_use', id: 'toolu_1', name: 'look', input: { a: 1 } }
const SAID = { type: 'text', text: 'And again.' }
const INTERLEAVED: JsonObject[] = [SIGNED, USE, { ...SIGNED, signature: 'sig2' }, SAID, { ...USE, id: 'toolu_2' }]

for (const stream of [false, true]) {
  const how = stream ? 'streamed' : 'whole'
  const answerBlocks = (content: JsonObject[], stop_reason = 'tool_use') =>
    stream
      ? streamEvents(start(), ...content.flatMap((one, index) => block(index, one)), ...stop(stop_reason))
      : answerWhole({ content, stop_reason })

  test(`${how}: the blocks of a turn go back as they came, in their order`, async () => {
    const { answer } = await answerBlocks(INTERLEAVED)
    const [, turn] = await sendBack(answer)
    assert.equal(turn?.content, INTERLEAVED)
  })

  test(`${how}: texts of blanks and thoughts without a signature do not go back`, async () => {
    const { answer } = await answerBlocks([{ type: 'thinking', thinking: 'so' }, { type: 'text', text: '\n\n' }, USE])
    const [, turn] = await sendBack(answer)
    assert.equal(turn?.content, [USE])
  })
}

test('the result of a call that failed is marked as an error', async () => {
  const { answer } = await answerWhole({ content: [USE], stop_reason: 'tool_use' })
  const [, , failed] = await sendBack(answer, true)
  assert.equal(failed?.content, [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'x', is_error: true }])
  const [, , good] = await sendBack(answer)
  assert.equal(good?.content, [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'x' }])
})

for (const stream of [false, true])
  test(`${stream ? 'streamed' : 'whole'}: a turn that the vendor pauses goes on, and both calls are counted`, async () => {
    const turn = (text: string, stop_reason: string): WireReply => {
      const content = [{ type: 'text', text }]
      const usage = { input_tokens: 3, output_tokens: 1 }
      const events = [
        start(usage),
        ...block(0, content[0] as JsonObject),
        { type: 'message_delta', delta: { stop_reason }, usage },
        { type: 'message_stop' },
      ]
      return stream
        ? { kind: 'raw', body: events.map(encodeEvent).join(''), contentType: 'text/event-stream' }
        : {
            kind: 'raw',
            body: JSON.stringify({ type: 'message', content, stop_reason, usage }),
            contentType: 'application/json',
          }
    }
    server.answerWith(turn('Let me ', 'pause_turn'), turn('see.', 'end_turn'))
    const { answer, pieces } = await askProvider({ vendor, server }, {}, { stream })
    assert.equal([answer.text, answer.finish], ['Let me see.', 'stop'])
    assert.is(pieces.join(''), stream ? 'Let me see.' : '')
    assert.equal(answer.usage, { input_tokens: 6, cached_tokens: 0, output_tokens: 2 })
    const { messages } = JSON.parse(server.requests.at(-1)?.body ?? '')
    assert.equal(messages.at(-1), { role: 'assistant', content: [{ type: 'text', text: 'Let me ' }] })
  })

test.run()
