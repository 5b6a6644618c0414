/** Behaviour of OpenAI and compatible servers beyond the contract. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { LlmAnswer } from '../../../../src/actors/llm/provider.ts'
import type { JsonObject, JsonValue } from '../../../../src/core/json.ts'
import type { LlmMessage } from '../../../../src/core/llm.ts'
import { catchFault } from '../../../support/catch-fault.ts'
import { askProvider, catchProviderFault } from '../../../support/wire/ask-provider.ts'
import { azureWire } from '../../../support/wire/compatible.ts'
import { openaiWire as vendor } from '../../../support/wire/openai.ts'
import { startWireServer, type WireServer } from '../../../support/wire/wire-server.ts'

const test = suite('openai')
let server: WireServer
test.before(async () => {
  server = await startWireServer(vendor)
})
test.after(() => server.stop())

const reply = (body: JsonValue): void =>
  server.answerWith({ kind: 'raw', body: JSON.stringify(body), contentType: 'application/json' })

const replyEvents = (...events: JsonValue[]): void => {
  const body = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
  server.answerWith({ kind: 'raw', body, contentType: 'text/event-stream' })
}

const completion = (message: JsonValue, finish_reason = 'stop'): JsonValue => ({
  choices: [{ index: 0, message, finish_reason }],
})

for (const stream of [false, true]) {
  const how = stream ? 'streamed' : 'whole'

  test(`${how}: an error in a 200 is the fault of its kind`, async () => {
    reply({ error: { message: 'Rate limit reached', code: 429 } })
    assert.is((await catchProviderFault({ vendor, server }, {}, { stream })).code, 'rate_limited')
    reply({ error: { message: 'no such model', type: 'invalid_request_error', code: 'model_not_found' } })
    assert.is((await catchProviderFault({ vendor, server }, {}, { stream })).code, 'not_found')
  })

  test(`${how}: text in the field refusal is a refusal`, async () => {
    reply(completion({ role: 'assistant', content: null, refusal: 'I can’t.' }))
    const { answer } = await askProvider({ vendor, server }, {}, { stream })
    assert.equal([answer.finish, answer.text], ['refused', 'I can’t.'])
  })

  test(`${how}: calls without ids, or with equal ids, get ids of their own`, async () => {
    const call = (id: string | null): JsonValue => ({ id, type: 'function', function: { name: 'f', arguments: '' } })
    reply(
      completion({ role: 'assistant', content: null, tool_calls: [call('x'), call('x'), call(null)] }, 'tool_calls'),
    )
    const { answer } = await askProvider({ vendor, server }, {}, { stream })
    if (!stream)
      assert.equal(
        answer.toolCalls.map(({ id }) => id),
        ['x', 'call_2', 'call_3'],
      )
    assert.ok(answer.toolCalls.every(({ arguments: text }) => text === '{}'))
    assert.is(new Set(answer.toolCalls.map(({ id }) => id)).size, answer.toolCalls.length)
  })
}

test('a whole answer of a server without streams is read', async () => {
  reply(completion({ role: 'assistant', content: 'Paris' }))
  const { answer, pieces } = await askProvider({ vendor, server }, {}, { stream: true })
  assert.equal([answer.text, pieces], ['Paris', ['Paris']])
})

test('the last chunk of the answer may hold the usage', async () => {
  replyEvents(
    { choices: [{ index: 0, delta: { content: 'Paris' } }] },
    { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: { prompt_tokens: 3, completion_tokens: 1 } },
  )
  const { answer } = await askProvider({ vendor, server }, {}, { stream: true })
  assert.equal(answer.usage, { input_tokens: 3, cached_tokens: 0, output_tokens: 1 })
})

test('the id joins the pieces of a call without an index', async () => {
  const piece = (text: string): JsonValue => ({
    choices: [{ index: 0, delta: { tool_calls: [{ id: 'x', function: { name: 'f', arguments: text } }] } }],
  })
  replyEvents(piece('{"a"'), piece(':1}'), { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] })
  const { answer } = await askProvider({ vendor, server }, {}, { stream: true })
  assert.equal(answer.toolCalls, [{ id: 'x', name: 'f', arguments: '{"a":1}' }])
})

for (const [status, code, message] of [
  [429, 'insufficient_quota', 'You exceeded your current quota, please check your plan and billing details.'],
  [429, 'billing_not_active', 'Your account is not active, please check your billing details on our website.'],
  [400, 'billing_hard_limit_reached', 'Billing hard limit has been reached'],
  [402, 'invalid_request_error', 'Insufficient Balance'],
  [403, '', 'Insufficient credits'],
] as const)
  test(`the fault of an account that can't pay is final: ${status} ${code}`, async () => {
    const body = JSON.stringify({ error: { message, type: code, code } })
    server.answerWith({ kind: 'status', error: { status, message: '' }, body, headers: { 'retry-after': '20' } })
    const fault = await catchProviderFault({ vendor, server })
    assert.equal([fault.code, fault.retryable], ['unauthorized', false], fault.message)
    assert.match(fault.message, message)
    assert.match(fault.message, 'add credit')
  })

test('a request that a content filter refuses is the fault refused', async () => {
  const body = JSON.stringify({ error: { message: 'filtered', code: 'content_filter', status: 400 } })
  server.answerWith({ kind: 'status', error: { status: 400, message: '' }, body })
  assert.is((await catchProviderFault({ vendor, server })).code, 'refused')
})

test('retry-after-ms precedes retry-after', async () => {
  const headers = { 'retry-after-ms': '1500', 'retry-after': '2' }
  server.answerWith({ kind: 'status', error: { status: 429, message: 'slow down' }, headers })
  assert.is((await catchProviderFault({ vendor, server })).details?.retry_after_ms, 1500)
})

test('a server without keys is sent none', async () => {
  server.answerWith({ kind: 'answer', answer: { text: ['Paris'] } })
  const provider = await vendor.createProvider({ baseUrl: server.baseUrl })
  await provider.call(
    { model: 'm', messages: [], params: {} },
    { signal: new AbortController().signal, onText: undefined },
  )
  assert.is(server.requests.at(-1)?.headers.authorization, undefined)
})

/** The messages of a second turn, sent by a provider of this name. */
const sendBack = async (turn: LlmAnswer, name?: string): Promise<JsonObject> => {
  server.answerWith({ kind: 'answer', answer: { text: ['done'] } })
  const messages: LlmMessage[] = [
    { role: 'user', content: 'Look.' },
    { role: 'assistant', content: turn.text, tool_calls: turn.toolCalls },
    ...turn.toolCalls.map(
      ({ id, name: tool }) => ({ role: 'tool', tool_call_id: id, name: tool, content: 'x' }) as const,
    ),
  ]
  await askProvider({ vendor, server }, { messages }, { settings: name === undefined ? {} : { name } })
  return JSON.parse(server.requests.at(-1)?.body ?? '').messages[1]
}

const LOOK = { id: 'c1', type: 'function', function: { name: 'look', arguments: '{}' } }
const SIGNED = { ...LOOK, extra_content: { google: { thought_signature: 'sig==' } } }

const BACK: [string, JsonObject, JsonObject][] = [
  [
    'reasoning_content',
    { content: 'Let me look.', reasoning_content: 'I think so.', tool_calls: [LOOK] },
    { reasoning_content: 'I think so.' },
  ],
  [
    'reasoning_details',
    { content: null, reasoning_details: [{ type: 'reasoning.text', text: 'so', signature: 's' }], tool_calls: [LOOK] },
    { reasoning_details: [{ type: 'reasoning.text', text: 'so', signature: 's' }] },
  ],
  ['the signature of a call', { content: null, tool_calls: [SIGNED] }, { tool_calls: [SIGNED] }],
  [
    'thoughts among the parts of the text',
    {
      content: [
        { type: 'thinking', thinking: [{ type: 'text', text: 'so' }] },
        { type: 'text', text: 'Looking.' },
      ],
      tool_calls: [LOOK],
    },
    {
      content: [
        { type: 'thinking', thinking: [{ type: 'text', text: 'so' }] },
        { type: 'text', text: 'Looking.' },
      ],
    },
  ],
]
for (const [what, message, expected] of BACK)
  for (const stream of [false, true])
    test(`${stream ? 'streamed' : 'whole'}: ${what} goes back as it came, and not to another provider`, async () => {
      if (stream)
        replyEvents(
          { choices: [{ index: 0, delta: message }] },
          { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] },
        )
      else reply(completion(message, 'tool_calls'))
      const { answer } = await askProvider({ vendor, server }, {}, { stream })
      const sent = await sendBack(answer)
      for (const [field, value] of Object.entries(expected)) assert.equal(sent[field], value)
      const elsewhere = JSON.stringify(await sendBack(answer, 'another'))
      assert.not.match(elsewhere, /reasoning|signature|thinking|so"/)
    })

test('thoughts that a stream sends in pieces go back in one', async () => {
  const think = (fields: JsonObject): JsonValue => ({ choices: [{ index: 0, delta: fields }] })
  replyEvents(
    think({ reasoning_content: 'I ', reasoning_details: [{ type: 'reasoning.text', text: 'I ', index: 0 }] }),
    think({ reasoning_content: 'think', reasoning_details: [{ type: 'reasoning.text', text: 'think', index: 0 }] }),
    think({ reasoning_details: [{ type: 'reasoning.text', signature: 'sig', index: 0 }] }),
    think({ tool_calls: [LOOK] }),
    { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] },
  )
  const { answer } = await askProvider({ vendor, server }, {}, { stream: true })
  const { reasoning_content, reasoning_details } = await sendBack(answer)
  assert.is(reasoning_content, 'I think')
  assert.equal(reasoning_details, [{ type: 'reasoning.text', text: 'I think', index: 0, signature: 'sig' }])
})

const SETTINGS = {
  headers: { 'x-team': 'blue' },
  query: { 'api-version': '2024-10-21' },
  body: { store: false },
}

test('headers, query and body fields of the config go out with each request', async () => {
  server.answerWith({ kind: 'answer', answer: { text: ['Paris'] } })
  for (const stream of [false, true]) {
    await askProvider({ vendor, server }, {}, { stream, settings: SETTINGS })
    const sent = server.requests.at(-1)
    assert.is(sent?.url, '/v1/chat/completions?api-version=2024-10-21')
    assert.is(sent?.headers['x-team'], 'blue')
    assert.is(JSON.parse(sent?.body ?? '').store, false)
  }
})

test('the config names the field of the token limit, and keeps a stream from being asked for its usage', async () => {
  server.answerWith({ kind: 'answer', answer: { text: ['Paris'] } })
  const settings = { maxTokensField: 'max_completion_tokens', streamUsage: false }
  await askProvider({ vendor, server }, { params: { max_tokens: 5 } }, { stream: true, settings })
  const body = JSON.parse(server.requests.at(-1)?.body ?? '')
  assert.equal([body.max_completion_tokens, body.max_tokens, body.stream_options], [5, undefined, undefined])
})

test('an older version of Azure has the deployment in its path', async () => {
  server.answerWith({ kind: 'answer', answer: { text: ['Paris'] } })
  const at = { vendor: azureWire, server: { baseUrl: new URL(server.baseUrl).origin } }
  await askProvider(at, { model: 'my gpt' }, { settings: { query: { 'api-version': '2024-10-21' } } })
  assert.is(server.requests.at(-1)?.url, '/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21')
  await askProvider(at, { model: 'my gpt' })
  assert.is(server.requests.at(-1)?.url, '/openai/v1/chat/completions')
})

test('Azure without an address is the fault invalid_input, which names the variable', async () => {
  const fault = await catchFault(async () => azureWire.createProvider({ apiKey: 'a key of some length' }))
  assert.is(fault.code, 'invalid_input')
  assert.match(fault.message, 'AZURE_OPENAI_ENDPOINT')
})

test.run()
