/** The parts of an answer: text, tool calls, end and usage, which are the same streamed and whole. */
import * as assert from 'uvu/assert'
import type { JsonSchema } from '../../src/core/json-schema.ts'
import type { LlmTool } from '../../src/core/llm.ts'
import { askProvider } from '../support/wire/ask-provider.ts'
import type { WireAnswer } from '../support/wire/wire.ts'
import type { AddProviderTest, ProviderUnderTest } from './llm-provider.ts'

export const WEATHER: LlmTool = {
  name: 'weather_now',
  description: 'The weather of a city.',
  input: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false },
}

const LABEL: JsonSchema = {
  type: 'object',
  properties: { label: { type: 'string', enum: ['bug', 'question'] }, score: { type: 'number' } },
  required: ['label', 'score'],
  additionalProperties: false,
}

const TEXT: WireAnswer = { text: ['The capital', ' of France', ' is Paris — ', '“la Ville Lumière” 🗼.'] }

export const addProviderAnswerTests = (test: AddProviderTest): void => {
  for (const stream of [false, true]) addAnswerTests(test, stream)

  test('a stream gives each piece of text as it comes, and all of them make up the whole', async (subject) => {
    subject.server.answerWith({ kind: 'answer', answer: TEXT })
    const { answer, pieces } = await askProvider(subject, {}, { stream: true })
    assert.is(pieces.join(''), answer.text)
    assert.ok(pieces.length > 1, 'expected more than one piece')
  })
}

const addAnswerTests = (add: AddProviderTest, stream: boolean): void => {
  const test: AddProviderTest = (title, body, needs) => add(`${stream ? 'streamed' : 'whole'}: ${title}`, body, needs)
  const ask = (subject: ProviderUnderTest, answer: WireAnswer, request: Parameters<typeof askProvider>[1] = {}) => {
    subject.server.answerWith({ kind: 'answer', answer })
    return askProvider(subject, request, { stream }).then((asked) => asked.answer)
  }

  test('a text comes back unchanged, with its usage', async (subject) => {
    const answer = await ask(subject, TEXT)
    assert.is(answer.text, (TEXT.text ?? []).join(''))
    assert.is(answer.finish, 'stop')
    assert.equal(answer.toolCalls, [])
    assert.equal(answer.usage, { input_tokens: 11, cached_tokens: 0, output_tokens: 7 })
  })

  test(
    'cached tokens are counted apart, and within the input',
    async (subject) => {
      const answer = await ask(subject, { ...TEXT, usage: { input: 1200, cached: 1000, output: 40 } })
      assert.equal(answer.usage, { input_tokens: 1200, cached_tokens: 1000, output_tokens: 40 })
    },
    'cached tokens',
  )

  test('an answer without usage has none', async (subject) => {
    assert.is((await ask(subject, { ...TEXT, usage: null })).usage, null)
  })

  test('an empty answer is an empty text', async (subject) => {
    const answer = await ask(subject, { text: [] })
    assert.equal([answer.text, answer.finish, answer.toolCalls], ['', 'stop', []])
  })

  test('an answer that was cut off is marked', async (subject) => {
    const answer = await ask(subject, { text: ['The capi'], finish: 'length' })
    assert.equal([answer.text, answer.finish], ['The capi', 'length'])
  })

  test(
    'a refusal says so, and is counted',
    async (subject) => {
      const answer = await ask(subject, { text: ['I can’t help with that.'], finish: 'refused' })
      assert.is(answer.finish, 'refused')
      assert.ok(answer.usage !== null)
    },
    'refusal',
  )

  test('with a schema the text is the JSON', async (subject) => {
    const json = '{"label":"bug","score":0.25}'
    const answer = await ask(subject, { text: ['{"label":"bug",', '"score":0.25}'] }, { returns: LABEL })
    assert.equal(JSON.parse(answer.text), JSON.parse(json))
    assert.equal([answer.finish, answer.toolCalls], ['stop', []])
  })

  for (const [what, before, after] of [
    ['thoughts before it', '<think>It is {"label":"question"}?</think>\n', ''],
    ['a fence around it', '```json\n', '\n```'],
    ['words around it', 'Sure: ', ' Is it good?'],
    ['a byte order mark', '\ufeff', ''],
  ] as const)
    test(`with a schema the text is the JSON, without ${what}`, async (subject) => {
      const answer = await ask(subject, { text: [before, '{"label":"bug","score":1}', after] }, { returns: LABEL })
      assert.equal(JSON.parse(answer.text), { label: 'bug', score: 1 })
    })

  test(
    'a server that refuses the schema is asked in words, once, and from then on at once',
    async (subject) => {
      const { server, vendor } = subject
      const provider = await vendor.createProvider({ baseUrl: server.baseUrl, apiKey: 'a key of some length' })
      const call = () =>
        provider.call(
          { model: vendor.model, messages: [{ role: 'user', content: 'Bug?' }], params: {}, returns: LABEL },
          { signal: new AbortController().signal, onText: stream ? () => {} : undefined },
        )
      server.answerWith(({ schema }) =>
        schema === undefined
          ? { kind: 'answer', answer: { text: ['{"label":"bug","score":1}'] } }
          : {
              kind: 'status',
              error: { status: 400, message: "'response_format' of type 'json_schema' is not supported" },
            },
      )
      const before = server.requests.length
      assert.equal(JSON.parse((await call()).text), { label: 'bug', score: 1 })
      assert.is(server.requests.length - before, 2)
      assert.match(server.requests.at(-1)?.body ?? '', 'an instance of this JSON Schema')
      await call()
      assert.is(server.requests.length - before, 3)
    },
    'schema',
  )

  for (const [what, schema, value] of NOT_OBJECTS)
    test(`with a schema that is ${what} the text is its JSON`, async (subject) => {
      subject.server.answerWith(({ schema: sent }) => ({
        kind: 'answer',
        answer: { text: [JSON.stringify(holdsValue(sent) ? { value } : value)] },
      }))
      const { answer, pieces } = await askProvider(subject, { returns: schema }, { stream })
      assert.equal(JSON.parse(answer.text), value)
      assert.is(pieces.join(''), stream ? answer.text : '')
    })

  test('with a schema that is a number no digit of an id is lost', async (subject) => {
    subject.server.answerWith(({ schema: sent }) => ({
      kind: 'answer',
      answer: { text: [holdsValue(sent) ? '{"value":7615917337495251231}' : '7615917337495251231'] },
    }))
    const { answer } = await askProvider(subject, { returns: { type: 'integer' } }, { stream })
    assert.match(answer.text, '7615917337495251231')
  })

  test('a tool call has its name and arguments, and an id', async (subject) => {
    const answer = await ask(
      subject,
      { toolCalls: [{ name: 'weather_now', arguments: '{"city":"Besançon"}' }] },
      { tools: [WEATHER] },
    )
    const [call] = answer.toolCalls
    assert.is(answer.toolCalls.length, 1)
    assert.is(call?.name, 'weather_now')
    assert.equal(JSON.parse(call?.arguments ?? ''), { city: 'Besançon' })
    assert.ok(call?.id)
    assert.is(answer.finish, 'stop')
  })

  test('several tool calls, of the same tool too, come in order with ids of their own, beside a text', async (subject) => {
    const cities = ['Paris', 'Rome', 'Paris']
    const toolCalls = cities.map((city) => ({ name: 'weather_now', arguments: JSON.stringify({ city }) }))
    const answer = await ask(subject, { text: ['Let me look.'], toolCalls }, { tools: [WEATHER] })
    assert.equal(
      answer.toolCalls.map((call) => JSON.parse(call.arguments).city),
      cities,
    )
    assert.is(new Set(answer.toolCalls.map(({ id }) => id)).size, 3)
    assert.is(answer.text, 'Let me look.')
  })

  test('the arguments of a tool call keep the digits of an id', async (subject) => {
    const answer = await ask(
      subject,
      { toolCalls: [{ name: 'weather_now', arguments: '{"id":7615917337495251231,"n":1.5}' }] },
      { tools: [WEATHER] },
    )
    assert.match(answer.toolCalls[0]?.arguments ?? '', /^\{"id":"?7615917337495251231"?,"n":1\.5\}$/)
  })

  test('a tool call without arguments has an empty object', async (subject) => {
    const answer = await ask(subject, { toolCalls: [{ name: 'weather_now', arguments: '{}' }] }, { tools: [WEATHER] })
    assert.is(answer.toolCalls[0]?.arguments, '{}')
  })

  test(
    'arguments that are no JSON come as the model wrote them',
    async (subject) => {
      const answer = await ask(
        subject,
        { toolCalls: [{ name: 'weather_now', arguments: '{"city": ' }] },
        { tools: [WEATHER] },
      )
      assert.is(answer.toolCalls[0]?.arguments, '{"city": ')
    },
    'malformed tool arguments',
  )

  test('with tools and a schema both, the last answer is the JSON', async (subject) => {
    const answer = await ask(subject, { text: ['{"label":"bug","score":1}'] }, { returns: LABEL, tools: [WEATHER] })
    assert.equal(JSON.parse(answer.text), { label: 'bug', score: 1 })
    assert.equal(answer.toolCalls, [])
  })
}

const NOT_OBJECTS: [string, JsonSchema, string | string[]][] = [
  ['a text', { type: 'string' }, 'Paris'],
  ['a list', { type: 'array', items: { type: 'string' } }, ['Paris', 'Rome']],
]

/** Vendors that take objects alone are asked for an object with the one field `value`. */
const holdsValue = (schema: unknown): boolean =>
  typeof schema === 'object' && schema !== null && 'value' in ((schema as JsonSchema).properties ?? {})
