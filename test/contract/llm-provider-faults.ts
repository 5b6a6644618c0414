/** Each refusal of a server is the fault of docs/errors.md, and no message holds a secret. */
import * as assert from 'uvu/assert'
import { toFaultData } from '../../src/core/fault.ts'
import { catchFault } from '../support/catch-fault.ts'
import { catchProviderFault, PLANTED_KEY } from '../support/wire/ask-provider.ts'
import { startWireServer } from '../support/wire/wire-server.ts'
import type { AddProviderTest, ProviderUnderTest } from './llm-provider.ts'

/** Status, fault, whether a later attempt may succeed. */
const TABLE: [number, string, boolean][] = [
  [400, 'invalid_input', false],
  [401, 'unauthorized', false],
  [402, 'unauthorized', false],
  [403, 'unauthorized', false],
  [404, 'not_found', false],
  [413, 'too_large', false],
  [422, 'invalid_input', false],
  [429, 'rate_limited', true],
  [500, 'unavailable', true],
  [502, 'unavailable', true],
  [503, 'unavailable', true],
  [529, 'unavailable', true],
]

export const addProviderFaultTests = (test: AddProviderTest): void => {
  for (const [status, code, retryable] of TABLE)
    test(`${status} is ${code}, after one attempt`, async (subject) => {
      for (const stream of [false, true]) {
        const before = subject.server.requests.length
        const fault = await refuse(subject, { status, stream })
        assert.equal([fault.code, fault.retryable, fault.details?.status], [code, retryable, status], fault.message)
        assert.is(subject.server.requests.length - before, 1)
      }
    })

  test('a 429 sets the wait in seconds', async (subject) => {
    const fault = await refuse(subject, { status: 429, headers: { 'retry-after': '7' } })
    assert.is(fault.details?.retry_after_ms, 7000)
  })

  test('a 429 sets the wait by a date', async (subject) => {
    const at = new Date(Date.now() + 20_000).toUTCString()
    const waitMs = (await refuse(subject, { status: 429, headers: { 'retry-after': at } })).details?.retry_after_ms
    assert.ok(typeof waitMs === 'number' && waitMs > 15_000 && waitMs <= 20_000, String(waitMs))
  })

  test('a 503 may set the wait as well, as long as it likes', async (subject) => {
    const fault = await refuse(subject, { status: 503, headers: { 'retry-after': '86400' } })
    assert.is(fault.details?.retry_after_ms, 86_400_000)
  })

  test('a 429 without a time sets no wait', async (subject) => {
    assert.is((await refuse(subject, { status: 429 })).details?.retry_after_ms, undefined)
  })

  test("the vendor's own words are in the message", async (subject) => {
    assert.match((await refuse(subject, { status: 400, message: 'the field frobnicate is odd' })).message, 'frobnicate')
  })

  for (const [status, message] of [
    [401, 'the account behind this key is closed'],
    [403, 'API not enabled: enable it in the console for project 42'],
  ] as const)
    test(`the vendor's own words of a ${status} are in the message`, async (subject) => {
      for (const stream of [false, true])
        assert.match((await refuse(subject, { status, message, stream })).message, message)
    })

  for (const shown of [
    `${PLANTED_KEY.slice(0, 6)}****${PLANTED_KEY.slice(-4)}`,
    `${PLANTED_KEY.slice(0, 5)}...${PLANTED_KEY.slice(-3)}`,
    PLANTED_KEY.slice(4, 16),
  ])
    test(`a part of the key that the server repeats is not in the message: ${shown}`, async (subject) => {
      const { message } = await refuse(subject, { status: 401, message: `Incorrect API key provided: ${shown}.` })
      assert.match(message, 'Incorrect API key provided: [key]')
      assert.not(message.includes(shown), message)
    })

  test('a request beyond the context window is the fault too_large', async (subject) => {
    const message = "This model's maximum context length is 8192 tokens, however you requested 9000 tokens."
    const fault = await refuse(subject, { status: 400, message })
    assert.equal([fault.code, fault.retryable], ['too_large', false])
    assert.match(fault.message, 'name a model with a larger context window')
  })

  test('a model that the vendor has retired is the fault not_found', async (subject) => {
    const message = 'The model `old-1` has been decommissioned and is no longer supported.'
    const fault = await refuse(subject, { status: 400, message })
    assert.equal([fault.code, fault.retryable], ['not_found', false])
    assert.match(fault.message, 'name another one')
  })

  test('a key that the server repeats is in no message and no detail', async (subject) => {
    for (const status of [400, 401, 402, 403, 404, 429, 500])
      for (const stream of [false, true]) {
        const fault = await refuse(subject, { status, stream, message: `what is ${PLANTED_KEY} for?` })
        const shown = JSON.stringify(toFaultData(fault))
        assert.not(shown.includes(PLANTED_KEY), shown)
      }
  })

  test('401 names the variable of the key', async (subject) => {
    assert.match((await refuse(subject, { status: 401 })).message, 'PLANTED_KEY_VARIABLE')
  })

  test(
    'without a key nothing is asked, and the fault names its variable',
    async (subject) => {
      const before = subject.server.requests.length
      const fault = await catchProviderFault(subject, {}, { settings: { apiKey: '' } })
      assert.is(fault.code, 'unauthorized')
      assert.match(fault.message, 'PLANTED_KEY_VARIABLE')
      assert.is(subject.server.requests.length, before)
    },
    'required key',
  )

  test('402 has advice, and the words of the vendor', async (subject) => {
    const { message } = await refuse(subject, { status: 402, message: `no credit left for ${PLANTED_KEY}` })
    assert.match(message, 'no credit left for [key]')
    assert.match(message, 'the account of the key in PLANTED_KEY_VARIABLE')
    assert.match(message, 'add credit')
  })

  test('404 names the model', async (subject) => {
    assert.match((await refuse(subject, { status: 404 })).message, subject.vendor.model)
  })

  test('an error page that is not JSON is the fault of its status', async (subject) => {
    for (const stream of [false, true]) {
      const body = '<html><body>Bad gateway</body></html>'
      const fault = await refuse(subject, { status: 502, stream, body, headers: { 'content-type': 'text/html' } })
      assert.is(fault.code, 'unavailable')
    }
  })

  for (const [what, body, contentType, code] of [
    ['an empty body', '', 'application/json', 'unavailable'],
    ['a web page', '<html>Welcome</html>', 'text/html', 'unavailable'],
    ['JSON of another form', '{"hello":"world"}', 'application/json', 'invalid_output'],
    ['null', 'null', 'application/json', 'invalid_output'],
    ['a text', 'the model is loading', 'application/json', 'invalid_output'],
  ] as const)
    test(`a 200 with ${what} in place of an answer is the fault ${code}, and may be tried again`, async (subject) => {
      subject.server.answerWith({ kind: 'raw', body, contentType })
      const fault = await catchProviderFault(subject)
      assert.equal([fault.code, fault.retryable], [code, true], fault.message)
      if (code === 'invalid_output') assert.match(fault.message, body)
      // To a stream it may be a piece that was damaged on its way.
      const streamed = await catchProviderFault(subject, {}, { stream: true })
      assert.ok(streamed.retryable && ['unavailable', 'invalid_output'].includes(streamed.code), streamed.message)
    })

  test('an answer that fits no form is shown by its first 500 characters, without the key', async (subject) => {
    const body = JSON.stringify({ hello: `${PLANTED_KEY} ${'x'.repeat(1000)}` })
    subject.server.answerWith({ kind: 'raw', body, contentType: 'application/json' })
    const { message } = await catchProviderFault(subject)
    assert.not(message.includes(PLANTED_KEY), message)
    assert.match(message, '[key] xxx')
    assert.ok(message.length < 800, message)
  })

  test('a web page in place of an answer is reported as one', async (subject) => {
    for (const stream of [false, true]) {
      subject.server.answerWith({ kind: 'raw', body: '<html>Log in</html>', contentType: 'text/html; charset=utf-8' })
      assert.match(
        (await catchProviderFault(subject, {}, { stream })).message,
        'sent a web page in place of an answer\ncheck ',
      )
    }
  })

  test('a redirect is not followed, as the key would go with it', async (subject) => {
    const elsewhere = await startWireServer(subject.vendor)
    elsewhere.answerWith({ kind: 'answer', answer: { text: ['hi'] } })
    for (const status of [301, 302, 307, 308]) {
      const headers = { location: `${elsewhere.baseUrl}/there?key=1` }
      const fault = await refuse(subject, { status, headers })
      assert.equal([fault.code, fault.retryable], ['not_found', false])
      assert.match(
        fault.message,
        `answered ${status}: it sends to ${elsewhere.baseUrl}/there, which is not followed\ncheck `,
      )
    }
    assert.is(elsewhere.requests.length, 0)
    await elsewhere.stop()
  })

  test('a mistake of ours in reading an answer is a defect, and no failed connection', async ({ vendor, server }) => {
    server.answerWith({ kind: 'answer', answer: { text: ['Paris'] } })
    const provider = await vendor.createProvider({ baseUrl: server.baseUrl, apiKey: PLANTED_KEY })
    const onText = (): void => {
      throw new TypeError('x is not a function')
    }
    const { signal } = new AbortController()
    const fault = await catchFault(() =>
      provider.call({ model: vendor.model, messages: [], params: {} }, { signal, onText }),
    )
    assert.is(fault.code, 'defect')
    assert.not.match(fault.message, /connection|reached/)
  })

  test('a missing server is the fault unavailable, which names its address', async (subject) => {
    const gone = await startWireServer(subject.vendor)
    await gone.stop()
    for (const stream of [false, true]) {
      const fault = await catchProviderFault({ ...subject, server: gone }, {}, { stream })
      assert.equal([fault.code, fault.retryable], ['unavailable', true])
      assert.match(fault.message, new URL(gone.baseUrl).host)
    }
  })

  test('a connection that breaks before the answer is the fault unavailable', async (subject) => {
    subject.server.answerWith({ kind: 'broken', answer: {}, events: 0, by: 'reset' })
    for (const stream of [false, true]) {
      const fault = await catchProviderFault(subject, {}, { stream })
      assert.equal([fault.code, fault.retryable], ['unavailable', true], fault.message)
    }
  })
}

const refuse = (
  { server, vendor }: ProviderUnderTest,
  how: { status: number; stream?: boolean; message?: string; headers?: Record<string, string>; body?: string },
) => {
  const { status, stream = false, message = 'something is wrong', ...rest } = how
  server.answerWith({ kind: 'status', error: { status, message }, ...rest })
  return catchProviderFault({ server, vendor }, {}, { stream })
}
