import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toAnthropicRequest } from '../../../../src/actors/llm/anthropic/anthropic-request.ts'
import type { LlmRequest } from '../../../../src/actors/llm/provider.ts'
import type { JsonSchema } from '../../../../src/core/json-schema.ts'
import type { LlmMessage, LlmToolCall } from '../../../../src/core/llm.ts'

const HELLO: LlmMessage = { role: 'user', content: 'Hello' }

const write = (request: Partial<LlmRequest> = {}) =>
  toAnthropicRequest({ model: 'claude-haiku-4-5', messages: [HELLO], params: {}, ...request })

const test = suite('a request to Anthropic')

test('a request without max_tokens has a default limit, which is higher where the model thinks', () => {
  assert.is(write().body.max_tokens, 8192)
  assert.is(write({ params: { reasoning: 'low' } }).body.max_tokens, 32_000)
  assert.is(write({ params: { reasoning: 'none' } }).body.max_tokens, 8192)
  assert.is(write({ params: { max_tokens: 5, reasoning: 'low' } }).body.max_tokens, 5)
})

test('requests with temperature and top_p use the version of the interface that still takes them, others that of the SDK', () => {
  assert.equal(write({ params: { temperature: 0 } }).headers, { 'anthropic-version': '2023-06-01' })
  assert.equal(write({ params: { top_p: 1 } }).headers, { 'anthropic-version': '2023-06-01' })
  assert.equal(write({ params: { max_tokens: 9, stop: 'x' } }).headers, {})
})

/** Model, reasoning, max_tokens, what is sent. */
const THINKING: [string, string, number | undefined, unknown][] = [
  ['claude-opus-4-6', 'low', undefined, { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } }],
  ['claude-sonnet-5', 'minimal', 100, { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } }],
  ['claude-opus-5-5', 'max', undefined, { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } }],
  ['claude-next', 'high', undefined, { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } }],
  ['claude-haiku-4-5', 'low', undefined, { thinking: { type: 'enabled', budget_tokens: 2048 } }],
  ['claude-haiku-4-5-20251001', 'high', undefined, { thinking: { type: 'enabled', budget_tokens: 16_000 } }],
  ['claude-opus-4-20250514', 'medium', undefined, { thinking: { type: 'enabled', budget_tokens: 8192 } }],
  ['claude-3-7-sonnet-20250219', 'medium', 4000, { thinking: { type: 'enabled', budget_tokens: 2000 } }],
  ['claude-haiku-4-5', 'low', 2047, {}],
  ['claude-haiku-4-5', 'none', undefined, { thinking: { type: 'disabled' } }],
]

for (const [model, reasoning, max_tokens, expected] of THINKING)
  test(`${model} thinks ${reasoning}${max_tokens === undefined ? '' : ` within ${max_tokens} tokens`}`, () => {
    const params = { reasoning, ...(max_tokens !== undefined && { max_tokens }) }
    const { thinking, output_config } = write({ model, params }).body
    assert.equal({ ...(thinking && { thinking }), ...(output_config && { output_config }) }, expected)
  })

test('an effort and a schema stand beside each other', () => {
  const returns: JsonSchema = { type: 'object', properties: { a: { type: 'string', maxLength: 3 } } }
  const { body } = write({ model: 'claude-opus-5-5', params: { reasoning: 'high' }, returns })
  assert.equal(body.output_config, {
    effort: 'high',
    format: {
      type: 'json_schema',
      schema: {
        type: 'object',
        properties: { a: { type: 'string', description: 'maxLength: 3' } },
        additionalProperties: false,
      },
    },
  })
})

for (const [what, returns] of [
  ['an object of any keys', { type: 'object', additionalProperties: { type: 'number' } }],
  ['a list', { type: 'array', items: { type: 'string' } }],
  ['anything', {}],
] as [string, JsonSchema][])
  test(`${what} is asked for in words`, () => {
    const { body } = write({ returns, messages: [{ role: 'system', content: 'Be brief.' }, HELLO] })
    assert.is(body.output_config, undefined)
    assert.match(String(body.system), /^Be brief\.\n\n/)
    assert.ok(String(body.system).includes(JSON.stringify(returns)))
  })

const CALL: LlmToolCall = { id: 'call_1', name: 'f', arguments: '{"a":1}' }
const THOUGHT = { type: 'thinking', thinking: '', signature: 'sig' }

const afterCalls = (...calls: LlmToolCall[]): LlmMessage[] => [
  HELLO,
  { role: 'assistant', content: 'Let me see.', tool_calls: calls },
  ...calls.map(({ id, name }): LlmMessage => ({ role: 'tool', tool_call_id: id, name, content: 'x' })),
]

test('signed thoughts of a journal of an older release go back before the calls behind them', () => {
  const { body } = write({ messages: afterCalls({ ...CALL, opaque: { anthropic_thinking: [THOUGHT] } }) })
  assert.equal((body.messages as { content: unknown }[])[1]?.content, [
    THOUGHT,
    { type: 'text', text: 'Let me see.' },
    { type: 'tool_use', id: 'call_1', name: 'f', input: { a: 1 } },
  ])
})

test('a turn whose calls came without thoughts goes on without', () => {
  const params = { reasoning: 'low' }
  assert.is(write({ messages: afterCalls(CALL), params }).body.thinking, undefined)
  const signed = afterCalls({ ...CALL, opaque: { anthropic_thinking: [THOUGHT] } })
  assert.ok(write({ messages: signed, params }).body.thinking)
  assert.ok(write({ messages: [...afterCalls(CALL), HELLO], params }).body.thinking)
})

test('signatures of another vendor are left out', () => {
  const messages = afterCalls({ ...CALL, opaque: { gemini: { signature: 'x' } } })
  assert.not(JSON.stringify(write({ messages }).body).includes('signature'))
})

test('results of one turn are one message, and a text after them is in it', () => {
  const second = { ...CALL, id: 'call_2' }
  const turns = write({ messages: [...afterCalls(CALL, second), HELLO] }).body.messages as {
    role: string
    content: { type: string }[]
  }[]
  assert.equal(
    turns.map(({ role, content }) => [role, content.map(({ type }) => type)]),
    [
      ['user', ['text']],
      ['assistant', ['text', 'tool_use', 'tool_use']],
      ['user', ['tool_result', 'tool_result', 'text']],
    ],
  )
})

test('an empty message of the assistant is left out', () => {
  const { messages } = write({ messages: [HELLO, { role: 'assistant', content: '' }, HELLO] }).body
  assert.equal(
    (messages as { role: string }[]).map(({ role }) => role),
    ['user', 'user'],
  )
})

const LOOK = { name: 'look', description: 'Looks.', input: { type: 'object' } }
const MARK = { cache_control: { type: 'ephemeral' } }

test('a step with tools has the system, the tools and its last turn cached', () => {
  const { body } = write({
    messages: [{ role: 'system', content: 'Be brief.' }, ...afterCalls(CALL)],
    tools: [LOOK, LOOK],
  })
  assert.equal(body.system, [{ type: 'text', text: 'Be brief.', ...MARK }])
  assert.equal(
    [body.tools, body.messages].map((list) => JSON.stringify(list).split('cache_control').length - 1),
    [1, 1],
  )
  assert.match(JSON.stringify((body.messages as unknown[]).at(-1)), 'cache_control')
})

test('a step without tools asks once, and has nothing cached', () => {
  assert.not.match(
    JSON.stringify(write({ messages: [{ role: 'system', content: 'Be brief.' }, HELLO] }).body),
    'cache_control',
  )
})

for (const [params, choice] of [
  [{ tool_choice: 'auto' }, { type: 'auto' }],
  [{ tool_choice: 'required' }, { type: 'any' }],
  [{ tool_choice: 'none' }, { type: 'none' }],
  [{ tool_choice: 'look' }, { type: 'tool', name: 'look' }],
  [{ parallel_tool_calls: false }, { type: 'auto', disable_parallel_tool_use: true }],
  [{}, undefined],
] as const)
  test(`${JSON.stringify(params)} is ${JSON.stringify(choice) ?? 'no choice'}`, () => {
    assert.equal(write({ params, tools: [LOOK] }).body.tool_choice, choice)
  })

test.run()
