import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createLlmActor, type LlmActorOptions } from '../../../src/actors/llm/llm-actor.ts'
import type { CallOptions, LlmAnswer, LlmRequest } from '../../../src/actors/llm/provider.ts'
import { hashBytes } from '../../../src/core/hash.ts'
import type { JsonValue } from '../../../src/core/json.ts'
import type { LlmInput, LlmTurn } from '../../../src/core/llm.ts'
import { createActorContext } from '../../support/actor-context.ts'
import { catchFault } from '../../support/catch-fault.ts'

/** A provider that gives these answers in turn, and records its requests. */
const createScripted = (...answers: Partial<LlmAnswer>[]) => {
  const requests: LlmRequest[] = []
  const usage = { input_tokens: 10, cached_tokens: 4, output_tokens: 5 }
  const whole: LlmAnswer = { text: '', toolCalls: [], finish: 'stop', usage }
  return {
    name: 'scripted',
    requests,
    async call(request: LlmRequest, { onText }: CallOptions): Promise<LlmAnswer> {
      requests.push(request)
      const answer = { ...whole, ...answers[requests.length - 1] }
      onText?.(answer.text)
      return answer
    },
  }
}

const perform = (
  provider: ReturnType<typeof createScripted>,
  input: Partial<LlmInput> = {},
  options: LlmActorOptions = {},
) => {
  const context = createActorContext()
  const whole: LlmInput = {
    model: 'scripted/large/v2',
    messages: [{ role: 'user', content: 'Bug or question?' }],
    params: {},
    call: 0,
    ...input,
  }
  return { output: createLlmActor(provider, options).perform(whole, context), context }
}

const returns = {
  type: 'object',
  properties: { label: { enum: ['bug', 'question'] } },
  required: ['label'],
  additionalProperties: false,
}

const tools = [{ name: 'http.get', description: 'Gets a page.', input: { type: 'object' } }]

const test = suite('llm actor')

test('a text is the output, and its usage is priced', async () => {
  const provider = createScripted({ text: 'A bug.' })
  const { output, context } = perform(
    provider,
    {},
    { price: (model, usage) => (model === 'large/v2' ? usage.output_tokens / 10 : null) },
  )
  assert.equal(await output, { text: 'A bug.' })
  assert.equal(context.used, [
    { provider: 'scripted', model: 'large/v2', input_tokens: 10, cached_tokens: 4, output_tokens: 5, cost_usd: 0.5 },
  ])
  assert.equal(context.progressed, [])
})

test('an unknown price is null, and so is that of a call without numbers', async () => {
  const unknown = perform(createScripted({ text: 'A bug.' }))
  await unknown.output
  assert.is(unknown.context.used[0]?.cost_usd, null)
  const zeros = { input_tokens: 0, cached_tokens: 0, output_tokens: 0 }
  for (const usage of [null, zeros]) {
    const price = ({ input_tokens }: typeof zeros): number => input_tokens * 3
    const uncounted = perform(createScripted({ text: 'A bug.', usage }), {}, { price: (_, counts) => price(counts) })
    await uncounted.output
    assert.equal([uncounted.context.used[0]?.cost_usd, uncounted.context.used[0]?.input_tokens], [null, 0])
  }
})

test('a model that is free is free without numbers too', async () => {
  const { output, context } = perform(createScripted({ text: 'A bug.', usage: null }), {}, { price: () => 0 })
  await output
  assert.is(context.used[0]?.cost_usd, 0)
})

test('tokens that the vendor wrote to its cache are reported, and have their own price', async () => {
  const usage = { input_tokens: 10, cached_tokens: 4, cache_write_tokens: 3, output_tokens: 5 }
  const price = (_model: string, { cache_write_tokens = 0 }: { cache_write_tokens?: number }): number =>
    cache_write_tokens
  const { output, context } = perform(createScripted({ text: 'A bug.', usage }), {}, { price })
  await output
  assert.equal([context.used[0]?.cache_write_tokens, context.used[0]?.cost_usd], [3, 3])
})

test('a stream is progress', async () => {
  const { output, context } = perform(createScripted({ text: 'A bug.' }), { stream: true })
  await output
  assert.equal(context.progressed, [{ kind: 'text', text: 'A bug.' }])
})

for (const [how, text] of [
  ['as it is', '{"label":"bug"}'],
  ['in a fence', '```json\n{"label":"bug"}\n```'],
])
  test(`JSON ${how} that fits returns is the output`, async () => {
    assert.equal(await perform(createScripted({ text: text ?? '' }), { returns }).output, { label: 'bug' })
  })

test('an answer that does not match goes back to the model once, and both calls count', async () => {
  const provider = createScripted({ text: '{"label":"idea"}' }, { text: '{"label":"bug"}' })
  const { output, context } = perform(provider, { returns })
  assert.equal(await output, { label: 'bug' })
  assert.is(context.used.length, 2)
  const [, , said, told] = [undefined, ...(provider.requests[1]?.messages ?? [])]
  assert.equal(said, { role: 'assistant', content: '{"label":"idea"}' })
  assert.match(told?.content ?? '', "'/label' must be one of")
})

const WRONG: [string, string, string, string][] = [
  ['a field that is wrong', '{"label":"idea"}', "'/label' must be one of", '/label'],
  ['a field that is missing', '{}', "'/' must have the field 'label'", '/'],
  ['no JSON', 'It is a bug.', 'expected JSON alone, got "It is a bug."', '/'],
  ['a number beyond JSON', '{"label":1e999}', 'it is not JSON', '/'],
  ['nothing', '', 'got nothing', '/'],
]
for (const [what, text, message, path] of WRONG)
  test(`two answers with ${what} are the fault invalid_output with the path`, async () => {
    const provider = createScripted({ text }, { text })
    const fault = await catchFault(() => perform(provider, { returns }).output)
    assert.equal([fault.code, fault.retryable, fault.details?.path], ['invalid_output', true, path])
    assert.ok(fault.message.includes(message), fault.message)
    assert.is(provider.requests.length, 2)
  })

const ID = (type: string) => ({ type: 'object', properties: { id: { type } }, required: ['id'] })

test('an id of nineteen digits in an answer for an integer is the fault unsafe_number, not another id', async () => {
  const text = '{"id":7615917337495251231}'
  const provider = createScripted({ text }, { text })
  const fault = await catchFault(() => perform(provider, { returns: ID('integer') }).output)
  assert.equal([fault.code, fault.retryable, fault.details?.path], ['unsafe_number', false, '/id'])
  assert.match(fault.message, /'\/id' is the number 7615917337495251231, which would lose digits.*\nmake it a string/s)
})

test('a model that wrote an id as a number is asked to write it as text', async () => {
  const provider = createScripted({ text: '{"id":7615917337495251231}' }, { text: '{"id":"7615917337495251231"}' })
  const { output } = perform(provider, { returns: ID('string') })
  assert.equal(await output, { id: '7615917337495251231' })
  assert.match(provider.requests[1]?.messages.at(-1)?.content ?? '', 'would lose digits: expected at most 2^53')
})

test('an answer that was cut off is never a success, even where it matches', async () => {
  const provider = createScripted({ text: '{"label":"bug"}', finish: 'length' })
  const { output, context } = perform(provider, { returns, params: { max_tokens: 5 } })
  const fault = await catchFault(() => output)
  assert.is(fault.code, 'invalid_output')
  assert.match(fault.message, 'cut off by max_tokens (5)')
  assert.equal([provider.requests.length, context.used.length], [1, 1])
})

const LIMITS = { outputLimits: { large: 4_096, 'large/v3': 500_000 }, isLocal: false }

for (const [what, input, rules, sent] of [
  ['beyond the output limit of the model is cut to it', { max_tokens_by: 'budget' }, LIMITS, 4_096],
  ['that the workflow sets goes out as it is', {}, LIMITS, 8_192],
  [
    'of a model without a known limit is not sent',
    { max_tokens_by: 'budget' },
    { ...LIMITS, outputLimits: {} },
    undefined,
  ],
  ['of a model on a machine of one’s own is sent', { max_tokens_by: 'budget' }, { ...LIMITS, isLocal: true }, 8_192],
] as const)
  test(`a max_tokens that the budget reserves: ${what}`, async () => {
    const provider = createScripted({ text: 'A bug.' })
    const params = { max_tokens: 8_192, temperature: 0 }
    await perform(provider, { model: 'scripted/large', params, ...input }, { rules }).output
    assert.equal(provider.requests[0]?.params, { temperature: 0, ...(sent !== undefined && { max_tokens: sent }) })
  })

test('a tool_choice that asks for a call holds until the first call, under the name of the vendor', async () => {
  const user = { role: 'user', content: 'Look.' } as const
  const result = { role: 'tool', tool_call_id: 'c', name: 'http.get', content: 'x' } as const
  for (const [choice, messages, sent] of [
    ['http.get', [user], 'http_get'],
    ['required', [user], 'required'],
    ['required', [user, result], undefined],
    ['none', [user, result], 'none'],
  ] as const) {
    const provider = createScripted({ text: 'Done.' })
    await perform(provider, { tools, messages: [...messages], params: { tool_choice: choice } }).output
    assert.is(provider.requests[0]?.params.tool_choice, sent)
  }
})

test('a repair shows the model its answer, the problem and the schema', async () => {
  const provider = createScripted({ text: '{"label":"pear"}' }, { text: '{"label":"bug"}' })
  assert.equal(await perform(provider, { returns }).output, { label: 'bug' })
  const { messages = [] } = provider.requests[1] ?? {}
  assert.equal(messages.at(-2), { role: 'assistant', content: '{"label":"pear"}' })
  assert.match(messages.at(-1)?.content ?? '', '/label')
  assert.match(messages.at(-1)?.content ?? '', JSON.stringify(returns))
})

test('null for an optional field is no field, and costs no repair', async () => {
  const schema = { ...returns, properties: { ...returns.properties, note: { type: 'string' } } }
  const provider = createScripted({ text: '{"label":"bug","note":null}' })
  assert.equal(await perform(provider, { returns: schema }).output, { label: 'bug' })
  assert.is(provider.requests.length, 1)
})

test('a refusal is the fault refused, with the words of the model', async () => {
  const fault = await catchFault(() => perform(createScripted({ text: 'I won’t.', finish: 'refused' })).output)
  assert.equal([fault.code, fault.retryable], ['refused', false])
  assert.match(fault.message, 'I won’t.')
})

for (const [reason, code] of [
  ['error', 'unavailable'],
  ['abort', 'unavailable'],
  ['insufficient_system_resource', 'unavailable'],
  ['MALFORMED_FUNCTION_CALL', 'invalid_output'],
  ['a_word_of_tomorrow', 'invalid_output'],
] as const)
  test(`an answer that ends with '${reason}' is the fault ${code}, with its usage, and may be tried again`, async () => {
    const { output, context } = perform(createScripted({ text: 'A b', finish: 'failed', reason }))
    const fault = await catchFault(() => output)
    assert.equal([fault.code, fault.retryable, fault.details?.reason], [code, true, reason])
    assert.match(fault.message, reason)
    assert.is(context.used.length, 1)
  })

test('an empty answer is the fault invalid_output', async () => {
  const fault = await catchFault(() => perform(createScripted({ text: ' \n' })).output)
  assert.equal([fault.code, fault.retryable], ['invalid_output', true])
})

test('with tools the output is a turn, whose calls have the names of the workflow', async () => {
  const toolCalls = [{ id: 'c1', name: 'http_get', arguments: '{"url":"u"}', opaque: { signed: 'x' } }]
  const provider = createScripted({ text: 'Let me look.', toolCalls })
  assert.equal(await perform(provider, { tools, returns }).output, {
    text: 'Let me look.',
    tool_calls: [{ id: 'c1', name: 'http.get', arguments: '{"url":"u"}', opaque: { signed: 'x' } }],
  })
  assert.equal(
    provider.requests[0]?.tools?.map(({ name }) => name),
    ['http_get'],
  )
})

test('earlier calls go back under the names that vendors take', async () => {
  const provider = createScripted({ text: 'Done.' })
  const calls = [
    { id: 'c1', name: 'http.get', arguments: '{}' },
    { id: 'c2', name: 'made.up', arguments: '{}' },
  ]
  const results = calls.map(({ id, name }) => ({ role: 'tool' as const, tool_call_id: id, name, content: 'x' }))
  await perform(provider, { tools, messages: [{ role: 'assistant', content: '', tool_calls: calls }, ...results] })
    .output
  const sent = JSON.stringify(provider.requests[0]?.messages)
  assert.ok(sent.includes('"http_get"') && sent.includes('"made_up"') && !sent.includes('http.get'), sent)
})

test('two tools whose names would become equal stay two', async () => {
  const provider = createScripted({ text: 'Done.' })
  const twins = ['a.b', 'a_b', 'a-b', 'é'.repeat(80)].map((name) => ({ ...tools[0], name })) as typeof tools
  await perform(provider, { tools: twins }).output
  const names = provider.requests[0]?.tools?.map(({ name }) => name) ?? []
  assert.is(new Set(names).size, 4)
  assert.ok(
    names.every((name) => /^[\w-]{1,64}$/.test(name)),
    names.join(),
  )
})

test('with tools, an answer without calls is judged and repaired like any other', async () => {
  const provider = createScripted({ text: 'A bug.' }, { text: '{"label":"bug"}' })
  const turn = (await perform(provider, { tools, returns }).output) as unknown as LlmTurn
  assert.equal([turn.output, turn.tool_calls], [{ label: 'bug' }, []])
})

test('with tools, an empty turn has no output', async () => {
  assert.equal(await perform(createScripted({}), { tools, returns }).output, { text: '', tool_calls: [] })
})

test('calls of a model without tools are ignored', async () => {
  const toolCalls = [{ id: 'c1', name: 'x', arguments: '{}' }]
  assert.equal(await perform(createScripted({ text: 'A bug.', toolCalls })).output, { text: 'A bug.' })
})

test('a blob among the images becomes its bytes', async () => {
  const bytes = Buffer.from('picture')
  const blob = { $blob: hashBytes(bytes), media_type: 'image/png', size: 7, name: 'a.png' }
  const provider = createScripted({ text: 'A picture.' })
  const messages: LlmInput['messages'] = [
    { role: 'user', content: 'What?', images: [blob, { url: 'https://a.example/b.png' }] },
  ]
  await perform(provider, { messages }, { readBlob: async (hash) => (hash === blob.$blob ? bytes : undefined) }).output
  const [sent] = provider.requests[0]?.messages ?? []
  assert.equal(sent?.role === 'user' && sent.images, [
    { media_type: 'image/png', base64: bytes.toString('base64') },
    { url: 'https://a.example/b.png' },
  ])
})

for (const params of [{ max_tokens: -1 }, { max_tokens: 1.5 }, { top_p: 2 }, { temperature: -1 }, { seed: 0.1 }])
  test(`${JSON.stringify(params)} from an expression is the fault invalid_input, and the provider is not asked`, async () => {
    const provider = createScripted({ text: 'A bug.' })
    const { code, message } = await catchFault(() => perform(provider, { params }).output)
    assert.is(code, 'invalid_input')
    assert.match(message, /^'\w+' is out of range: expected a .*, got -?[\d.]+$/)
    assert.is(provider.requests.length, 0)
  })

const BAD_IMAGES: [string, JsonValue, string][] = [
  ['a blob that is gone', { $blob: 'x', media_type: 'image/png', size: 1, name: 'a.png' }, 'not_found'],
  ['a blob that is no image', { $blob: 'x', media_type: 'text/csv', size: 1, name: 'a.csv' }, 'invalid_input'],
  ['a file URL', { url: 'file:///etc/passwd' }, 'invalid_input'],
  ['a map of nothing', {}, 'invalid_input'],
]
for (const [what, image, code] of BAD_IMAGES)
  test(`${what} as an image is the fault ${code}`, async () => {
    const provider = createScripted({ text: 'A picture.' })
    const messages = [{ role: 'user', content: 'What?', images: [image] }] as unknown as LlmInput['messages']
    assert.is((await catchFault(() => perform(provider, { messages }).output)).code, code)
    assert.is(provider.requests.length, 0)
  })

test.run()
