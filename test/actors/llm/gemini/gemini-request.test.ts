import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toGeminiRequest } from '../../../../src/actors/llm/gemini/gemini-request.ts'
import { gemini } from '../../../../src/actors/llm/gemini/index.ts'
import type { LlmRequest } from '../../../../src/actors/llm/provider.ts'
import type { JsonObject } from '../../../../src/core/json.ts'
import type { JsonSchema } from '../../../../src/core/json-schema.ts'
import type { LlmMessage, LlmTool, LlmToolCall } from '../../../../src/core/llm.ts'

const HELLO: LlmMessage = { role: 'user', content: 'Hello' }

const write = (request: Partial<LlmRequest> = {}) => {
  const asked: LlmRequest = { model: 'gemini-2.5-flash', messages: [HELLO], params: {}, ...request }
  const { model, tools = [] } = asked
  return {
    body: toGeminiRequest(asked, { inWords: gemini.asksInWords?.({ model, hasTools: tools.length > 0 }) === true }),
  }
}

const configOf = (request: Partial<LlmRequest>) => (write(request).body.generationConfig ?? {}) as JsonObject

const test = suite('a request to Gemini')

/** Model, reasoning, what is sent. */
const THINKING: [string, string, unknown][] = [
  ['gemini-2.5-flash', 'none', { thinkingBudget: 0 }],
  ['gemini-2.5-flash', 'low', { thinkingBudget: 1024 }],
  ['gemini-2.5-pro', 'none', { thinkingBudget: 128 }],
  ['gemini-2.5-pro', 'high', { thinkingBudget: 24_576 }],
  ['gemini-3-pro-preview', 'low', { thinkingLevel: 'low' }],
  ['gemini-3.5-flash', 'none', { thinkingLevel: 'minimal' }],
  ['models/gemini-10-flash', 'max', { thinkingLevel: 'high' }],
  ['gemini-flash-latest', 'medium', { thinkingLevel: 'medium' }],
]

for (const [model, reasoning, expected] of THINKING)
  test(`${model} thinks ${reasoning}`, () => {
    assert.equal(configOf({ model, params: { reasoning } }).thinkingConfig, expected)
  })

const TOOL: LlmTool = {
  name: 'f',
  description: 'Does f.',
  input: { type: 'object', properties: { a: { const: 'x' } } },
}
const RETURNS: JsonSchema = { type: 'object', properties: { a: { type: 'string', maxLength: 3 } } }

test('a schema is sent as the subset of JSON Schema that the vendor reads', () => {
  assert.equal(configOf({ returns: RETURNS }), {
    responseMimeType: 'application/json',
    responseJsonSchema: { type: 'object', properties: { a: { type: 'string', description: 'maxLength: 3' } } },
  })
})

test('a schema that holds itself is asked for in words, as JSON all the same', () => {
  const returns: JsonSchema = {
    $defs: { node: { type: 'array', items: { $ref: '#/$defs/node' } } },
    $ref: '#/$defs/node',
  }
  const { body } = write({ returns })
  assert.equal(body.generationConfig, { responseMimeType: 'application/json' })
  assert.ok(JSON.stringify(body.systemInstruction).includes('$defs'))
})

test('beside tools, models before 3 are asked for JSON in words', () => {
  const old = write({ returns: RETURNS, tools: [TOOL] })
  assert.match(JSON.stringify(old.body.systemInstruction), 'maxLength')
  assert.is(old.body.generationConfig, undefined)
  const young = write({ model: 'gemini-3-pro', returns: RETURNS, tools: [TOOL] })
  assert.is(young.body.systemInstruction, undefined)
  assert.ok((young.body.generationConfig as JsonObject).responseJsonSchema)
})

test('a tool whose input can’t be narrowed has its schema in the description', () => {
  const declare = (input: JsonSchema) =>
    (write({ tools: [{ ...TOOL, input }] }).body.tools as { functionDeclarations: JsonObject[] }[])[0]
      ?.functionDeclarations[0]
  assert.equal(declare(TOOL.input), {
    name: 'f',
    description: 'Does f.',
    parametersJsonSchema: { type: 'object', properties: { a: { enum: ['x'] } } },
  })
  const open = declare({ type: 'object', properties: { a: { $ref: '#' } } })
  assert.is(open?.parametersJsonSchema, undefined)
  assert.match(String(open?.description), /Does f\.\n.*"\$ref":"#"/)
})

const CALL: LlmToolCall = { id: 'call_1', name: 'f', arguments: '{"a":1}' }

const afterCalls = (...calls: LlmToolCall[]): LlmMessage[] => [
  HELLO,
  { role: 'assistant', content: '', tool_calls: calls },
  ...calls.map(({ id, name }): LlmMessage => ({ role: 'tool', tool_call_id: id, name, content: '[1]' })),
]

const contentsOf = (model: string, ...calls: LlmToolCall[]) =>
  write({ model, messages: afterCalls(...calls) }).body.contents as { role: string; parts: JsonObject[] }[]

test('a call goes back with its signature and the vendor’s own id, and its result by that id', () => {
  const call = { ...CALL, opaque: { gemini: { id: 'own', signature: 'sig' } } }
  assert.equal(contentsOf('gemini-3-pro', call).slice(1), [
    { role: 'model', parts: [{ functionCall: { id: 'own', name: 'f', args: { a: 1 } }, thoughtSignature: 'sig' }] },
    { role: 'user', parts: [{ functionResponse: { id: 'own', name: 'f', response: { result: [1] } } }] },
  ])
})

test('a call of another vendor’s model is marked as unsigned, where a signature is required; made ids are not sent', () => {
  const calls = [
    { ...CALL, opaque: { anthropic_thinking: [] } },
    { ...CALL, id: 'call_2' },
  ]
  const signatures = (model: string) => contentsOf(model, ...calls)[1]?.parts.map((part) => part.thoughtSignature)
  assert.equal(signatures('gemini-3-pro'), ['skip_thought_signature_validator', undefined])
  assert.equal(signatures('gemini-2.5-pro'), [undefined, undefined])
  assert.not(JSON.stringify(contentsOf('gemini-3-pro', ...calls)).includes('call_'))
})

test('results of one turn are one content, and a text after them is another', () => {
  const messages = [...afterCalls(CALL, { ...CALL, id: 'call_2' }), HELLO]
  const contents = write({ messages }).body.contents as { role: string; parts: unknown[] }[]
  assert.equal(
    contents.map(({ role, parts }) => [role, parts.length]),
    [
      ['user', 1],
      ['model', 2],
      ['user', 2],
      ['user', 1],
    ],
  )
})

test('an image by URL has the type of its ending', () => {
  const typeOf = (url: string) => {
    const [content] = write({ messages: [{ ...HELLO, role: 'user', images: [{ url }] }] }).body.contents as JsonObject[]
    return JSON.stringify(content).match(/"mimeType":"([^"]+)"/)?.[1]
  }
  assert.is(typeOf('https://a.example/x.PNG?size=2'), 'image/png')
  assert.is(typeOf('https://a.example/x'), 'image/jpeg')
})

for (const [tool_choice, config] of [
  ['required', { mode: 'ANY' }],
  ['none', { mode: 'NONE' }],
  ['look', { mode: 'ANY', allowedFunctionNames: ['look'] }],
] as const)
  test(`tool_choice ${tool_choice} is ${JSON.stringify(config)}`, () => {
    const tools = [{ name: 'look', description: 'Looks.', input: { type: 'object' } }]
    const body = toGeminiRequest(
      { model: 'gemini-3.1-flash', messages: [], params: { tool_choice }, tools },
      { inWords: false },
    )
    assert.equal(body.toolConfig, { functionCallingConfig: config })
  })

test.run()
