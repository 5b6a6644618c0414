/** Runs that begin later than they are submitted: their time counts from the begin. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { CompiledWorkflow } from '../../src/compiler/compile.ts'
import { Host } from '../../src/runtime/host.ts'
import type { Run, RunExit } from '../../src/runtime/run.ts'
import { submitRun } from '../../src/runtime/submit-run.ts'
import { SecretVault } from '../../src/secrets/secret-vault.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { createOwner } from '../../src/store/process-identity.ts'
import type { InboxMessage, RunRecord, Store } from '../../src/store/store.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { ScriptedWorld } from '../support/scripted-world.ts'
import { createDeadOwner } from '../support/store-values.ts'

const HOUR_MS = 3_600_000

interface Scene {
  clock: ManualClock
  store: Store
  world: ScriptedWorld
  submit(messages?: readonly InboxMessage[]): Promise<string>
  /** A new process claims the run. */
  begin(id: string): Promise<{ run: Run; host: Host }>
  record(id: string): Promise<RunRecord>
}

const createScene = (text: string): Scene => {
  const clock = createManualClock()
  const store = createMemoryStore({ now: () => clock.now() })
  const world = new ScriptedWorld({ decide: (id) => ({ output: { text: id } }) })
  const compiled: CompiledWorkflow = compileWorkflow(text)
  const vault = new SecretVault()
  return {
    clock,
    store,
    world,
    async submit(messages = []) {
      const { run } = await submitRun(compiled, { at: clock.now(), input: {} }, { store, vault })
      for (const message of messages) await store.post(run.id, message)
      return run.id
    },
    async begin(id) {
      const host = new Host({
        store,
        owner: createOwner(),
        clock,
        inboxBeatMs: HOUR_MS,
        performerOf: () => ({ placement: world.createPlacement(() => false), vault }),
        recompile: () => compiled,
      })
      const resumed = await host.resume(id)
      if (resumed.kind !== 'resumed') throw new Error(resumed.kind)
      await settle()
      return { run: resumed.run, host }
    },
    async record(id) {
      const found = await store.findRun(id)
      if (found.kind !== 'found') throw new Error(found.kind)
      return found.run
    },
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

const endOf = async ({ clock, world }: Scene, run: Run): Promise<Extract<RunExit, { kind: 'ended' }>> => {
  let exit: RunExit | undefined
  run.exited.then(
    (left) => {
      exit = left
    },
    () => {},
  )
  for (let turn = 0; turn < 20_000; turn++) {
    await settle()
    if (exit?.kind === 'ended') return exit
    if (!world.deliverNext()) await clock.advanceToNext()
  }
  throw new Error('the run did not end')
}

const kindsOf = async ({ store }: Scene, id: string): Promise<string[]> =>
  (await store.readJournal(id)).map(({ kind }) => kind)

/** First deadlines, each longer than what the run has waited before it began. */
const FIRST_DEADLINES: Readonly<Record<string, { text: string; begins: string; lasts: number }>> = {
  'a person has the whole time of an approval': {
    text: 'steps: [{ id: ask, approve: { title: "Go on?" }, timeout: 4s, on_error: continue }]',
    begins: 'approval',
    lasts: 4_000,
  },
  'a wait lasts from the begin': {
    text: 'steps: [{ id: nap, wait: { for: 4s } }]',
    begins: 'timer',
    lasts: 4_000,
  },
  'a block has its whole timeout': {
    text: 'steps: [{ id: block, timeout: 4s, on_error: continue, do: [{ id: nap, wait: { for: 10s } }] }]',
    begins: 'timer',
    lasts: 4_000,
  },
}

const test = suite('queued runs')

for (const [title, { text, lasts }] of Object.entries(FIRST_DEADLINES))
  test(`${title}, however long the run was queued`, async () => {
    const scene = createScene(`workflow: queued\n${text}\n`)
    const id = await scene.submit()
    await scene.clock.advance(2 * HOUR_MS)
    const { run } = await scene.begin(id)
    const begunAt = scene.clock.now()
    const { durationMs } = await endOf(scene, run)
    const { createdAt, begunAt: told, endedAt } = await scene.record(id)
    assert.equal([createdAt, told, endedAt], [begunAt - 2 * HOUR_MS, begunAt, begunAt + lasts])
    assert.is(durationMs, lasts)
  })

test('limits.time counts from the begin, and is known to the store from then on', async () => {
  const scene = createScene('workflow: queued\nlimits: { time: 1h }\nsteps: [{ id: nap, wait: { for: 2h } }]\n')
  const id = await scene.submit()
  await scene.clock.advance(3 * HOUR_MS)
  assert.is(await scene.store.nextDueAt(), null)
  const { run, host } = await scene.begin(id)
  const begunAt = scene.clock.now()
  await host.stop()
  assert.is((await run.exited).kind, 'waiting')
  assert.is(await scene.store.nextDueAt(), begunAt + HOUR_MS)
  await scene.clock.advance(HOUR_MS / 2)
  const { end } = await endOf(scene, (await scene.begin(id)).run)
  assert.equal([end.error?.code, end.error?.details?.limit], ['budget_exceeded', 'time'])
  assert.is(end.at, begunAt + HOUR_MS)
})

test('run.started_at is the begin', async () => {
  const scene = createScene(
    'workflow: queued\nsteps: [{ id: at, set: { at: run.started_at } }]\noutput: steps.at.output.at\n',
  )
  const id = await scene.submit()
  await scene.clock.advance(HOUR_MS)
  const { run } = await scene.begin(id)
  const begunAt = scene.clock.now()
  assert.is((await endOf(scene, run)).end.output, new Date(begunAt).toISOString())
})

test('a cancel before the begin ends the run without a begin; a signal is kept for its wait', async () => {
  const scene = createScene(
    'workflow: queued\nsteps: [{ id: paid, wait: { event: paid } }]\noutput: steps.paid.output\n',
  )
  const signal = { name: 'paid', data: { eur: 3 }, at: '2030-01-01T00:00:00Z' }
  const cancelled = await scene.submit([
    { id: 's', kind: 'signal', body: signal },
    { id: 'c', kind: 'cancel', body: { by: 'ann' } },
  ])
  const { run } = await scene.begin(cancelled)
  const { end, durationMs } = await endOf(scene, run)
  assert.equal([end.status, durationMs, (await scene.record(cancelled)).begunAt], ['cancelled', 0, null])
  assert.equal(await kindsOf(scene, cancelled), ['created', 'signal', 'cancel'])

  const paid = await scene.submit([{ id: 's', kind: 'signal', body: signal }])
  assert.equal((await endOf(scene, (await scene.begin(paid)).run)).end.output, { eur: 3 })
  assert.equal(await kindsOf(scene, paid), ['created', 'signal', 'begun'])
})

test('a process that dies as the run begins leaves it to the next one, which begins it then', async () => {
  const scene = createScene('workflow: queued\nsteps: [{ id: nap, wait: { for: 4s } }]\n')
  const id = await scene.submit()
  // Claimed, and dead before anything was written.
  await scene.store.claim(id, createDeadOwner())
  await scene.clock.advance(HOUR_MS)
  const { run } = await scene.begin(id)
  const begunAt = scene.clock.now()
  await endOf(scene, run)
  assert.equal([run.claim.epoch, (await scene.record(id)).endedAt], [2, begunAt + 4_000])
})

test('a paused run begins, and performs nothing until it goes on', async () => {
  const scene = createScene('workflow: queued\nsteps: [{ id: ask, llm: mock/echo, prompt: Hi }]\n')
  const id = await scene.submit([{ id: 'p', kind: 'pause', body: { by: 'ann' } }])
  const { run } = await scene.begin(id)
  assert.equal(await kindsOf(scene, id), ['created', 'pause', 'begun'])
  assert.is(scene.world.deliverNext(), false)
  run.receive({ id: 'u', kind: 'unpause', body: { by: 'ann' } })
  assert.is((await endOf(scene, run)).end.status, 'completed')
})

test('a run whose time in the queue is over ends as cancelled, with the reason', async () => {
  const scene = createScene(
    'workflow: queued\nflow: { concurrency: 1, expire: 1h }\nsteps: [{ id: nap, wait: { for: 9h } }]\n',
  )
  const first = await scene.submit()
  await scene.begin(first)
  const second = await scene.submit()
  assert.equal(await scene.store.listDueRuns(scene.clock.now()), [])
  await scene.clock.advance(HOUR_MS)
  assert.equal(await scene.store.listDueRuns(scene.clock.now()), [second])
  const { end } = await endOf(scene, (await scene.begin(second)).run)
  assert.is(end.status, 'cancelled')
  const [, cancel] = await scene.store.readJournal(second)
  assert.equal(cancel?.kind === 'cancel' && cancel.data.by, 'flow: its time in the queue is over')
})

test.run()
