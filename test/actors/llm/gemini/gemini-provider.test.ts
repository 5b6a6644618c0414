/** Behaviour of Gemini beyond the contract. */
import { inspect } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { LlmRequest } from '../../../../src/actors/llm/provider.ts'
import type { JsonObject } from '../../../../src/core/json.ts'
import { askProvider, catchProviderFault, PLANTED_KEY } from '../../../support/wire/ask-provider.ts'
import { encodeEvent, geminiWire } from '../../../support/wire/gemini.ts'
import { startWireServer, type WireServer } from '../../../support/wire/wire-server.ts'

const vendor = geminiWire
let server: WireServer

const test = suite('Gemini')
test.before(async () => {
  server = await startWireServer(vendor)
})
test.after(() => server.stop())

const sayWhole = (body: JsonObject): void =>
  server.answerWith({ kind: 'raw', body: JSON.stringify(body), contentType: 'application/json' })

const sayStream = (body: string): void => server.answerWith({ kind: 'raw', body, contentType: 'text/event-stream' })

/** The same answer, whole and as a stream of one chunk. */
const askBoth = async (chunk: JsonObject, request: Partial<LlmRequest> = {}) => {
  sayWhole(chunk)
  const { answer } = await askProvider({ vendor, server }, request)
  sayStream(encodeEvent(chunk))
  const streamed = await askProvider({ vendor, server }, request, { stream: true })
  assert.equal(streamed.answer, answer)
  return answer
}

const candidate = (parts: JsonObject[], more: JsonObject = {}): JsonObject => ({
  candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', ...more }],
})

test('thoughts are not part of the text', async () => {
  const answer = await askBoth(candidate([{ text: 'Hmm.', thought: true }, { text: 'Paris' }]))
  assert.is(answer.text, 'Paris')
})

test('thoughts are charged like the answer; tokens that the vendor’s tools read are input', async () => {
  const usageMetadata = {
    promptTokenCount: 100,
    cachedContentTokenCount: 60,
    toolUsePromptTokenCount: 5,
    candidatesTokenCount: 7,
    thoughtsTokenCount: 30,
  }
  const { usage } = await askBoth({ ...candidate([{ text: 'x' }]), usageMetadata })
  assert.equal(usage, { input_tokens: 105, cached_tokens: 60, output_tokens: 37 })
})

test('a call keeps the vendor’s id and signature; one without an id gets an id that is new to the conversation', async () => {
  const parts = [
    { functionCall: { id: 'own', name: 'f', args: { a: 1 } }, thoughtSignature: 'sig' },
    { functionCall: { name: 'g' } },
    { functionCall: { id: 'own', name: 'h', args: {} } },
  ]
  const earlier = [{ id: 'call_1', name: 'f', arguments: '{}' }]
  const messages: LlmRequest['messages'] = [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: '', tool_calls: earlier },
    { role: 'tool', tool_call_id: 'call_1', name: 'f', content: '{}' },
  ]
  assert.equal((await askBoth(candidate(parts), { messages })).toolCalls, [
    { id: 'own', name: 'f', arguments: '{"a":1}', opaque: { gemini: { id: 'own', signature: 'sig' } } },
    { id: 'call_3', name: 'g', arguments: '{}', opaque: { gemini: {} } },
    { id: 'call_4', name: 'h', arguments: '{}', opaque: { gemini: { id: 'own' } } },
  ])
})

for (const reason of ['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'LANGUAGE', 'IMAGE_SAFETY'])
  test(`an answer that ends with ${reason} is refused, with the text so far`, async () => {
    const answer = await askBoth(candidate([{ text: 'The ' }], { finishReason: reason }))
    assert.equal([answer.finish, answer.text], ['refused', 'The '])
  })

test('a prompt that is refused has the reason as its text, and its usage', async () => {
  const usageMetadata = { promptTokenCount: 9, totalTokenCount: 9 }
  const answer = await askBoth({ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata })
  assert.equal([answer.finish, answer.text], ['refused', 'PROHIBITED_CONTENT'])
  assert.equal(answer.usage, { input_tokens: 9, cached_tokens: 0, output_tokens: 0 })
})

for (const reason of ['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'OTHER', 'SOMETHING_NEW'])
  test(`an answer that ends with ${reason} is failed, with the vendor's explanation`, async () => {
    sayWhole(candidate([], { finishReason: reason, finishMessage: 'call:f{' }))
    const { answer } = await askProvider({ vendor, server })
    assert.equal([answer.finish, answer.reason, answer.text], ['failed', reason, 'call:f{'])
  })

test('a key that is not valid is unauthorized, although the status is 400', async () => {
  const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }]
  const message = 'API key not valid. Please pass a valid API key.'
  const body = JSON.stringify({ error: { code: 400, message, status: 'INVALID_ARGUMENT', details } })
  for (const stream of [false, true]) {
    server.answerWith({ kind: 'status', error: { status: 400, message }, body })
    const fault = await catchProviderFault({ vendor, server }, {}, { stream })
    assert.equal([fault.code, fault.retryable], ['unauthorized', false])
    assert.match(fault.message, 'PLANTED_KEY_VARIABLE')
  }
})

for (const [retryDelay, waitMs] of [
  ['22s', 22_000],
  ['0.5s', 500],
  ['90000s', 90_000_000],
  ['soon', undefined],
] as const)
  test(`the body of a 429 sets the wait: ${retryDelay}`, async () => {
    const details = [
      { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [] },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay },
    ]
    const error = { code: 429, message: 'You exceeded your current quota.', status: 'RESOURCE_EXHAUSTED', details }
    server.answerWith({ kind: 'status', error: { status: 429, message: '' }, body: JSON.stringify({ error }) })
    assert.is((await catchProviderFault({ vendor, server })).details?.retry_after_ms, waitMs)
    sayStream(encodeEvent({ error }))
    const inStream = await catchProviderFault({ vendor, server }, {}, { stream: true })
    assert.equal([inStream.code, inStream.details?.retry_after_ms], ['rate_limited', waitMs])
  })

test('an error outside of events in a stream is its fault', async () => {
  const error = { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' }
  sayStream(encodeEvent(candidate([{ text: 'Pa' }], { finishReason: '' })) + JSON.stringify({ error }, null, 2))
  const fault = await catchProviderFault({ vendor, server }, {}, { stream: true })
  assert.equal([fault.code, fault.details?.status], ['unavailable', 503])
  assert.match(fault.message, 'overloaded')
})

test('the global fetch is the same before, during and after a call', async () => {
  const before = globalThis.fetch
  server.answerWith({ kind: 'answer', answer: { text: ['Hello'] } })
  for (const stream of [false, true]) {
    const asking = askProvider({ vendor, server }, {}, { stream })
    assert.is(globalThis.fetch, before)
    await asking
    assert.is(globalThis.fetch, before)
  }
})

test('concurrent calls, whole and streamed, each get their own answer', async () => {
  server.answerWith((request) => ({ kind: 'answer', answer: { text: [request.messages[0]?.text ?? '', '!'] } }))
  const texts = Array.from({ length: 12 }, (_, index) => `number ${index}`)
  const asked = await Promise.all(
    texts.map((content, index) =>
      askProvider({ vendor, server }, { messages: [{ role: 'user', content }] }, { stream: index % 2 === 0 }),
    ),
  )
  assert.equal(
    asked.map(({ answer }) => answer.text),
    texts.map((text) => `${text}!`),
  )
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

test('a signature on a part of its own goes back in its place', async () => {
  const parts = [
    { text: 'Let me look.', thoughtSignature: 'one' },
    { functionCall: { id: 'x', name: 'look', args: { a: 1 } } },
    { text: '', thoughtSignature: 'two' },
  ]
  const answer = await askBoth(candidate(parts))
  assert.is(answer.text, 'Let me look.')
  sayWhole(candidate([{ text: 'done' }]))
  const [call] = answer.toolCalls
  await askProvider(
    { vendor, server },
    {
      messages: [
        { role: 'user', content: 'Look.' },
        { role: 'assistant', content: answer.text, tool_calls: answer.toolCalls },
        { role: 'tool', tool_call_id: call?.id ?? '', name: 'look', content: 'no such place', is_error: true },
      ],
    },
  )
  const { contents } = JSON.parse(server.requests.at(-1)?.body ?? '')
  assert.equal(contents[1].parts, parts)
  assert.equal(contents[2].parts[0].functionResponse.response, { error: 'no such place' })
})

test.run()
