import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createPricing } from '../../../src/actors/llm/prices.ts'
import { createCatalogue } from '../../../src/app/catalogue.ts'
import { compile } from '../../../src/compiler/compile.ts'
import { proveWorkflow } from '../../../src/compiler/prove.ts'
import { createSource } from '../../../src/compiler/source.ts'
import type { JsonValue } from '../../../src/core/json.ts'
import { type Forecast, forecast } from '../../../src/service/forecast/forecast.ts'

const test = suite('forecast')

/** USD 1 a token that goes in, USD 10 a token that comes out, so that tokens can be counted in the sums. */
const PRICE = { inputUsd: 1e6, outputUsd: 10e6 }
const pricing = createPricing(new Map([['openai/priced', PRICE]]))
const catalogue = createCatalogue([], { pricing })

const of = (yaml: string, input?: JsonValue, children: Record<string, string> = {}): Forecast => {
  const { compiled, proofs, diagnostics } = compile(createSource('main.yaml', `workflow: main\n${yaml}`), {
    catalogue,
    links: {
      file: () => undefined,
      workflow: (path) => (children[path] === undefined ? undefined : createSource(path, children[path])),
    },
    prover: proveWorkflow,
  })
  assert.ok(compiled && proofs, diagnostics.map(({ message }) => message).join('\n'))
  return forecast(compiled, { proofs, catalogue, pricing, input, environment: [] })
}

const ask = (id: string, more = ''): string =>
  `{ id: ${id}, llm: openai/priced, prompt: Hi, params: { max_tokens: 7 }, retry: { max: 1 }${more} }`

/** Bytes of the request `Hi`, as a forecast counts them. */
const HI = Buffer.byteLength(JSON.stringify([{ role: 'system' }, { role: 'user' }, null])) + '"Hi"'.length
const ONE = HI + 70

test('a call costs its bytes and its max_tokens', () => {
  const { worstUsd, smoothUsd, calls, reasons } = of(`steps:\n  - ${ask('a')}\n`)
  assert.equal([worstUsd, smoothUsd, calls, reasons], [ONE, ONE, 1, []])
})

test('loops, tries of blocks, retries and jumps back multiply', () => {
  const cases: [yaml: string, times: number][] = [
    [`- { id: l, loop: { until: "false", max: 4 }, do: [${ask('a')}] }`, 4],
    [`- { id: l, do: [${ask('a')}], retry: { max: 3 } }`, 3],
    [`- ${ask('a').replace('max: 1', 'max: 5')}`, 5],
    [`- { id: f, foreach: "[1, 2, 3]", as: n, do: [${ask('a')}] }`, 3],
    [`- { id: l, loop: { until: "false", max: 4 }, do: [{ id: f, foreach: "[1, 2]", as: n, do: [${ask('a')}] }] }`, 8],
    [
      `- ${ask('a', ', max_visits: 6')}\n  - { id: s, switch: [{ when: "steps.a.attempts > 1", next: end }, { else: { next: a } }] }`,
      6,
    ],
  ]
  for (const [yaml, times] of cases) {
    const { worstUsd, calls } = of(`steps:\n  ${yaml}\n`)
    assert.equal([worstUsd, calls], [times * ONE, times], yaml)
  }
})

test('a repair sends all that was said, and the answer', () => {
  const returns = {
    type: 'object',
    properties: { a: { type: 'string' } },
    required: ['a'],
    additionalProperties: false,
  }
  const { worstUsd, smoothUsd, calls } = of(`steps:\n  - ${ask('a', ', returns: { a: string }')}\n`)
  const bytes = Buffer.byteLength(JSON.stringify([{ role: 'system' }, { role: 'user' }, returns])) + '"Hi"'.length
  assert.is(smoothUsd, bytes + 70)
  assert.is(worstUsd, bytes + 70 + (bytes + 7 + 2_000) + 70)
  assert.is(calls, 2)
})

test('a list that the input makes known counts its items, each with its own prompt', () => {
  const yaml = `input: { docs: [string] }
steps:
  - id: f
    foreach: input.docs
    as: doc
    do: [{ id: a, llm: openai/priced, prompt: "\${doc}", params: { max_tokens: 7 }, retry: { max: 1 } }]
`
  const unknown = of(yaml)
  assert.equal([unknown.worstUsd, unknown.calls, unknown.steps], [null, null, null])
  assert.equal(
    unknown.reasons.map(({ step, reason, isBounded }) => [step, reason, isBounded]),
    [
      ['a', 'open_input', false],
      ['f', 'open_list', false],
    ],
  )
  assert.equal(unknown.byStep[0]?.perRound, { block: { id: 'f', round: 'item' }, entries: 1 })
  const known = of(yaml, { docs: ['Hi', 'x'] })
  assert.equal([known.worstUsd, known.calls, known.reasons], [2 * ONE, 2, []])
})

test('a loop whose max is an expression has no bound, until the input makes it known', () => {
  const yaml = `
input: { n: integer }
steps:
  - { id: l, loop: { until: "false", max: "\${input.n + 1}" }, do: [${ask('a')}] }
`
  const unknown = of(yaml)
  assert.equal([unknown.worstUsd, unknown.calls, unknown.steps], [null, null, null])
  assert.equal(
    unknown.reasons.map(({ step, reason }) => [step, reason]),
    [['l', 'open_loop']],
  )
  assert.equal(unknown.byStep[0]?.perRound, { block: { id: 'l', round: 'iteration' }, entries: 1 })
  const known = of(yaml, { n: 2 })
  assert.equal([known.worstUsd, known.calls, known.steps, known.reasons], [3 * ONE, 3, 3, []])
  assert.is(of(yaml, { n: -5 }).worstUsd, null)
})

test('the limit ends it, and what it would be without is told', () => {
  const { worstUsd, unlimitedUsd, limitUsd } = of(`limits: { cost_usd: 5 }\nsteps:\n  - ${ask('a')}\n`)
  assert.equal([worstUsd, unlimitedUsd, limitUsd], [5, ONE, 5])
})

test('a limit bounds a call that sets no max_tokens, and the calls of children', () => {
  const step = '{ id: a, llm: openai/priced, prompt: Hi, retry: { max: 1 } }'
  const bounded = HI + 8_192 * 10
  for (const limit of ['cost_usd: 1000000000', 'tokens: 1000']) {
    const { unlimitedUsd, reasons } = of(`limits: { ${limit} }\nsteps:\n  - ${step}\n`)
    assert.equal([unlimitedUsd, reasons], [bounded, []], limit)
  }
  assert.is(of(`limits: { steps: 5 }\nsteps:\n  - ${step}\n`).unlimitedUsd, null)
  const child = { 'child.yaml': `workflow: child\nsteps:\n  - ${step}\n` }
  const parent = 'limits: { cost_usd: 1000000000 }\nsteps:\n  - { id: c, workflow: child.yaml }\n'
  assert.is(of(parent, {}, child).unlimitedUsd, bounded)
  const computed = of(`limits: { tokens: 1000 }
input: { most: integer }
steps:
  - { id: a, llm: openai/priced, prompt: Hi, params: { max_tokens: "\${input.most}" }, retry: { max: 1 } }
`)
  assert.equal(
    computed.reasons.map(({ message }) => message),
    ['its params.max_tokens is known only when it runs'],
  )
})

test('a repair that may reach the price of long inputs costs that price', () => {
  const prompt = 'x'.repeat(199_000)
  const yaml = `steps:
  - { id: a, llm: gemini/gemini-2.5-pro, prompt: "${prompt}", params: { max_tokens: 100 }, retry: { max: 1 }, returns: { a: string } }
`
  const { smoothUsd, worstUsd } = of(yaml)
  const bytes = ((smoothUsd ?? 0) - 100 * 10e-6) / 1.25e-6
  assert.ok(bytes > 199_000 && bytes < 200_000, String(bytes))
  const repairUsd = (bytes + 100 + 2_000) * 2.5e-6 + 100 * 15e-6
  assert.ok(Math.abs((worstUsd ?? 0) - (smoothUsd ?? 0) - repairUsd) < 1e-9, `${worstUsd}`)
})

test('an unknown price is no number, and a free one is 0 whatever else is open', () => {
  const unknown = of('steps:\n  - { id: a, llm: openai/unheard-of, prompt: Hi }\n')
  assert.is(unknown.worstUsd, null)
  assert.equal(
    unknown.reasons.map(({ message }) => message),
    ['the price of openai/unheard-of is not known'],
  )
  const free = of(`input: { docs: [string] }
steps:
  - { id: f, foreach: input.docs, as: doc, do: [{ id: a, llm: ollama/llama3.2, prompt: "\${doc}" }] }
`)
  assert.equal([free.worstUsd, free.smoothUsd, free.reasons], [0, 0, []])
})

test('each model of a fallback order may be asked as often as the retries allow', () => {
  const { worstUsd, smoothUsd, calls } = of(`models: { default: [ollama/llama3.2, openai/priced] }
steps:
  - { id: a, llm: default, prompt: Hi, params: { max_tokens: 7 }, retry: { max: 2 } }
`)
  assert.equal([worstUsd, smoothUsd, calls], [2 * ONE, 0, 4])
})

test('a child costs what it costs, as often as it is called', () => {
  const child = `workflow: child\nsteps:\n  - ${ask('inner')}\n  - { id: more, llm: openai/priced, prompt: Hi }\n`
  const yaml = 'steps:\n  - { id: l, loop: { until: "false", max: 3 }, do: [{ id: c, workflow: child.yaml }] }\n'
  const open = of(yaml, {}, { 'child.yaml': child })
  assert.equal(
    open.reasons.map(({ step, reason }) => `${step} ${reason}`),
    ['c › more no_max_tokens'],
  )
  const { worstUsd, calls } = of(yaml, {}, { 'child.yaml': `workflow: child\nsteps:\n  - ${ask('inner')}\n` })
  assert.equal([worstUsd, calls], [3 * ONE, 3])
})

test('a model with tools may take all its turns', () => {
  const { calls, reasons } = of(
    'steps:\n  - { id: a, llm: openai/gpt-5-mini, prompt: Hi, tools: [time.now], max_turns: 4, params: { max_tokens: 9 }, retry: { max: 2 } }\n',
  )
  assert.is(calls, 8)
  assert.equal(
    reasons.map(({ reason, isBounded }) => [reason, isBounded]),
    [['open_input', true]],
  )
})

test.run()
