/** Requests on the wire, read back by the vendor's own test server. */
import * as assert from 'uvu/assert'
import type { LlmRequest } from '../../src/actors/llm/provider.ts'
import type { LlmMessage } from '../../src/core/llm.ts'
import { askProvider, PLANTED_KEY } from '../support/wire/ask-provider.ts'
import type { WireRequest } from '../support/wire/wire.ts'
import type { AddProviderTest, ProviderUnderTest } from './llm-provider.ts'
import { WEATHER } from './llm-provider-answers.ts'

export const addProviderRequestTests = (test: AddProviderTest): void => {
  for (const stream of [false, true])
    test(`${stream ? 'streamed' : 'whole'}: calls of several turns have ids that are unique over the turns, and results that name them`, async (subject) => {
      const messages = await converse(subject, { turns: 3, stream })
      const sent = await sendRaw(subject, { messages, tools: [WEATHER] })
      const { messages: read } = subject.vendor.readRequest(sent)
      const made = read.flatMap(({ toolCalls = [] }) => toolCalls)
      const results = read.filter(({ role }) => role === 'tool')
      assert.equal([made.length, results.length], [6, 6])
      const ids = subject.vendor.callIds(sent)
      if (ids === undefined) return
      assert.is(new Set(ids).size, 6, ids.join(' '))
      assert.equal(
        results.map(({ answers }) => answers),
        ids,
      )
    })

  test('an id of another vendor goes out in a form that this one takes', async (subject) => {
    const odd = ['functions.look:0', 'x'.repeat(90), 'call|fc_1']
    const messages: LlmMessage[] = [
      { role: 'user', content: 'Look.' },
      {
        role: 'assistant',
        content: '',
        tool_calls: odd.map((id) => ({
          id,
          name: 'weather_now',
          arguments: '{}',
          opaque: { other: { secret: 'thought' } },
        })),
      },
      ...odd.map((id) => ({ role: 'tool', tool_call_id: id, name: 'weather_now', content: 'rain' }) as const),
    ]
    const sent = await sendRaw(subject, { messages, tools: [WEATHER] })
    assert.not(sent.body.includes('secret'), 'fields of another vendor')
    const ids = subject.vendor.callIds(sent)
    if (ids === undefined) return
    assert.ok(
      ids.every((id) => (subject.vendor.idForm ?? /^[\w-]{1,40}$/).test(id)) && new Set(ids).size === 3,
      ids.join(' '),
    )
    const results = subject.vendor.readRequest(sent).messages.filter(({ role }) => role === 'tool')
    assert.equal(
      results.map(({ answers }) => answers),
      ids,
    )
  })

  test('only the given key is sent', async (subject) => {
    assert.is((await send(subject)).apiKey, PLANTED_KEY)
  })

  test('model, system and messages arrive in their order', async (subject) => {
    const sent = await send(subject, { messages: TALK })
    assert.is(sent.model, subject.vendor.model)
    assert.equal(
      sent.messages.map(({ role, text }) => [role, text]),
      TALK.map(({ role, content }) => [role, content]),
    )
  })

  test('several system messages all arrive', async (subject) => {
    const systems: LlmMessage[] = ['Be brief.', 'Be kind.'].map((content) => ({ role: 'system', content }))
    const sent = await send(subject, { messages: [...systems, { role: 'user', content: 'Hello' }] })
    const text = sent.messages.flatMap((message) => (message.role === 'system' ? [message.text] : [])).join('\n')
    assert.ok(text.indexOf('Be brief.') >= 0 && text.indexOf('Be kind.') > text.indexOf('Be brief.'), text)
  })

  test('parameters arrive by the names of the vendor', async (subject) => {
    const params = { temperature: 0.5, top_p: 0.9, max_tokens: 321 }
    assert.equal((await send(subject, { params })).params, params)
  })

  test('a request without parameters sends none, but a limit where the vendor needs one', async (subject) => {
    const { max_tokens: _, ...rest } = (await send(subject)).params
    assert.equal(rest, {})
  })

  for (const stop of ['END', ['END', 'STOP']])
    test(
      `stop texts arrive as a list: ${JSON.stringify(stop)}`,
      async (subject) => {
        assert.equal((await send(subject, { params: { stop } })).params.stop, [stop].flat())
      },
      'stop',
    )

  test(
    'a seed arrives',
    async (subject) => {
      assert.is((await send(subject, { params: { seed: 42 } })).params.seed, 42)
    },
    'seed',
  )

  test(
    'how hard to think arrives',
    async (subject) => {
      assert.ok((await send(subject, { params: { reasoning: 'low' } })).params.reasoning !== undefined)
    },
    'reasoning',
  )

  test('an image arrives as its bytes, beside the text', async (subject) => {
    const sent = await send(subject, { messages: [{ role: 'user', content: 'What is it?', images: [PIXEL] }] })
    const last = sent.messages.at(-1)
    assert.equal([last?.text, last?.images], ['What is it?', [PIXEL.base64]])
  })

  test(
    'an image by URL arrives as its URL',
    async (subject) => {
      const url = 'https://pictures.example/a.png'
      const sent = await send(subject, { messages: [{ role: 'user', content: 'What is it?', images: [{ url }] }] })
      assert.equal(sent.messages.at(-1)?.images, [url])
    },
    'image by URL',
  )

  test(
    'a schema arrives with its fields',
    async (subject) => {
      const returns = { type: 'object', properties: { capital: { type: 'string' } }, required: ['capital'] } as const
      const { schema } = await send(subject, { returns: { ...returns, required: [...returns.required] } })
      assert.ok(JSON.stringify(schema).includes('"capital"'), JSON.stringify(schema))
    },
    'schema',
  )

  test(
    'an enum arrives with its type',
    async (subject) => {
      const returns = { type: 'object', properties: { label: { enum: ['bug', 'question'] } }, required: ['label'] }
      const { schema } = await send(subject, { returns: { ...returns, additionalProperties: false } })
      assert.match(JSON.stringify(schema), /"label":\{[^}]*"type":"string"/)
    },
    'schema',
  )

  test('tools arrive with name, description and schema', async (subject) => {
    const { tools, schema } = await send(subject, { tools: [WEATHER] })
    const [tool] = tools
    assert.equal([tools.length, tool?.name, tool?.description], [1, WEATHER.name, WEATHER.description])
    assert.ok(JSON.stringify(tool?.input).includes('"city"'))
    assert.is(schema, undefined)
  })

  test('calls and their results go back to the model, several in one turn', async (subject) => {
    const { messages } = await send(subject, { messages: AFTER_TOOLS, tools: [WEATHER] })
    const asked = messages.find(({ role }) => role === 'assistant')
    assert.equal(asked?.toolCalls, [
      { name: 'weather_now', arguments: { city: 'Paris' } },
      { name: 'weather_now', arguments: {} },
    ])
    const results = messages.filter(({ role }) => role === 'tool')
    assert.equal(
      results.map(({ text }) => text.includes('rain')),
      [true, false],
    )
    assert.ok(results.every(({ answers }) => answers !== undefined))
    assert.is(messages.at(-1)?.text, 'And now?')
  })
}

const TALK: LlmMessage[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hello “world” 🌍' },
  { role: 'assistant', content: 'Hello.' },
  { role: 'user', content: 'How are you?' },
]

const PIXEL = {
  media_type: 'image/png',
  base64: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
}

/** The arguments of the second call were not JSON: the model sees the answer of the tool loop. */
const AFTER_TOOLS: LlmMessage[] = [
  { role: 'user', content: 'How is the weather in Paris?' },
  {
    role: 'assistant',
    content: '',
    tool_calls: [
      { id: 'call_1', name: 'weather_now', arguments: '{"city":"Paris"}' },
      { id: 'call_2', name: 'weather_now', arguments: '{"city": ' },
    ],
  },
  { role: 'tool', tool_call_id: 'call_1', name: 'weather_now', content: '{"sky":"rain"}' },
  { role: 'tool', tool_call_id: 'call_2', name: 'weather_now', content: 'the arguments are no JSON' },
  { role: 'user', content: 'And now?' },
]

/** Takes turns of two calls each, as the tool loop does. */
const converse = async (
  subject: ProviderUnderTest,
  { turns, stream }: { turns: number; stream: boolean },
): Promise<LlmMessage[]> => {
  const messages: LlmMessage[] = [{ role: 'user', content: 'How is the weather?' }]
  const toolCalls = ['Paris', 'Rome'].map((city) => ({ name: 'weather_now', arguments: JSON.stringify({ city }) }))
  for (let turn = 0; turn < turns; turn++) {
    subject.server.answerWith({ kind: 'answer', answer: { text: ['Let me look.'], toolCalls } })
    const { answer } = await askProvider(subject, { messages: [...messages], tools: [WEATHER] }, { stream })
    messages.push({ role: 'assistant', content: answer.text, tool_calls: answer.toolCalls })
    for (const { id, name } of answer.toolCalls)
      messages.push({ role: 'tool', tool_call_id: id, name, content: '{"sky":"rain"}' })
  }
  return messages
}

const sendRaw = async (subject: ProviderUnderTest, request: Partial<LlmRequest>) => {
  subject.server.answerWith({ kind: 'answer', answer: { text: ['done'] } })
  await askProvider(subject, request)
  const received = subject.server.requests.at(-1)
  if (received === undefined) throw new Error('nothing was received')
  return received
}

const send = async (subject: ProviderUnderTest, request: Partial<LlmRequest> = {}): Promise<WireRequest> => {
  const { server, vendor } = subject
  server.answerWith({ kind: 'answer', answer: { text: ['{"capital":"Paris"}'] } })
  const before = server.requests.length
  await askProvider(subject, request)
  assert.is(server.requests.length - before, 1)
  const received = server.requests.at(-1)
  if (received === undefined) throw new Error('nothing was received')
  return vendor.readRequest(received)
}
