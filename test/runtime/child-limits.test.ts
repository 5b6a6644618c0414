/** Limits of child runs, and of the runs above them: which run ends by which, and what its caller can match. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonObject } from '../../src/core/json.ts'
import type { RunRecord } from '../../src/store/store.ts'
import { createLimitedRuns, endOf, type LimitedRuns, settle, usageOf } from '../support/limited-runs.ts'

const test = suite('limits of child runs')

const ask = (id: string): string =>
  `- { id: ${id}, llm: paid/m, prompt: ${id}, retry: { max: 1 }, params: { max_tokens: 1000 } }`

const createFamily = (parent: string, children: Record<string, string>): LimitedRuns =>
  createLimitedRuns(`workflow: main\n${parent}`, {
    children,
    perform: async (_call, context) => {
      context.usage(usageOf(100, 1_000))
      return { text: 'hi' }
    },
  })

const childOf = async ({ store }: LimitedRuns, parent: string): Promise<RunRecord> => {
  const [child] = await store.listRuns({ parent })
  assert.ok(child, 'there is a child run')
  return child
}

const HANDLED = `
steps:
  - { id: call, workflow: child.yaml, on_error: { child_budget_exceeded: told }, next: end }
  - { id: told, set: { error: error } }
output: steps.?told.?output.?error.orValue(null)
`

const own: { limit: string; child: string; message: RegExp; details: JsonObject; advanceMs?: number }[] = [
  {
    limit: 'steps',
    child:
      'limits: { steps: 2 }\nsteps: [{ id: a, set: { n: 1 } }, { id: b, set: { n: 1 } }, { id: c, set: { n: 1 } }]',
    message: /limits\.steps of 2$/,
    details: { limit: 'steps', allowed: 2, child_step: null },
  },
  {
    limit: 'time',
    child: 'limits: { time: 90s }\nsteps: [{ id: nap, wait: { for: 1h } }]',
    message: /limits\.time of 1m 30s$/,
    details: { limit: 'time', allowed_ms: 90_000, child_step: null },
    advanceMs: 90_000,
  },
  {
    limit: 'tokens',
    child: `limits: { tokens: 2000 }\nsteps:\n  ${ask('a')}\n  ${ask('b')}`,
    message: /limits\.tokens of 2000: 1100 is spent \(a 1100\), and the next call may need \d+$/,
    details: { limit: 'tokens', allowed: 2_000, spent: 1_100, spent_on: { a: 1_100 }, child_step: null },
  },
  {
    limit: 'cost_usd',
    child: `limits: { cost_usd: 0.003 }\nsteps:\n  ${ask('a')}\n  ${ask('b')}`,
    message: /limits\.cost_usd of 0\.003: 0\.0021 is spent \(a 0\.0021\), and the next call may need 0\.\d+$/,
    details: { limit: 'cost_usd', allowed: 0.003, spent: 0.0021, spent_on: { a: 0.0021 }, child_step: null },
  },
]

for (const { limit, child, message, details, advanceMs = 0 } of own)
  test(`limits.${limit} of a child is told as the child's, and its caller matches it`, async () => {
    const runs = createFamily(HANDLED, { 'child.yaml': `workflow: child\n${child}` })
    const run = await runs.start()
    await settle()
    await runs.clock.advance(advanceMs)
    const end = await endOf(run)
    const { id, status, error } = await childOf(runs, run.id)
    assert.equal([end.status, status, error?.code], ['completed', 'failed', 'budget_exceeded'])
    const told = end.output as { code: string; message: string; details: JsonObject }
    assert.is(told.code, 'child_budget_exceeded')
    assert.ok(told.message.startsWith(`child run '${id}' of workflow 'child' has reached its limits.`), told.message)
    assert.match(told.message, message)
    const { needed: _, ...figures } = told.details
    assert.equal(figures, { ...details, run: id, workflow: 'child' })
  })

const LIMITED = `workflow: child\nlimits: { steps: 1 }\nsteps: [{ id: a, set: { n: 1 } }, { id: b, set: { n: 1 } }]`

test('unhandled, the limit of a child fails its caller with a fault of its own, which passes up unchanged', async () => {
  const runs = createFamily('steps: [{ id: call, workflow: middle.yaml }]', {
    'middle.yaml': 'workflow: middle\nsteps: [{ id: inner, workflow: child.yaml }]',
    'child.yaml': LIMITED,
  })
  const run = await runs.start()
  const { status, error } = await endOf(run)
  const middle = await childOf(runs, run.id)
  const { id } = await childOf(runs, middle.id)
  assert.equal([status, error?.code, error?.step], ['failed', 'child_budget_exceeded', 'call'])
  assert.is(error?.message, `child run '${id}' of workflow 'child' has reached its limits.steps of 1`)
  assert.equal([error?.details?.run, error?.details?.workflow], [id, 'child'])
})

const SPENDING = { 'child.yaml': `workflow: child\nsteps:\n  ${ask('a')}\n  ${ask('b')}` }

for (const handler of ['on_error: continue', 'on_error: { child_budget_exceeded: end }'])
  test(`a limit of the caller ends both, and \`${handler}\` does not match it`, async () => {
    const runs = createFamily(
      `limits: { tokens: 2000 }\nsteps: [{ id: call, workflow: child.yaml, ${handler} }]`,
      SPENDING,
    )
    const run = await runs.start()
    const { status, error, usage } = await endOf(run)
    assert.equal([status, error?.code, error?.step], ['failed', 'budget_exceeded', null])
    assert.match(error?.message ?? '', /^the run has reached limits\.tokens of 2000: 1100 is spent \(call 1100\)/)
    assert.equal([error?.details?.of_run, error?.details?.limit], [undefined, 'tokens'])
    assert.is(usage.input_tokens + usage.output_tokens, 1_100)
    const child = await childOf(runs, run.id)
    assert.is(child.error?.code, 'budget_exceeded')
    assert.match(
      child.error?.message ?? '',
      `the run '${run.id}' above it has reached limits.tokens of 2000: 1100 is spent`,
    )
  })

test('a limit two runs above ends all three, each told whose it is', async () => {
  const runs = createFamily(
    'limits: { cost_usd: 0.003 }\nsteps: [{ id: call, workflow: middle.yaml, on_error: continue }]',
    {
      ...SPENDING,
      'middle.yaml': 'workflow: middle\nsteps: [{ id: inner, workflow: child.yaml, on_error: continue }]',
    },
  )
  const run = await runs.start()
  const { error } = await endOf(run)
  const middle = await childOf(runs, run.id)
  const child = await childOf(runs, middle.id)
  assert.equal([error?.code, error?.details?.of_run], ['budget_exceeded', undefined])
  for (const { error: below } of [middle, child])
    assert.equal([below?.code, below?.details?.of_run], ['budget_exceeded', run.id])
})

test('the limit of a child that ended while its caller was in no process is matched when that goes on', async () => {
  const runs = createFamily(HANDLED, {
    'child.yaml': 'workflow: child\nlimits: { time: 90s }\nsteps: [{ id: nap, wait: { for: 1h } }]',
  })
  const run = await runs.start()
  await settle()
  await runs.clock.advance(60_000)
  const next = await runs.resume(run.id)
  await settle()
  await runs.clock.advance(30_000)
  const { output } = await endOf(next)
  assert.is((output as { code: string }).code, 'child_budget_exceeded')
})

test.run()
