import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createMockProvider } from '../../../../src/actors/llm/mock/mock-provider.ts'
import { isCancelled } from '../../../../src/core/cancelled.ts'
import type { Fault } from '../../../../src/core/fault.ts'
import type { JsonValue } from '../../../../src/core/json.ts'
import type { LlmInput } from '../../../../src/core/llm.ts'
import { createActorContext } from '../../../support/actor-context.ts'
import { catchFault } from '../../../support/catch-fault.ts'
import { createManualClock } from '../../../support/manual-clock.ts'

const clock = createManualClock()
const provider = createMockProvider({ clock })

const call = (input: Partial<LlmInput>, signal = new AbortController().signal) => {
  const heard = createActorContext({ signal })
  const whole: LlmInput = {
    model: 'mock/echo',
    messages: [{ role: 'user', content: 'hello' }],
    params: {},
    call: 0,
    ...input,
  }
  return { output: provider.perform(whole, heard), heard }
}

const script = (items: JsonValue, input: Partial<LlmInput> = {}) =>
  call({ model: 'mock/script', params: { script: items }, ...input })

const faultOf = (output: Promise<JsonValue>): Promise<Fault> => catchFault(() => output)

const test = suite('mock provider')

test('echo answers with the last user message', async () => {
  const messages: LlmInput['messages'] = [
    { role: 'system', content: 'be brief' },
    { role: 'user', content: 'one' },
    { role: 'assistant', content: 'two' },
    { role: 'user', content: 'three' },
    { role: 'assistant', content: 'four' },
  ]
  assert.equal(await call({ messages }).output, { text: 'three' })
})

test('echo answers with an instance of returns', async () => {
  const returns = { type: 'object', properties: { label: { enum: ['bug', 'other'] } }, required: ['label'] }
  assert.equal(await call({ returns }).output, { label: 'bug' })
})

test('usage counts a quarter of the bytes, rounded up, at no cost', async () => {
  const { output, heard } = call({
    messages: [
      { role: 'system', content: 'äöü' },
      { role: 'user', content: 'hello' },
    ],
  })
  await output
  assert.equal(heard.used, [
    { provider: 'mock', model: 'echo', input_tokens: 3, cached_tokens: 0, output_tokens: 2, cost_usd: 0 },
  ])
})

test('a step that asks for a stream gets the text word by word', async () => {
  const { output, heard } = call({ messages: [{ role: 'user', content: ' one  two three\n' }], stream: true })
  await output
  assert.equal(
    heard.progressed.map((progress) => progress.kind === 'text' && progress.text),
    [' one', '  two', ' three', '\n'],
  )
})

test('a script answers call by call, and the last answer answers all further calls', async () => {
  const answers = await Promise.all([0, 1, 2, 9].map((count) => script(['a', 'b', 'c'], { call: count }).output))
  assert.equal(answers, [{ text: 'a' }, { text: 'b' }, { text: 'c' }, { text: 'c' }])
})

const returns = { type: 'object' }
const STRUCTURED: readonly [title: string, item: JsonValue, output: JsonValue][] = [
  ['a text is JSON', '{"ok": true}', { ok: true }],
  ['a map is the answer', { ok: true }, { ok: true }],
  ['a map with text alone is the answer', { text: 'hi' }, { text: 'hi' }],
  ['a map of directives is followed', { output: { ok: true }, usage: {} }, { ok: true }],
  ['text among directives is JSON', { text: '{"ok": true}', stream: true }, { ok: true }],
  ['a map that looks like directives stands under output', { output: { output: 1 } }, { output: 1 }],
  ['a map with one more key is the answer', { text: 'hi', why: 'so' }, { text: 'hi', why: 'so' }],
]
for (const [title, item, output] of STRUCTURED) {
  test(`with returns, ${title}`, async () => {
    assert.equal(await script([item], { returns }).output, output)
  })
}

test('without returns a structured answer becomes its JSON text', async () => {
  assert.equal(await script([{ ok: true }]).output, { text: '{"ok":true}' })
  assert.equal(await script([{ text: 'hi' }]).output, { text: 'hi' })
})

test('an answer that is not JSON where returns is set is the fault invalid_output, and is charged', async () => {
  const { output, heard } = script(['sorry, no'], { returns })
  const fault = await faultOf(output)
  assert.is(fault.code, 'invalid_output')
  assert.ok(fault.retryable)
  assert.match(fault.message, 'got "sorry, no"')
  assert.is(heard.used.length, 1)
})

test('a scripted stream gives its pieces', async () => {
  const { output, heard } = script([{ stream: ['Hel', 'lo'] }])
  assert.equal(await output, { text: 'Hello' })
  assert.equal(heard.progressed, [
    { kind: 'text', text: 'Hel' },
    { kind: 'text', text: 'lo' },
  ])
})

test('scripted usage replaces the count', async () => {
  const { output, heard } = script([{ text: 'hello', usage: { output_tokens: 900 } }])
  await output
  assert.is(heard.used[0]?.input_tokens, 2)
  assert.is(heard.used[0]?.output_tokens, 900)
})

test('a delayed answer comes after its delay', async () => {
  let isDone = false
  const { output } = script([{ text: 'late', delay: '2s' }])
  const done = output.then((answer) => {
    isDone = true
    return answer
  })
  await clock.advance(1999)
  assert.not(isDone)
  await clock.advance(1)
  assert.equal(await done, { text: 'late' })
})

test('a delay ends at once when the call is cancelled', async () => {
  const controller = new AbortController()
  const { output, heard } = script([{ text: 'late', delay: '1h' }])
  const cancelled = call(
    { model: 'mock/script', params: { script: [{ text: 'never', delay: '1h' }] } },
    controller.signal,
  )
  const waiting = clock.pending
  controller.abort()
  assert.ok(isCancelled(await cancelled.output.catch((error: unknown) => error)))
  assert.is(clock.pending, waiting - 1)
  assert.equal(cancelled.heard.used, [])
  await clock.advance(3_600_000)
  await output
  assert.is(heard.used.length, 1)
})

test('a call that is cancelled before it starts has no effect', async () => {
  const { output, heard } = call({}, AbortSignal.abort())
  assert.ok(isCancelled(await output.catch((error: unknown) => error)))
  assert.equal(heard.used, [])
})

test('a scripted fault has the fields of the script', async () => {
  const item = { fault: { code: 'rate_limited', message: 'slow down', retry_after: '3s' } }
  const { output, heard } = script([item])
  const fault = await faultOf(output)
  assert.equal(
    [fault.code, fault.message, fault.retryable, fault.details],
    ['rate_limited', 'slow down', true, { retry_after_ms: 3000 }],
  )
  assert.equal(heard.used, [])
})

test('a scripted fault may be a code alone, and may be final', async () => {
  assert.ok((await faultOf(script([{ fault: 'timeout' }]).output)).retryable)
  assert.not((await faultOf(script([{ fault: 'refused' }]).output)).retryable)
  assert.not((await faultOf(script([{ fault: { code: 'timeout', retryable: false } }]).output)).retryable)
})

test('a scripted fault is charged where the script has usage', async () => {
  const { output, heard } = script([{ fault: 'timeout', usage: { input_tokens: 7, output_tokens: 0 } }])
  await faultOf(output)
  assert.equal(
    heard.used.map(({ input_tokens, output_tokens }) => [input_tokens, output_tokens]),
    [[7, 0]],
  )
})

const WRONG: readonly [title: string, input: Partial<LlmInput>, code: string, message: string][] = [
  ['no script', { params: {} }, 'invalid_input', "'params.script' is wrong: expected a list of answers"],
  ['an empty script', { params: { script: [] } }, 'invalid_input', 'expected at least one answer'],
  [
    'a delay that is none',
    { params: { script: [{ text: 'a', delay: 'soon' }] } },
    'invalid_input',
    '\'params.script[0].delay\' is wrong: expected a duration such as 500ms, 30s, 1h30m, 2d or PT5M, got "soon"',
  ],
  [
    'a fault without a code',
    { params: { script: ['a', { fault: {} }] }, call: 1 },
    'invalid_input',
    "'params.script[1].fault'",
  ],
  [
    'text and output',
    { params: { script: [{ text: 'a', output: 1 }] } },
    'invalid_input',
    "one of 'text' and 'output'",
  ],
  ['a stream of numbers', { params: { script: [{ stream: [1] }] } }, 'invalid_input', 'a list of texts'],
  [
    'negative usage',
    { params: { script: [{ text: 'a', usage: { input_tokens: -1 } }] } },
    'invalid_input',
    'whole numbers',
  ],
  [
    'another model',
    { model: 'mock/gpt' },
    'not_found',
    "'mock/gpt' is not a mock model: expected mock/echo or mock/script",
  ],
]
for (const [title, input, code, message] of WRONG) {
  test(`${title}: the fault ${code} names the expected value`, async () => {
    const fault = await faultOf(call({ model: 'mock/script', ...input }).output)
    assert.is(fault.code, code)
    assert.match(fault.message, message)
  })
}

const tools = [{ name: 'http.get', description: 'Gets a page.', input: { type: 'object' } }]

test('with tools, a script calls them, and answers when it calls none', async () => {
  const items = [
    { text: 'Let me look.', tool_calls: [{ name: 'http.get', arguments: { url: 'u' } }, { name: 'http.get' }] },
    'done',
  ]
  const turns = await Promise.all([0, 1].map((count) => script(items, { tools, call: count }).output))
  assert.equal(turns, [
    {
      text: 'Let me look.',
      tool_calls: [
        { id: 'call_1', name: 'http.get', arguments: '{"url":"u"}' },
        { id: 'call_2', name: 'http.get', arguments: '{}' },
      ],
    },
    { text: 'done', tool_calls: [], output: { text: 'done' } },
  ])
})

test('arguments of a scripted call may be text that is not JSON', async () => {
  const turn = await script([{ tool_calls: [{ name: 'http.get', arguments: '{"url":' }] }], { tools }).output
  assert.equal(turn, { text: '', tool_calls: [{ id: 'call_1', name: 'http.get', arguments: '{"url":' }] })
})

test('with tools and returns, the last answer is the structured one', async () => {
  assert.equal(await script([{ ok: true }], { tools, returns }).output, {
    text: '{"ok":true}',
    tool_calls: [],
    output: { ok: true },
  })
})

test('scripted calls in a step without tools are the fault invalid_input', async () => {
  const fault = await faultOf(script([{ tool_calls: [{ name: 'http.get' }] }]).output)
  assert.is(fault.code, 'invalid_input')
  assert.match(fault.message, "the step has no 'tools'")
})

test('with tools, echo answers at once', async () => {
  assert.equal(await call({ tools }).output, { text: 'hello', tool_calls: [], output: { text: 'hello' } })
})

test.run()
