import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadProvider } from '../../../src/actors/llm/providers.ts'
import { createCatalogue } from '../../../src/app/catalogue.ts'
import { createLocal, type Local } from '../../../src/app/local.ts'
import { recoverRun } from '../../../src/runtime/recovery.ts'
import type { Run } from '../../../src/runtime/run.ts'
import { type ForkPlan, type ForkWish, type Origin, planFork } from '../../../src/service/history/plan-fork.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts'
import type { RunRecord, Store } from '../../../src/store/store.ts'
import { catchFault } from '../../support/catch-fault.ts'
import { compileWorkflow } from '../../support/compile-workflow.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { createTempFolder } from '../../support/temp-folder.ts'
import { createToolOptions } from '../../support/tool-options.ts'

const DRAFT = `
models: { default: mock/echo }
input: { topic: string }
steps:
  - { id: classify, llm: default, prompt: "kind of \${input.topic}" }
  - { id: write, llm: default, prompt: "write: \${steps.classify.output.text}" }
  - { id: pause, wait: { for: 5s } }
  - { id: review, llm: default, prompt: "review: \${steps.write.output.text}" }
output: steps.review.output.text
`

interface World {
  store: Store
  clock: ManualClock
  local: Local
}

const finish = async (run: Run, { clock }: World): Promise<void> => {
  let isOver = false
  run.exited.then(
    () => {
      isOver = true
    },
    () => {},
  )
  for (let wakes = 0; !isOver && wakes < 2_000; wakes++) {
    await new Promise((resolve) => setImmediate(resolve))
    if (!isOver && wakes % 4 === 3) await clock.advanceToNext()
  }
}

const begin = async (
  yaml: string,
  { input, world }: { input: Record<string, string>; world: World },
): Promise<Origin> => {
  const workflow = compileWorkflow(yaml)
  const run = await world.local.start(workflow, { input })
  await finish(run, world)
  return { id: run.id, workflow, rows: await world.store.readJournal(run.id) }
}

const runFork = async (plan: ForkPlan, world: World): Promise<RunRecord> => {
  const { workflow, copied, data } = plan
  const { input, models } = data
  const origin = { kind: 'fork', of: copied.past.fork.run } as const
  const run = await world.local.start(workflow, { input, models, copied, origin })
  await finish(run, world)
  const found = await world.store.findRun(copied.id)
  if (found.kind !== 'found') throw new Error('the fork is gone')
  return found.run
}

const wish = (path: string, { clock }: World, more: Partial<ForkWish> = {}): ForkWish => ({
  from: { path, visit: 1 },
  catalogue: createCatalogue(),
  now: clock.now(),
  ...more,
})

const STORES: Record<string, (folder: string, now: () => number) => Promise<Store>> = {
  memory: async (_, now) => createMemoryStore({ now }),
  SQLite: (folder) => openSqliteStore({ path: join(folder, 'troupe.db'), durability: 'process' }),
}

for (const [name, open] of Object.entries(STORES)) {
  const test = suite<{ world: World; remove(): void }>(`a fork (${name})`)

  test.before.each(async (context) => {
    const folder = createTempFolder()
    const clock = createManualClock(Date.now())
    const store = await open(folder.path, () => clock.now())
    await loadProvider('mock', { clock })
    const local = createLocal({ store, clock, tools: createToolOptions() })
    Object.assign(context, { world: { store, clock, local }, remove: folder.remove })
  })

  test.after.each(async ({ world, remove }) => {
    await world.local.close()
    remove()
  })

  test('has the rows up to the start of its step, and performs the rest', async ({ world }) => {
    const origin = await begin(DRAFT, { input: { topic: 'tea' }, world })
    const plan = await planFork(origin, wish('review', world))
    assert.ok(plan.isReached)
    assert.equal(plan.dropped, [])
    const fork = await runFork(plan, world)
    const rows = await world.store.readJournal(fork.id)
    assert.is(fork.output, 'review: write: kind of tea')
    assert.equal(fork.origin, { kind: 'fork', of: origin.id })
    assert.equal(
      rows.map(({ seq, kind, path }) => `${seq} ${kind} ${path}`),
      ['1 created ', '2 outcome classify', '3 outcome write', '4 timer pause', '5 outcome review'],
    )
    assert.equal(await world.store.readJournal(origin.id), origin.rows, 'J7: the origin is as it was')
  })

  test('is charged for its own calls alone, and reports the cost of the copied ones', async ({ world }) => {
    const origin = await begin(DRAFT, { input: { topic: 'tea' }, world })
    const [before] = await world.store.sumUsage({ by: [] })
    const fork = await runFork(await planFork(origin, wish('review', world)), world)
    const [after] = await world.store.sumUsage({ by: [] })
    assert.is(before?.calls, 3)
    assert.is(after?.calls, 4)
    const [created] = await world.store.readJournal(fork.id)
    assert.ok(created)
    const { usage, ...data } = (created.data as { fork: { usage: { input_tokens: number } } }).fork
    assert.equal(data, { run: origin.id, from: 'review', visit: 1, rows: 3 })
    assert.is(
      usage.input_tokens + fork.usage.input_tokens,
      after === undefined || before === undefined ? 0 : before.input_tokens,
    )
  })

  test('starts now: open deadlines keep their distance', async ({ world }) => {
    const yaml = `
steps:
  - id: block
    timeout: 10s
    do:
      - { id: first, wait: { for: 4s } }
      - { id: second, wait: { for: 5s } }
`
    const origin = await begin(yaml, { input: {}, world })
    await world.clock.advance(86_400_000)
    const plan = await planFork(origin, wish('second', world))
    const { timers } = plan.copied.past
    assert.equal(timers.map(({ id, dueAt }) => [id, (dueAt - world.clock.now()) / 1_000]).sort(), [
      ['block:timeout', 6],
      ['second:wait', 5],
    ])
    assert.is((await runFork(plan, world)).status, 'completed')
  })

  test('with another input, drops answers to changed questions, reports them, and performs them again', async ({
    world,
  }) => {
    const yaml = `
models: { default: mock/echo }
input: { topic: string, tone: string }
steps:
  - { id: facts, llm: default, prompt: "facts on \${input.topic}" }
  - { id: mood, llm: default, prompt: "mood \${input.tone}" }
  - { id: write, llm: default, prompt: "\${steps.facts.output.text}, \${steps.mood.output.text}" }
  - { id: review, llm: default, prompt: "review: \${steps.write.output.text}" }
output: steps.review.output.text
`
    const origin = await begin(yaml, { input: { topic: 'tea', tone: 'dry' }, world })
    const plan = await planFork(origin, wish('review', world, { input: { topic: 'tea', tone: 'warm' } }))
    assert.not.ok(plan.isReached)
    assert.equal(plan.dropped, [
      { path: 'mood', visit: 1, reason: 'changed' },
      { path: 'write', visit: 1, reason: 'not_reached' },
    ])
    assert.is((await runFork(plan, world)).output, 'review: facts on tea, mood warm')
  })

  test('with another model for an alias, does not copy the answers of the old model', async ({ world }) => {
    const yaml = `
models: { default: mock/echo, judge: mock/echo }
steps:
  - { id: write, llm: default, prompt: a }
  - { id: judge, llm: judge, prompt: b }
  - { id: last, set: { done: "true" } }
`
    const origin = await begin(yaml, { input: {}, world })
    const models = { judge: 'mock/script' }
    const workflow = world.local.compile(origin.workflow.source, { models }).compiled
    const plan = await planFork(origin, wish('last', world, { models, ...(workflow && { workflow }) }))
    assert.equal(plan.dropped, [{ path: 'judge', visit: 1, reason: 'changed' }])
  })

  test('takes a set output, and performs again what depends on it', async ({ world }) => {
    const origin = await begin(DRAFT, { input: { topic: 'tea' }, world })
    const set = [{ path: 'write', output: { text: 'a poem' } }]
    const plan = await planFork(origin, wish('review', world, { set }))
    assert.equal(plan.dropped, [])
    assert.is((await runFork(plan, world)).output, 'review: a poem')
    const earlier = [{ path: 'classify', output: { text: 'a poem' } }]
    const other = await planFork(origin, wish('review', world, { set: earlier }))
    assert.equal(other.dropped[0], { path: 'write', visit: 1, reason: 'changed' })
    assert.is((await runFork(other, world)).output, 'review: write: a poem')
  })

  test('refuses a set output that does not fit the type of its step, or is not recorded before the fork starts', async ({
    world,
  }) => {
    const origin = await begin(DRAFT, { input: { topic: 'tea' }, world })
    const setting = (path: string, output: string | { text: string }) =>
      catchFault(() => planFork(origin, wish('review', world, { set: [{ path, output }] })))
    assert.match(
      (await setting('write', 'a poem')).message,
      /the output that is set for 'write' does not fit: .*object/,
    )
    assert.match((await setting('review', { text: '' })).message, /'review' has no recorded output before the step/)
    assert.match((await setting('pause', { text: '' })).message, /'pause' has no recorded output of its own/)
  })

  test('starts inside a foreach item and at a later visit', async ({ world }) => {
    const yaml = `
models: { default: mock/echo }
steps:
  - id: rounds
    loop: { until: "iter.count >= 3", max: 5 }
    do:
      - { id: ask, llm: default, prompt: "round \${iter.count}" }
  - id: each
    foreach: "['a', 'b']"
    as: letter
    concurrency: 1
    do:
      - { id: one, llm: default, prompt: "one \${letter}" }
      - { id: two, llm: default, prompt: "two \${letter}" }
output: steps.each.output
`
    const origin = await begin(yaml, { input: {}, world })
    const inside = await planFork(origin, wish('each[1]/two', world))
    assert.is(inside.copied.past.rows.length, 6)
    assert.equal((await runFork(inside, world)).output, [{ text: 'two a' }, { text: 'two b' }])
    const later = await planFork(origin, wish('ask', world, { from: { path: 'ask', visit: 2 } }))
    assert.is(later.copied.past.rows.length, 1)
    const none = await catchFault(() => planFork(origin, wish('ask', world, { from: { path: 'ask', visit: 9 } })))
    assert.match(none.message, /'ask' was begun 3 times .*expected a visit from 1 to 3, got 9/)
    assert.match((await catchFault(() => planFork(origin, wish('two', world)))).message, /name it as each\[0\]\/two/)
    assert.match((await catchFault(() => planFork(origin, wish('eahc', world)))).message, /did you mean 'each'/)
  })

  test('has its own run.id, and rows that fold without a defect', async ({ world }) => {
    const yaml = `
models: { default: mock/echo }
steps:
  - { id: first, llm: default, prompt: "\${run.id}" }
  - { id: second, llm: default, prompt: "\${run.id}" }
output: "[steps.first.output.text, steps.second.output.text]"
`
    const origin = await begin(yaml, { input: {}, world })
    const fork = await runFork(await planFork(origin, wish('second', world)), world)
    assert.equal(fork.output, [origin.id, fork.id])
    assert.is(recoverRun(fork.id, origin.workflow, await world.store.readJournal(fork.id)).defect, undefined)
  })

  test('of a fork reports the cost of all its copied rows', async ({ world }) => {
    const origin = await begin(DRAFT, { input: { topic: 'tea' }, world })
    const fork = await runFork(await planFork(origin, wish('review', world)), world)
    const rows = await world.store.readJournal(fork.id)
    const again = await planFork({ id: fork.id, workflow: origin.workflow, rows }, wish('review', world))
    const { usage } = again.copied.past.fork
    assert.ok(usage.input_tokens > 0)
    const [first] = rows
    assert.ok(first)
    assert.equal(usage, (first.data as { fork: { usage: unknown } }).fork.usage)
  })

  test.run()
}
