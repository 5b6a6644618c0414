import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openai } from '../../../../src/actors/llm/openai/index.ts'
import { toOpenAiBody } from '../../../../src/actors/llm/openai/openai-request.ts'
import type { LlmRequest } from '../../../../src/actors/llm/provider.ts'
import type { JsonSchema } from '../../../../src/core/json-schema.ts'

const toBody = (request: Partial<LlmRequest>, baseUrl = openai.url) =>
  toOpenAiBody(
    { model: 'gpt-4.1', messages: [{ role: 'user', content: 'Hello' }], params: {}, ...request },
    { server: openai, settings: { name: 'openai', baseUrl }, inWords: false },
  )

const formatOf = (returns: JsonSchema) => {
  const { response_format } = toBody({ returns })
  assert.ok(response_format?.type === 'json_schema')
  return response_format.json_schema
}

const closed = (properties: Record<string, JsonSchema>, required = Object.keys(properties)): JsonSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

const test = suite('requests to openai')

const LIMITS: [string, string, string][] = [
  ['gpt-4.1', openai.url, 'max_completion_tokens'],
  ['o3-mini', 'http://127.0.0.1:8000/v1', 'max_completion_tokens'],
  ['gpt-5-mini', 'http://127.0.0.1:8000/v1', 'max_completion_tokens'],
  ['qwen3', 'http://127.0.0.1:8000/v1', 'max_tokens'],
]
for (const [model, baseUrl, name] of LIMITS)
  test(`max_tokens of ${model} at ${baseUrl} is ${name}`, () => {
    const { max_tokens, max_completion_tokens } = toBody({ model, params: { max_tokens: 5 } }, baseUrl)
    assert.equal(
      { max_tokens, max_completion_tokens },
      { max_tokens: undefined, max_completion_tokens: undefined, [name]: 5 },
    )
  })

const SAID: [string, string, 'native' | 'words' | undefined, boolean, boolean][] = [
  ['OpenAI', openai.url, undefined, true, false],
  ['a server that may ignore it', 'http://127.0.0.1:8000/v1', undefined, true, true],
  ['a server that is known to keep it', 'http://127.0.0.1:8000/v1', 'native', true, false],
]
for (const [what, baseUrl, structuredOutput, isSent, isSaid] of SAID)
  test(`to ${what}, the schema ${isSent ? 'goes' : 'does not go'} as such, and ${isSaid ? 'is said' : 'is not said'} in words`, () => {
    const { response_format, messages } = toOpenAiBody(
      {
        model: 'm',
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Hi' },
        ],
        params: {},
        returns: closed({ a: { type: 'string' } }),
      },
      {
        server: openai,
        settings: { name: 'own', baseUrl, ...(structuredOutput && { structuredOutput }) },
        inWords: false,
      },
    )
    assert.is(response_format !== undefined, isSent)
    assert.equal(
      messages.map(({ role }) => role),
      ['system', 'user'],
    )
    assert.is(String(messages[0]?.content).includes('JSON Schema'), isSaid)
  })

const STRICT: [string, JsonSchema, boolean][] = [
  ['closed objects, all fields required', closed({ a: { type: 'string' }, b: closed({ c: { enum: [1, 2] } }) }), true],
  ['lists of closed objects', closed({ a: { type: 'array', items: closed({ b: { type: 'number' } }) } }), true],
  ['a field that may be missing', closed({ a: { type: 'string' } }, []), false],
  ['an open object', { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }, false],
  ['an open object within', closed({ a: { type: 'object' } }), false],
  ['a field of any type', closed({ a: {} }), false],
  ['a default', closed({ a: { type: 'string', default: 'x' } }), false],
  ['allOf', { ...closed({ a: { type: 'string' } }), allOf: [] }, false],
]
for (const [what, schema, strict] of STRICT)
  test(`${what}: ${strict ? 'in strict mode' : 'without strict mode'}`, () => {
    assert.is(formatOf(schema).strict, strict)
  })

test('a schema of another type becomes an object, with its definitions at the top', () => {
  const { schema } = formatOf({ $ref: '#/$defs/label', $defs: { label: { type: 'string' } } })
  assert.equal(schema, { ...closed({ value: { $ref: '#/$defs/label' } }), $defs: { label: { type: 'string' } } })
})

const LOOK = { name: 'look', description: 'Looks.', input: { type: 'object' } }

for (const [params, sent] of [
  [{ tool_choice: 'required' }, { tool_choice: 'required' }],
  [{ tool_choice: 'look' }, { tool_choice: { type: 'function', function: { name: 'look' } } }],
  [{ parallel_tool_calls: false }, { parallel_tool_calls: false }],
] as const)
  test(`${JSON.stringify(params)} is ${JSON.stringify(sent)}, and is not sent without tools`, () => {
    const pickSent = (request: Partial<LlmRequest>) => {
      const { tool_choice, parallel_tool_calls } = toBody({ params, ...request })
      return JSON.parse(JSON.stringify({ tool_choice, parallel_tool_calls }))
    }
    assert.equal(pickSent({ tools: [LOOK] }), sent)
    assert.equal(pickSent({}), {})
  })

test.run()
