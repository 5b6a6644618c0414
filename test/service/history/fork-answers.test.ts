/** Forks of runs with approvals, events, child runs and undo. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCatalogue } from '../../../src/app/catalogue.ts'
import { createLocal } from '../../../src/app/local.ts'
import { compile } from '../../../src/compiler/compile.ts'
import { readLinks } from '../../../src/compiler/links.ts'
import { createSource } from '../../../src/compiler/source.ts'
import type { JsonValue } from '../../../src/core/json.ts'
import { type ForkWish, planFork } from '../../../src/service/history/plan-fork.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import type { InboxMessage } from '../../../src/store/store.ts'
import { compileWorkflow } from '../../support/compile-workflow.ts'
import { type DrivenEnd, type DrivenProcess, driveRun } from '../../support/driven-run.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { ScriptedWorld } from '../../support/scripted-world.ts'
import { createToolOptions } from '../../support/tool-options.ts'

type Act = (process: DrivenProcess) => unknown

const createWorld = (yaml: string) => {
  const clock = createManualClock()
  const store = createMemoryStore({ now: () => clock.now() })
  const compiled = compileWorkflow(yaml)
  const run = (acts: readonly Act[], options: object = {}): Promise<DrivenEnd> => {
    const left = [...acts]
    const world = new ScriptedWorld({ decide: (id) => ({ output: { text: id } }) })
    return driveRun({
      compiled,
      clock,
      store,
      input: {},
      world,
      async onQuiet(process) {
        if (world.performances.size > 0) return false
        const act = left.shift()
        await act?.(process)
        return act !== undefined
      },
      ...options,
    })
  }
  const fork = (origin: DrivenEnd, path: string, wish: Partial<ForkWish> = {}) =>
    planFork(
      { id: origin.record.id, workflow: compiled, rows: origin.rows },
      { from: { path, visit: 1 }, catalogue: createCatalogue(), now: clock.now(), ...wish },
    )
  return { store, compiled, run, fork }
}

let messages = 0
const tell =
  (kind: InboxMessage['kind'], body: JsonValue): Act =>
  ({ run }) =>
    run.receive({ id: `m${++messages}`, kind, body })

const decide = (path: string): Act => tell('decision', { path, visit: 1, verdict: 'approved', by: 'ann', values: null })

const signal = (name: string, data: JsonValue): Act => tell('signal', { name, data, at: '2030-01-01T00:00:00.000Z' })

const ASKING = `
input: { topic?: string }
steps:
  - { id: draft, llm: mock/echo, prompt: x }
  - { id: ask, approve: { title: "Send \${input.?topic.orValue('it')}?" }, timeout: 4h }
  - { id: paid, wait: { event: order.paid, match: "true" } }
  - { id: send, llm: mock/echo, prompt: y }
output: "[steps.ask.output.by, steps.paid.output.sum]"
`

const test = suite('a fork')

test('has the decisions and events of its origin', async () => {
  const { run, fork } = createWorld(ASKING)
  const origin = await run([decide('ask'), signal('order.paid', { sum: 5 })])
  assert.equal(origin.record.output, ['ann', 5])
  const { copied, dropped } = await fork(origin, 'send')
  assert.equal(dropped, [])
  assert.equal((await run([], { copied })).record.output, ['ann', 5])
})

test('keeps author and time of each decision, though its rows have other times', async () => {
  const { run, fork } = createWorld(ASKING.replace('steps.paid.output.sum]', 'steps.ask.output.at]'))
  const origin = await run([decide('ask'), signal('order.paid', { sum: 5 })])
  const first = await fork(origin, 'send', { now: Date.parse('2040-01-01') })
  assert.is.not(first.copied.at, origin.record.createdAt)
  const forked = await run([], { copied: first.copied })
  assert.equal(forked.record.output, origin.record.output)
  const second = await fork(forked, 'send', { now: Date.parse('2050-01-01') })
  assert.equal((await run([], { copied: second.copied })).record.output, origin.record.output)
})

test('that starts at a question asks it again, opens it in the store, and keeps its full time', async () => {
  const { run, fork, store } = createWorld(ASKING)
  const origin = await run([decide('ask'), signal('order.paid', { sum: 5 })])
  const { copied } = await fork(origin, 'ask')
  const seen: unknown[] = []
  const look: Act = async () => {
    const [open] = await store.listApprovals({ run: copied.id })
    seen.push(open?.title, (open?.dueAt ?? 0) - (open?.requestedAt ?? 0))
  }
  const end = await run([look, decide('ask'), signal('order.paid', { sum: 7 })], { copied })
  assert.equal(end.record.output, ['ann', 7])
  assert.equal(seen, ['Send it?', 4 * 3_600_000])
})

test('does not copy a decision about a different question', async () => {
  const { run, fork } = createWorld(ASKING)
  const origin = await run([decide('ask'), signal('order.paid', { sum: 5 })])
  const { copied, dropped, isReached } = await fork(origin, 'send', { input: { topic: 'the money' } })
  assert.equal(dropped, [{ path: 'ask', visit: 1, reason: 'changed' }])
  assert.not.ok(isReached)
  const end = await run([decide('ask')], { copied, input: { topic: 'the money' } })
  assert.equal(end.record.output, ['ann', 5], 'the event is kept until it is waited for')
})

test('lists the steps of its origin that it would undo', async () => {
  const { run, fork } = createWorld(`
steps:
  - { id: book, llm: mock/echo, prompt: x, undo: { tool: http.delete, with: { url: "https://x.example/" } } }
  - { id: pay, llm: mock/echo, prompt: y }
`)
  const { undoes } = await fork(await run([]), 'pay')
  assert.equal(undoes, ['book'])
})

test('emits no event a second time', async () => {
  const { run, fork, store } = createWorld(`
steps:
  - { id: first, llm: mock/echo, prompt: x }
  - { id: tell, emit: order.made, with: { n: 1 } }
  - { id: second, llm: mock/echo, prompt: y }
  - { id: tell_again, emit: order.sent, with: { n: 2 } }
`)
  const { copied } = await fork(await run([]), 'second')
  await run([], { copied })
  assert.equal(
    (await store.listEvents()).map(({ type }) => type),
    ['order.made', 'order.sent', 'order.sent'],
  )
})

test.run()

const children = suite('a fork of a run with child runs')

const CHILD = `workflow: child
steps: [{ id: inner, llm: mock/echo, prompt: in }]
output: steps.inner.output.text
`

const PARENT = `workflow: parent
steps:
  - { id: one, workflow: child }
  - { id: two, workflow: child }
output: "[steps.one.output, steps.two.output]"
`

children('copies the outputs of ended children, and starts the others', async () => {
  const clock = createManualClock()
  const store = createMemoryStore({ now: () => clock.now() })
  const local = createLocal({ store, clock, tools: createToolOptions() })
  const links = readLinks({ workflows: { 'parent.yaml': { child: { file: 'child.yaml', text: CHILD } } } })
  const { compiled } = compile(createSource('parent.yaml', PARENT), { catalogue: createCatalogue(), links })
  if (compiled === undefined) throw new Error('it does not compile')
  const first = await local.start(compiled)
  await first.exited
  const rows = await store.readJournal(first.id)
  const wish = { from: { path: 'two', visit: 1 }, catalogue: createCatalogue(), now: clock.now() }
  const fork = await planFork({ id: first.id, workflow: compiled, rows }, wish)
  const second = await local.start(compiled, { copied: fork.copied })
  const exit = await second.exited
  assert.equal(exit.kind === 'ended' && exit.end.output, ['in', 'in'])
  assert.is((await store.listRuns({ parent: first.id })).length, 2)
  assert.is((await store.listRuns({ parent: second.id })).length, 1)
  const [sum] = await store.sumUsage({ by: [] })
  assert.is(sum?.calls, 3)
  const same = await planFork({ id: first.id, workflow: compiled, rows }, { ...wish, sameKeys: true })
  const third = await local.start(compiled, { copied: same.copied })
  await third.exited
  const [child] = await store.listRuns({ parent: third.id })
  const [created] = await store.readJournal(child?.id ?? '')
  const known = (await store.listRuns({ parent: first.id })).map(({ id }) => id)
  assert.ok(
    known.includes((created?.data as { key_run: string } | undefined)?.key_run ?? ''),
    'the key is that of the first child',
  )
  await local.close()
})

children.run()
