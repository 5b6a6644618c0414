/** Timeouts, `max` of loops and `concurrency` that expressions give. That they survive a crash is in timers.test.ts. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compileFamily } from '../support/compile-workflow.ts'
import { runWorkflow, startWorkflow } from '../support/run-workflow.ts'
import { addWorkflowCases, type WorkflowCase } from '../support/workflow-cases.ts'

const test = suite('bounds that expressions give')

const SLOW = 'do: [{ id: nap, wait: { for: 1h } }]'
const INPUT = 'input: { limit: string, seconds: integer, n: integer }\n'
const GIVEN = { limit: 'PT10S', seconds: 10, n: 2 }

const LATE: readonly [what: string, step: string][] = [
  ['a wait', 'wait: { for: 1h }'],
  ['a wait for an event', 'wait: { event: paid }'],
  ['an approval', 'approve: { title: Sure? }'],
  ['a block', SLOW],
  ['a block with a condition', `when: input.n == 2, ${SLOW}`],
  ['a block with a bound of its visits', `max_visits: 2, ${SLOW}`],
  ['a block with a retry', `retry: { max: 2 }, ${SLOW}`],
  ['a loop', `loop: { until: "false", max: 3 }, ${SLOW}`],
  ['a switch', `switch: [{ when: input.n == 2, ${SLOW} }]`],
  ['a parallel', 'parallel: { left: [{ id: nap, wait: { for: 1h } }] }'],
  ['a foreach', `foreach: "[1, 2]", ${SLOW}`],
  ['a foreach with a retry', `foreach: "[1, 2]", retry: { max: 1 }, ${SLOW}`],
  ['an attempt', 'llm: mock/script, prompt: x, retry: { max: 1 }, params: { script: [{ text: late, delay: 1h }] }'],
  [
    'a turn of a model with tools',
    'llm: mock/script, prompt: x, tools: [time.now], retry: { max: 1 }, params: { script: [{ text: late, delay: 1h }] }',
  ],
]

for (const [what, step] of LATE)
  for (const timeout of ['${input.limit}', '${input.seconds}s'])
    test(`${what} with the timeout ${timeout} ends after as long as that says`, async () => {
      const { error, durationMs } = await runWorkflow(`${INPUT}steps: [{ id: late, ${step}, timeout: "${timeout}" }]`, {
        input: GIVEN,
      })
      assert.equal([error?.code, durationMs], ['timeout', 10_000], error?.message)
      assert.match(error?.step ?? '', /^late\b/)
      assert.match(error?.message ?? '', 'longer than its timeout of 10.0s')
    })

test('a child run with a timeout that an expression gives ends after as long as that says', async () => {
  const parent = `${INPUT}steps: [{ id: late, workflow: child.yaml, timeout: "\${input.limit}", retry: { max: 1 } }]`
  const child = 'workflow: child\nsteps: [{ id: nap, wait: { for: 1h } }]\n'
  const { error, durationMs } = await runWorkflow(compileFamily(parent, { 'child.yaml': child }), { input: GIVEN })
  assert.equal([error?.code, error?.step, durationMs], ['timeout', 'late', 10_000])
})

test('each attempt has the whole timeout', async () => {
  const { error, durationMs } = await runWorkflow(
    `${INPUT}steps:
  - id: ask
    llm: mock/script
    prompt: x
    timeout: "\${input.limit}"
    retry: { max: 3, backoff: 1s..1s, jitter: false }
    params: { script: [{ text: late, delay: 1h }] }
`,
    { input: GIVEN },
  )
  assert.equal([error?.code, durationMs], ['timeout', 3 * 10_000 + 2 * 1_000])
})

test('an approval shows the deadline that the expression gives', async () => {
  const { run, clock } = await startWorkflow(
    `${INPUT}steps: [{ id: ask, approve: { title: Sure? }, timeout: "\${input.limit}" }]`,
    { input: GIVEN },
  )
  const [wait] = run.state.openWaits()
  assert.is(wait?.kind === 'approval' && wait.dueAt, clock.now() + 10_000)
})

test('as many items are in work at once as the expression says', async () => {
  const yaml = `${INPUT}steps: [{ id: all, foreach: "[1, 2, 3, 4]", concurrency: "\${input.n}", do: [{ id: nap, wait: { for: 10s } }] }]`
  assert.is((await runWorkflow(yaml, { input: GIVEN })).durationMs, 20_000)
  assert.is((await runWorkflow(yaml, { input: { ...GIVEN, n: 4 } })).durationMs, 10_000)
})

test('a block keeps its deadline over its retries', async () => {
  const { error, durationMs } = await runWorkflow(
    `${INPUT}steps:
  - id: b
    timeout: "\${input.limit}"
    retry: { max: 9, backoff: 3s..3s, jitter: false, on: [given_up] }
    do: [{ id: a, fail: { code: given_up, message: no } }]
`,
    { input: GIVEN },
  )
  assert.equal([error?.code, error?.step, durationMs], ['timeout', 'b', 10_000])
})

test('a bound is evaluated for each item, over its own steps', async () => {
  const { output } = await runWorkflow(`
steps:
  - id: each
    foreach: "[1, 3]"
    do:
      - { id: most, set: { n: item } }
      - { id: l, loop: { until: "false", max: "\${steps.most.output.n}", on_max: continue }, do: [{ id: a, set: { count: iter.count } }] }
`)
  assert.equal(output, [{ count: 1 }, { count: 3 }])
})

const misfit = (title: string, step: string, input: WorkflowCase['input'], message: string): WorkflowCase => ({
  title,
  workflow: `input: { x: any }\nsteps: [{ id: s, ${step} }]`,
  input: { x: input ?? null },
  fails: { code: 'expression_failed', step: 's', message },
})

const A_DURATION = 'expected a duration such as 500ms, 30s, 1h30m, 2d or PT5M'
const A_COUNT = 'expected a whole number of at least 1'
const LOOP = 'loop: { until: "false", max: "${input.x}" }, do: [{ id: a, set: { n: 1 } }]'
const EACH = 'foreach: "[1]", concurrency: "${input.x}", do: [{ id: a, set: { n: 1 } }]'

addWorkflowCases(test, [
  misfit(
    'a timeout that is no duration fails the step, by the name of the key',
    'set: { n: 1 }, timeout: "${input.x}"',
    'soon',
    `'timeout' of step 's': ${A_DURATION}, got "soon"`,
  ),
  misfit(
    'a timeout that is a number has no unit',
    'llm: mock/echo, prompt: x, timeout: "${input.x}"',
    30,
    `'timeout' of step 's': ${A_DURATION}, got 30`,
  ),
  misfit(
    'a timeout of a month is refused with the reason',
    'do: [{ id: a, set: { n: 1 } }], timeout: "${input.x}"',
    'P1M',
    `'timeout' of step 's': ${A_DURATION}, got "P1M"; months and years have no fixed length: write days, such as P30D`,
  ),
  misfit('a loop without an iteration', LOOP, 0, `'max' of step 's': ${A_COUNT}, got 0`),
  misfit('half an iteration', LOOP, 1.5, `'max' of step 's': ${A_COUNT}, got 1.5`),
  misfit('a max that is text', LOOP, '3', `'max' of step 's': ${A_COUNT}, got "3"`),
  misfit('no item at once', EACH, -1, `'concurrency' of step 's': ${A_COUNT}, got -1`),
  misfit('a concurrency that is missing', EACH, null, `'concurrency' of step 's': ${A_COUNT}, got null`),
  misfit(
    'a pause with text around its number',
    'wait: { for: "${input.x}s" }',
    'ten',
    `'for' of step 's': ${A_DURATION}, got "tens"`,
  ),
  {
    title: 'the fault of a bound can be handled as any other',
    workflow: `
steps:
  - { id: b, do: [{ id: a, set: { n: 1 } }], timeout: "\${run.id}", on_error: { expression_failed: saved }, next: end }
  - { id: saved, set: { a: steps.a.status, b: steps.b.status } }
`,
    output: { a: 'pending', b: 'failed' },
  },
  {
    title: 'a step that is skipped evaluates no bound',
    workflow: `
steps:
  - { id: b, when: run.id == "none", do: [{ id: a, set: { n: 1 } }], timeout: "\${run.id}" }
  - { id: c, when: run.id == "none", loop: { until: "true", max: "\${int(run.id)}" }, do: [{ id: d, set: { n: 1 } }] }
  - { id: e, set: { b: steps.b.status, c: steps.c.status } }
`,
    output: { b: 'skipped', c: 'skipped' },
  },
  {
    title: 'a max that an expression gives bounds the loop, and is exhausted',
    workflow: `
input: { n: integer }
steps: [{ id: l, loop: { until: "false", max: "\${input.n + 1}" }, do: [{ id: a, set: { n: iter.count } }] }]
`,
    input: { n: 2 },
    fails: { code: 'loop_exhausted', step: 'l', details: { step: 'l', max: 3 } },
  },
])

test.run()
