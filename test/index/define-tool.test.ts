import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  Cancelled,
  compile,
  defineActor,
  defineTool,
  Fault,
  type JsonValue,
  type LlmTurn,
  type OwnActor,
  openStore,
  type RunResult,
  run,
} from '../../src/index.ts'

/** Runs a workflow of one step, `call`, with this YAML. */
const call = async (step: string, actors: readonly OwnActor[]): Promise<RunResult> => {
  const { workflow, diagnostics } = compile(`workflow: w\nsteps:\n  - id: call\n    ${step}\n`, { actors })
  assert.ok(workflow, JSON.stringify(diagnostics))
  return run(workflow)
}

const returning = (output: 'any' | 'number', value: unknown): OwnActor =>
  defineTool({ name: 'own', input: {}, output, perform: () => value as never })

const throwing = (thrown: unknown, writes = true): { tool: OwnActor; calls: () => number } => {
  let calls = 0
  const perform = (): never => {
    calls++
    throw thrown
  }
  return { tool: defineTool({ name: 'own', input: {}, writes, perform }), calls: () => calls }
}

const test = suite('tools and models of your own')

test('defaults of the input are filled in', async () => {
  const tool = defineTool({
    name: 'own',
    input: { name: 'string', times: { type: 'integer', default: 2 } },
    output: 'string',
    perform: ({ name, times }) => name.repeat(times),
  })
  assert.is((await call('tool: own\n    with: { name: ab }', [tool])).output, 'abab')
})

test('an input that only run time knows to be wrong is invalid_input', async () => {
  const tool = defineTool({ name: 'own', input: { count: { type: 'integer', minimum: 1 } }, perform: () => null })
  const { error } = await call('tool: own\n    with: { count: "${int(0)}" }', [tool])
  assert.is(error?.code, 'invalid_input')
  assert.match(error?.message ?? '', "'/count' must be >= 1, got 0")
})

const OUTPUTS: { title: string; value: unknown; output: unknown }[] = [
  { title: 'nothing', value: undefined, output: null },
  { title: 'a date', value: { at: new Date(0) }, output: { at: '1970-01-01T00:00:00.000Z' } },
  { title: 'a field that is undefined', value: { a: undefined, b: 1 }, output: { b: 1 } },
  { title: 'a promise', value: Promise.resolve([1]), output: [1] },
]

for (const { title, value, output } of OUTPUTS)
  test(`${title} is given out as ${JSON.stringify(output)}`, async () => {
    assert.equal((await call('tool: own', [returning('any', value)])).output, output)
  })

const FAILURES: { title: string; value: unknown; code: string }[] = [
  { title: 'a BigInt', value: { big: 1n }, code: 'tool_failed' },
  { title: 'a value that does not fit the output', value: 'five', code: 'invalid_output' },
]

for (const { title, value, code } of FAILURES)
  test(`${title} is ${code}`, async () => {
    assert.is((await call('tool: own', [returning('number', value)])).error?.code, code)
  })

test('a fault that is thrown keeps its code, details and step', async () => {
  const { tool } = throwing(new Fault('sold_out', 'no chairs left', { details: { article: 'chair' } }))
  const { status, error } = await call('tool: own', [tool])
  assert.is(status, 'failed')
  assert.equal([error?.code, error?.message, error?.step], ['sold_out', 'no chairs left', 'call'])
  assert.equal(error?.details, { article: 'chair' })
})

const buying = (faults: string[] = ['sold_out', 'price_changed']): { tool: OwnActor; calls: () => number } => {
  let calls = 0
  const perform = (): never => {
    calls++
    throw new Fault('sold_out', 'no chairs left')
  }
  return { tool: defineTool({ name: 'shop.buy', input: {}, faults, perform }), calls: () => calls }
}

test('a code that a tool declares is matched by on_error and retry.on', async () => {
  const { tool, calls } = buying()
  const { workflow, diagnostics } = compile(
    `workflow: w
tools: { buy: { tool: shop.buy } }
steps:
  - id: buy
    tool: buy
    retry: { max: 3, backoff: 1ms..1ms, on: [sold_out] }
    on_error: { sold_out: wait_list }
    next: end
  - { id: wait_list, set: { code: error.code } }
`,
    { actors: [tool] },
  )
  assert.ok(workflow, JSON.stringify(diagnostics))
  assert.equal((await run(workflow)).output, { code: 'sold_out' })
  assert.is(calls(), 3)
})

const UNKNOWN: { title: string; step: string; faults?: string[]; hint: RegExp }[] = [
  { title: 'a misspelt code of the tool', step: 'on_error: { sold_ot: continue }', hint: /did you mean 'sold_out'/ },
  { title: 'a code that no tool declares', step: 'retry: { on: [sold_out] }', faults: [], hint: /such as timeout, / },
  { title: 'another code', step: 'on_error: { whatever: continue }', hint: /such as sold_out, price_changed, / },
]

for (const { title, step, faults, hint } of UNKNOWN)
  test(`${title} is a finding`, () => {
    const text = `workflow: w\nsteps:\n  - id: buy\n    tool: shop.buy\n    ${step}\n`
    const [finding, ...others] = compile(text, { actors: [buying(faults).tool] }).diagnostics
    assert.equal([finding?.code, others], ['unknown_fault_code', []])
    assert.match(finding?.hint ?? '', hint)
  })

for (const [code, problem] of [
  ['Sold-Out', /'Sold-Out' is no fault code of 'shop.buy': expected a word in snake_case/],
  ['budget_exceeded', /no workflow can match it/],
  ['cancelled', /no workflow can match it/],
] as const)
  test(`a tool can't declare '${code}'`, () => {
    assert.throws(() => buying([code]), problem)
  })

test('anything else that is thrown is tool_failed', async () => {
  const { error } = await call('tool: own', [throwing(new TypeError('x is undefined')).tool])
  assert.equal([error?.code, error?.message], ['tool_failed', 'own failed: x is undefined'])
})

test('a tool that writes is tried once, a tool that reads three times', async () => {
  const fault = new Fault('unavailable', 'later', { retryable: true })
  const writing = throwing(fault)
  await call('tool: own', [writing.tool])
  assert.is(writing.calls(), 1)
  const reading = throwing(fault, false)
  await call('tool: own\n    retry: { backoff: 1ms..1ms }', [reading.tool])
  assert.is(reading.calls(), 3)
})

test('changes of a tool to its input stay in the tool', async () => {
  const tool = defineTool({
    name: 'own',
    input: { list: 'number[]' },
    perform({ list }) {
      list.push(4)
      return list
    },
  })
  const text = `
workflow: w
steps:
  - id: numbers
    set: { list: "[1, 2, 3]" }
  - id: call
    tool: own
    with: { list: "\${steps.numbers.output.list}" }
output: { list: steps.numbers.output.list, longer: steps.call.output }
`
  const { workflow } = compile(text, { actors: [tool] })
  assert.ok(workflow)
  assert.equal((await run(workflow)).output, { list: [1, 2, 3], longer: [1, 2, 3, 4] })
})

test('a tool with the name of a built-in takes its place', async () => {
  const fake = defineTool({
    name: 'http.get',
    input: { url: 'string' },
    output: { status: 'integer', body: 'any' },
    perform: ({ url }) => ({ status: 200, body: url }),
  })
  const { output } = await call('tool: http.get\n    with: { url: "https://example.com" }', [fake])
  assert.equal(output, { status: 200, body: 'https://example.com' })
})

test('a tool sees its key, its attempt and the values of secrets, which can not be read back', async () => {
  const tool = defineTool({
    name: 'own',
    input: {},
    perform: (_, { key, attempt, secret }) => ({ key, attempt, leak: `it is ${secret('TOKEN')}` }),
  })
  const text = 'workflow: w\nsecrets: [TOKEN]\nsteps:\n  - id: call\n    tool: own\n    key: "\'k-\' + run.id"\n'
  const { workflow } = compile(text, { actors: [tool] })
  assert.ok(workflow)
  const store = await openStore('memory')
  const { id, output } = await run(workflow, { secrets: { TOKEN: 'hunter-2-hunter-2' }, store })
  assert.equal(output, { key: `k-${id}`, attempt: 1, leak: 'it is [secret TOKEN]' })
  assert.not.match(JSON.stringify(await store.readJournal(id)), 'hunter-2')
})

test('a model answers with text, with JSON where the step wants a value, and with the value itself', async () => {
  const modelOf = (answer: string | { n: number }): OwnActor =>
    defineActor({ kind: 'llm', name: 'acme', perform: () => answer })
  const asking = 'llm: acme/x\n    prompt: hi'
  assert.equal((await call(asking, [modelOf('hello')])).output, { text: 'hello' })
  const typed = `${asking}\n    returns: { n: number }\n    retry: { max: 1 }`
  assert.equal((await call(typed, [modelOf('{ "n": 1 }')])).output, { n: 1 })
  assert.equal((await call(typed, [modelOf({ n: 2 })])).output, { n: 2 })
  assert.is((await call(typed, [modelOf('one')])).error?.code, 'invalid_output')
})

const TURNS: [title: string, answer: JsonValue | LlmTurn, output: JsonValue][] = [
  ['a text', '{ "n": 1 }', { n: 1 }],
  ['a value', { n: 2 }, { n: 2 }],
  ['a turn with a text', { text: '{ "n": 3 }', tool_calls: [] }, { n: 3 }],
  ['a turn with a value', { text: '', tool_calls: [], output: { n: 4 } }, { n: 4 }],
]
for (const [title, answer, output] of TURNS)
  test(`a model with tools calls some, sees their results, and ends by ${title}`, async () => {
    const seen: string[] = []
    const acme = defineActor({
      kind: 'llm',
      name: 'acme',
      perform({ messages, tools = [] }) {
        const last = messages.at(-1)
        seen.push(`${last?.role}: ${last?.content}`)
        const [tool] = tools
        if (last?.role === 'tool' || tool === undefined) return answer
        return {
          text: '',
          tool_calls: [{ id: '1', name: tool.name, arguments: '{ "data": { "a": 5 }, "query": "a" }' }],
        }
      },
    })
    const asking = 'llm: acme/x\n    prompt: hi\n    tools: [json.query]\n    returns: { n: number }'
    assert.equal((await call(asking, [acme])).output, output)
    assert.equal(seen, ['user: hi', 'tool: {"value":5}'])
  })

test('what a model says it has consumed is in the usage of the run', async () => {
  const acme = defineActor({
    kind: 'llm',
    name: 'acme',
    perform(_, { usage }) {
      usage({ provider: 'acme', model: 'x', input_tokens: 7, cached_tokens: 0, output_tokens: 2, cost_usd: null })
      return 'hello'
    },
  })
  const { usage } = await call('llm: acme/x\n    prompt: hi', [acme])
  assert.equal(usage, { input_tokens: 7, output_tokens: 2, cost_usd: null })
})

test('an unrequested Cancelled is a fault, not an end of the run', async () => {
  const { status, error } = await call('tool: own', [throwing(new Cancelled()).tool])
  assert.equal([status, error?.code], ['failed', 'tool_failed'])
})

const WRONG_TYPES: [notation: unknown, message: RegExp][] = [
  ['strnig', /'input of own' has an unknown type: .* got 'strnig'\ndid you mean 'string'\?/],
  [['string', 'number'], /is not a type: expected a list with the one type of its items/],
  [{ a: 5 }, /'a' is not a type: expected a type, got 5/],
  [{ type: 'object', properties: 5 }, /not valid JSON Schema/],
]

for (const [notation, message] of WRONG_TYPES)
  test(`${JSON.stringify(notation)} is no type`, () => {
    assert.throws(() => defineTool({ name: 'own', input: notation as string, perform: () => null }), message)
  })

test('names are those that a workflow can write', () => {
  assert.throws(
    () => defineTool({ name: 'my tool', input: {}, perform: () => null }),
    /'my tool' is no name for a tool/,
  )
  assert.throws(() => defineActor({ kind: 'llm', name: 'a/b', perform: () => '' }), /'a\/b' is no name for a provider/)
  assert.throws(() => defineActor({ kind: 'llm', name: 'workflow', perform: () => '' }), /'workflow' is taken/)
})

test.run()
