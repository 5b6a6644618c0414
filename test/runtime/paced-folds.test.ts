import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { RunEffect } from '../../src/runtime/effects/run-effect.ts'
import type { RunEvent } from '../../src/runtime/run-event.ts'
import { RunState } from '../../src/runtime/run-state.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { describeState } from '../support/journal-checks.ts'

/** Costs about 30,000 visits, a third of what an expression may. */
const DEAR = 'input.list.map(x, x).size()'

/** Fails when it has cost as much. */
const FAILING = `[1][${DEAR}]`

const LIST = Array.from({ length: 30_000 }, (_, index) => index)

const begin = (yaml: string) => {
  const state = new RunState(compileWorkflow(`input: { list: { type: array } }\n${yaml}`))
  const started = { runId: 'r', at: 1, data: { input: { list: LIST }, lowering: 1, models: {}, env: {} } }
  return { state, started }
}

/** Folds the start of a run and these events, each as often as it takes in slices without any time. Returns the number of slices. */
const foldInSlices = (yaml: string, events: readonly RunEvent[] = []) => {
  const { state, started } = begin(yaml)
  let slices = 0
  const finish = (effects: RunEffect[] | undefined): RunEffect[] | undefined => {
    slices++ // that of `open` or `take`
    do slices++
    while (!state.work(() => false))
    return effects
  }
  const effects = [finish(state.open(started)), ...events.map((event) => finish(state.take(event)))]
  return { state, effects, slices }
}

const foldAtOnce = (yaml: string, events: readonly RunEvent[] = []) => {
  const { state, started } = begin(yaml)
  return { state, effects: [state.start(started), ...events.map((event) => state.apply(event))] }
}

/** Returns the number of slices. */
const expectAlike = (yaml: string, events: readonly RunEvent[] = []): number => {
  const { slices, ...sliced } = foldInSlices(yaml, events)
  const whole = foldAtOnce(yaml, events)
  assert.equal(sliced.effects, whole.effects)
  assert.equal(describeState(sliced.state), describeState(whole.state))
  return slices
}

const answer = (path: string, visit = 1): RunEvent => ({
  kind: 'outcome',
  at: 2,
  path,
  visit,
  data: { output: { text: 'yes' }, attempt: 1, started: 1, ms: 1 },
})

const test = suite('folds of dear expressions')

test('steps whose expressions fail one after the other are folded in a slice each', () => {
  const steps = [1, 2, 3, 4].map((n) => `  - { id: s${n}, set: { v: "${FAILING}" }, on_error: continue }`)
  const slices = expectAlike(`steps:\n${steps.join('\n')}\n  - { id: ask, llm: mock/echo, prompt: x }`)
  assert.ok(slices >= 4, `expected a slice for each expression, got ${slices}`)
})

test('steps that are skipped one after the other are folded in a slice each', () => {
  const steps = [1, 2, 3, 4].map((n) => `  - { id: s${n}, when: "${DEAR} < 0", set: { v: 1 } }`)
  const slices = expectAlike(`steps:\n  - { id: ask, llm: mock/echo, prompt: x }\n${steps.join('\n')}`, [answer('ask')])
  assert.ok(slices >= 4, `expected a slice for each condition, got ${slices}`)
})

test('the fields of one step are evaluated in slices', () => {
  const fields = ['a', 'b', 'c', 'd'].map((name) => `${name}: "${DEAR}"`)
  const slices = expectAlike(`steps: [{ id: s, set: { ${fields.join(', ')} } }]`)
  assert.ok(slices >= 4, `expected a slice for each field, got ${slices}`)
})

test('items, branches and blocks with such steps end as they would at once', () => {
  const slices = expectAlike(
    `
steps:
  - id: ask
    llm: mock/echo
    prompt: x
  - id: each
    foreach: "[0, 1, 2]"
    as: n
    concurrency: 2
    on_item_error: collect
    do:
      - { id: first, set: { v: "${FAILING}" }, on_error: continue }
      - { id: second, set: { v: "n == 1 ? ${FAILING} : ${DEAR}" } }
  - id: both
    parallel:
      left: [{ id: l, set: { v: "${FAILING}" }, on_error: continue }, { id: called, llm: mock/echo, prompt: "\${string(${DEAR})}" }]
      right: [{ id: r, when: "${DEAR} < 0", set: { v: 1 } }]
output: { results: steps.each.output, size: "${DEAR}" }
`,
    [answer('ask'), answer('called')],
  )
  assert.ok(slices >= 10, `expected a slice for each expression, got ${slices}`)
})

test.run()
