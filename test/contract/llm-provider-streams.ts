/** A stream gives the same answer, however its bytes travel. A broken one is the fitting fault. */
import * as assert from 'uvu/assert'
import { isCancelled } from '../../src/core/cancelled.ts'
import type { JsonSchema } from '../../src/core/json-schema.ts'
import { askProvider, catchProviderFault, PLANTED_KEY } from '../support/wire/ask-provider.ts'
import type { WireAnswer, WireReply, WireTransport } from '../support/wire/wire.ts'
import type { AddProviderTest, ProviderUnderTest } from './llm-provider.ts'
import { WEATHER } from './llm-provider-answers.ts'

const TEXT: WireAnswer = {
  text: ['Zürich', ' — 東京 ', '🗼 “fin”\n\ndata: no event'],
  usage: { input: 9, cached: 4, output: 5 },
}

const CALLS: WireAnswer = {
  text: ['Let me look.'],
  toolCalls: [
    { name: 'weather_now', arguments: '{"city":"Zürich 🗼"}' },
    { name: 'weather_now', arguments: '{"city":"東京"}' },
  ],
}

const JSON_TEXT: WireAnswer = { text: ['{"city":"Zür', 'ich 🗼","tem', 'perature":-3.5}'] }

const RETURNS: JsonSchema = {
  type: 'object',
  properties: { city: { type: 'string' }, temperature: { type: 'number' } },
  required: ['city', 'temperature'],
  additionalProperties: false,
}

const ROADS: [string, WireTransport][] = [
  ['that is cut within a character of two bytes', { splitWithin: 'ü' }],
  ['that is cut within a character of four bytes', { splitWithin: '🗼' }],
  ['in single bytes, characters of several bytes split', { chunkBytes: 1 }],
  ['in pieces of three bytes', { chunkBytes: 3 }],
  ['with CRLF', { lineEnd: '\r\n' }],
  ['with CRLF in single bytes', { lineEnd: '\r\n', chunkBytes: 1 }],
  ['with comments between its events', { comments: true }],
  ['with comments and CRLF in pieces of five bytes', { comments: true, lineEnd: '\r\n', chunkBytes: 5 }],
  ['without the mark of its end', { withoutEnd: true }],
]

/** The longest silence of a stream in these tests. Real steps take a tenth of it. */
const IDLE_MS = 150

export const addProviderStreamTests = (test: AddProviderTest): void => {
  for (const [how, transport] of ROADS) {
    test(`a stream ${how} is the same text and usage`, (subject) => checkSame(subject, TEXT, transport))
    test(`a stream ${how} has the same tool calls`, (subject) => checkSame(subject, CALLS, transport))
    test(`a stream ${how} is the same JSON`, (subject) => checkSame(subject, JSON_TEXT, transport))
  }

  test('a stream that falls silent is the fault timeout', async (subject) => {
    const fault = await breakStream(subject, { events: 2, by: 'stall' }, { idleTimeoutMs: IDLE_MS })
    assert.equal([fault.code, fault.retryable], ['timeout', true], fault.message)
    await expectClosed(subject)
  })

  test('a stream that never begins is the fault timeout', async (subject) => {
    for (const reply of [{ kind: 'silent' }, { kind: 'broken', answer: TEXT, events: 0, by: 'stall' }] as WireReply[]) {
      subject.server.answerWith(reply)
      const fault = await catchProviderFault(subject, {}, { stream: true, settings: { idleTimeoutMs: 40 } })
      assert.equal([fault.code, fault.retryable], ['timeout', true], fault.message)
      await expectClosed(subject)
    }
  })

  test('a stream that is slow but not silent is not cut', async (subject) => {
    subject.server.answerWith({ kind: 'answer', answer: TEXT, chunkBytes: 2 })
    const { answer } = await askProvider(subject, {}, { stream: true, settings: { idleTimeoutMs: IDLE_MS } })
    assert.is(answer.text, (TEXT.text ?? []).join(''))
  })

  test('a connection that breaks in the middle is the fault unavailable', async (subject) => {
    const fault = await breakStream(subject, { events: 2, by: 'reset' })
    assert.equal([fault.code, fault.retryable], ['unavailable', true], fault.message)
  })

  test('a stream that ends before its answer does is the fault unavailable, not a short answer', async (subject) => {
    for (const events of [0, 1, 2]) {
      const fault = await breakStream(subject, { events, by: 'close' })
      assert.equal([fault.code, fault.retryable], ['unavailable', true], `after ${events}: ${fault.message}`)
    }
  })

  for (const [status, code] of [
    [429, 'rate_limited'],
    [500, 'unavailable'],
    [529, 'unavailable'],
  ] as const)
    test(
      `an error event inside a stream that began with 200 is a fault: ${status} is ${code}`,
      async (subject) => {
        for (const events of [0, 2])
          for (const chunkBytes of [10_000, 1]) {
            const by = { status, message: 'the server is overloaded — später' }
            const fault = await breakStream(subject, { events, by, chunkBytes })
            assert.equal([fault.code, fault.retryable], [code, true], fault.message)
            assert.match(fault.message, 'später')
          }
      },
      status === 500 ? 'error in a stream' : 'kinds of errors in a stream',
    )

  for (const [status, code] of [
    [429, 'rate_limited'],
    [500, 'unavailable'],
  ] as const)
    test(
      `an error that is the whole body of a 200 is a fault: ${status} is ${code}`,
      async (subject) => {
        const body = JSON.stringify(subject.vendor.encodeError({ status, message: 'the server is overloaded' }))
        subject.server.answerWith({ kind: 'raw', body, contentType: 'application/json' })
        for (const stream of [false, true]) {
          const fault = await catchProviderFault(subject, {}, { stream })
          assert.equal([fault.code, fault.retryable], [code, true], `${stream}: ${fault.message}`)
        }
      },
      status === 500 ? 'error in a stream' : 'kinds of errors in a stream',
    )

  test('a whole answer where a stream was asked for is read', async (subject) => {
    const { server, vendor } = subject
    server.answerWith({ kind: 'answer', answer: TEXT })
    await askProvider(subject)
    const [request] = server.requests.slice(-1)
    const body = request === undefined ? '' : JSON.stringify(vendor.encodeAnswer(TEXT, request))
    server.answerWith({ kind: 'raw', body, contentType: 'application/json' })
    const { answer, pieces } = await askProvider(subject, {}, { stream: true })
    assert.is(answer.text, (TEXT.text ?? []).join(''))
    assert.is(pieces.join(''), answer.text)
  })

  test('an event that is not JSON is the fault unavailable', async (subject) => {
    const body = subject.vendor.framing === 'sse' ? 'data: {"broken\n\n' : '{"broken\n'
    subject.server.answerWith({ kind: 'raw', body, contentType: 'text/event-stream' })
    const fault = await catchProviderFault(subject, {}, { stream: true })
    assert.is(fault.code, 'unavailable', fault.message)
  })

  for (const stream of [false, true])
    test(`an abort closes the request and is Cancelled: ${stream ? 'streamed' : 'whole'}`, async (subject) => {
      const stop = new AbortController()
      subject.server.answerWith(stream ? { kind: 'broken', answer: TEXT, events: 2, by: 'stall' } : { kind: 'silent' })
      const begun = subject.server.nextRequest()
      const asking = askProvider(subject, {}, { stream, signal: stop.signal }).catch((error: unknown) => error)
      await begun
      stop.abort()
      const error = await asking
      assert.ok(isCancelled(error), String(error))
      await expectClosed(subject)
    })

  test('a signal that is aborted before the start sends nothing', async (subject) => {
    const before = subject.server.requests.length
    const error = await askProvider(subject, {}, { signal: AbortSignal.abort() }).catch((thrown: unknown) => thrown)
    assert.ok(isCancelled(error), String(error))
    assert.is(subject.server.requests.length, before)
  })
}

const checkSame = async (subject: ProviderUnderTest, answer: WireAnswer, transport: WireTransport): Promise<void> => {
  const request = answer.toolCalls ? { tools: [WEATHER] } : answer === JSON_TEXT ? { returns: RETURNS } : {}
  subject.server.answerWith({ kind: 'answer', answer, ...transport })
  const whole = await askProvider(subject, request)
  const streamed = await askProvider(subject, request, { stream: true })
  const plain = ({ toolCalls, ...rest }: typeof whole.answer) => ({
    ...rest,
    toolCalls: toolCalls.map((call) => [call.name, JSON.parse(call.arguments)]),
  })
  assert.is(whole.answer.text, (answer.text ?? []).join(''))
  assert.equal(plain(streamed.answer), plain(whole.answer))
  assert.is(streamed.pieces.join(''), whole.answer.text)
}

const breakStream = async (
  subject: ProviderUnderTest,
  how: Pick<Extract<WireReply, { kind: 'broken' }>, 'events' | 'by' | 'chunkBytes'>,
  settings: { idleTimeoutMs?: number } = {},
) => {
  subject.server.answerWith({ kind: 'broken', answer: TEXT, ...how })
  const fault = await catchProviderFault(subject, {}, { stream: true, settings })
  assert.not(fault.message.includes(PLANTED_KEY))
  return fault
}

/** The server sees within a second that the client has left. */
const expectClosed = async ({ server }: ProviderUnderTest): Promise<void> => {
  for (let turn = 0; turn < 200 && server.open() > 0; turn++) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.is(server.open(), 0, 'the request is still open')
}
