import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Clock } from '../../src/core/clock.ts'
import { Host } from '../../src/runtime/host.ts'
import { recoverRun } from '../../src/runtime/recovery.ts'
import type { Run, RunExit } from '../../src/runtime/run.ts'
import { SecretVault } from '../../src/secrets/secret-vault.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { LEASE_BEAT_MS, LEASE_MS, type Owner, type Store } from '../../src/store/store.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { randomWorkflow } from '../support/random-workflow.ts'
import { decideBySeed, drawFrom, ScriptedWorld } from '../support/scripted-world.ts'
import { createDeadOwner, createFarOwner } from '../support/store-values.ts'

const settle = async (): Promise<void> => {
  for (let round = 0; round < 3; round++) await new Promise((resolve) => setImmediate(resolve))
}

/** Hosts that share a store, a clock and a world. */
const createScene = (yaml: string, seed: number) => {
  const clock = createManualClock()
  const store = createMemoryStore({ now: () => clock.now() })
  const compiled = compileWorkflow(yaml)
  const decide = decideBySeed(seed)
  const world = new ScriptedWorld({ decide: (id) => decide(id, 0) })
  const createHost = (owner: Owner, hostClock: Clock = clock): Host =>
    new Host({
      store,
      owner,
      clock: hostClock,
      performerOf: () => ({ placement: world.createPlacement(), vault: new SecretVault() }),
      recompile: () => compiled,
      inboxBeatMs: 3_600_000,
    })
  return { clock, store, compiled, world, createHost }
}

const test = suite('ownership')

test('a run that ends as its process wakes up after a standstill has ended, and is not lost', async () => {
  const { clock, compiled, createHost } = createScene('steps: [{ id: nap, wait: { for: 1m } }]', 1)
  // A standstill calls no beat: the first that comes due afterwards is the end of the wait.
  const standing: Clock = {
    now: () => clock.now(),
    wakeAt: (at, wake) => (at - clock.now() === LEASE_BEAT_MS ? () => {} : clock.wakeAt(at, wake)),
  }
  const run = await createHost(createDeadOwner(), standing).start(compiled, { input: {} })
  await settle()
  await clock.advance(60_000)
  await settle()
  const exit = await Promise.race([run.exited, settle().then(() => undefined)])
  assert.is(exit?.kind, 'ended')
})

test('J2 processes that only seem dead write nothing once another holds the run', async () => {
  await fc.assert(
    fc.asyncProperty(randomWorkflow({ attempts: false }), fc.nat(), async (yaml, seed) => {
      const { clock, store, compiled, world, createHost } = createScene(yaml, seed)
      const exits: (RunExit | undefined)[] = []
      const follow = (run: Run): Run => {
        const place = exits.push(undefined) - 1
        run.exited.then(
          (exit) => {
            exits[place] = exit
          },
          () => {},
        )
        return run
      }
      const run = follow(await createHost(createDeadOwner()).start(compiled, { input: { flag: false } }))
      for (let turn = 0; !exits.some((exit) => exit?.kind === 'ended'); turn++) {
        await settle()
        assert.ok(turn < 20_000)
        if (exits.length < 4 && drawFrom(seed, turn) < 0.3) {
          const taken = await createHost(createDeadOwner()).resume(run.id)
          if (taken.kind === 'resumed') follow(taken.run)
        }
        if (!world.deliverNext()) await clock.advanceToNext()
      }
      // A host that lost a run learns of it at its next write or renewal.
      for (let beat = 0; beat < 4; beat++) await clock.advance(3_000)
      for (const exit of exits.slice(0, -1)) assert.is(exit?.kind, 'lost')
      const rows = await store.readJournal(run.id)
      assert.equal(
        rows.map(({ seq }) => seq),
        rows.map((_, index) => index + 1),
      )
      const outcomes = rows.flatMap(({ kind, path, visit }) => (kind === 'outcome' ? [`${path}#${visit}`] : []))
      assert.is(new Set(outcomes).size, outcomes.length, 'no effect has two outcomes')
      const { defect, state } = recoverRun(run.id, compiled, rows)
      assert.is(defect, undefined)
      const found = await store.findRun(run.id)
      assert.is(found.kind === 'found' && found.run.status, state.end?.status)
    }),
    { numRuns: 40 },
  )
})

test('J2 a run that is woken twice at once, as a dead process leaves it with its child, is claimed once', async () => {
  const { store, compiled, world, createHost } = createScene(TWO, 1)
  const run = await createHost(createDeadOwner()).start(compiled, { input: { flag: false } })
  await settle()
  const host = createHost(createFarOwner())
  const woken = await Promise.all([host.wake(run.id), host.wake(run.id)])
  await settle()
  assert.equal(woken.map(({ kind }) => kind).toSorted(), ['held', 'resumed'])
  assert.is(world.starts.get('a#1'), 2, 'by the dead process and by this one')
  assert.is((await store.readJournal(run.id)).filter(({ kind }) => kind === 'lost').length, 1)
})

test('a due run is claimed once its definition is compiled: until then it is free for a server that is ready', async () => {
  const { clock, store, compiled, world, createHost } = createScene(TWO, 1)
  const run = await createHost(createDeadOwner()).start(compiled, { input: { flag: false } })
  await settle()
  const compiling = Promise.withResolvers<typeof compiled>()
  const slow = new Host({
    store,
    owner: createFarOwner(),
    clock,
    performerOf: () => ({ placement: world.createPlacement(), vault: new SecretVault() }),
    recompile: () => compiling.promise,
  })
  const woken = slow.wake(run.id)
  await settle()
  assert.is((await createHost(createFarOwner()).wake(run.id)).kind, 'resumed')
  compiling.resolve(compiled)
  assert.is((await woken).kind, 'held')
})

const TWO = `
steps:
  - { id: a, llm: mock/echo, prompt: x }
  - { id: b, llm: mock/echo, prompt: x }
`

const RETRY_PAUSE_MS = 5

const RETRIED = `
steps: [{ id: a, llm: mock/echo, prompt: x, retry: { max: 3, backoff: ${RETRY_PAUSE_MS}ms..${RETRY_PAUSE_MS}ms } }]
`

/** A process that was stopped (SIGSTOP): time goes on, but nothing of its own wakes it. */
const createStoppedScene = async (yaml = TWO) => {
  const scene = createScene(yaml, 1)
  const { clock, store, compiled, world } = scene
  let renewals = 0
  const host = new Host({
    store: new Proxy(store, {
      get(target, name: keyof Store) {
        const member = target[name]
        if (name === 'renew') renewals++
        if (typeof member !== 'function') return member
        const call = member.bind(target) as (...given: unknown[]) => unknown
        // A database answers later than the shortest pause lasts.
        return name === 'write' ? (...given: unknown[]) => settle().then(() => call(...given)) : call
      },
    }),
    owner: createFarOwner(),
    clock: {
      now: () => clock.now(),
      // The pause before a retry is over when the process goes on.
      wakeAt: (at, wake) => (at - clock.now() <= RETRY_PAUSE_MS ? clock.wakeAt(at, wake) : () => {}),
    },
    performerOf: () => ({ placement: world.createPlacement(), vault: new SecretVault() }),
    recompile: () => compiled,
  })
  const run = await host.start(compiled, { input: { flag: false } })
  await settle()
  await settle()
  return { ...scene, run, renewals: () => renewals }
}

test('J2 a process that was stopped longer than its lease renews it before it acts', async () => {
  const { clock, world, run, renewals } = await createStoppedScene()
  await clock.advance(LEASE_MS + 1)
  assert.is(renewals(), 0)
  for (const performance of world.performances) performance.settle({ output: { text: 'yes' } })
  await settle()
  await settle()
  assert.is(renewals(), 1)
  assert.equal(
    run.state.openEffects().map(({ path }) => path),
    ['b'],
  )
  assert.is(world.starts.get('b#1'), 1)
})

test('J2 a process that was stopped until another claimed its run writes nothing and starts nothing', async () => {
  const { clock, store, world, run, createHost } = await createStoppedScene()
  await clock.advance(LEASE_MS + 1)
  const [stale] = world.performances
  const taken = await createHost(createFarOwner()).resume(run.id)
  assert.is(taken.kind, 'resumed')
  await settle()
  const before = await store.readJournal(run.id)
  stale?.settle({ output: { text: 'yes' } })
  await settle()
  await settle()
  assert.is((await run.exited).kind, 'lost')
  assert.equal(await store.readJournal(run.id), before)
  assert.is(world.starts.get('b#1'), undefined)
})

test('J2 a process that was stopped until another claimed its run retries no attempt of its own', async () => {
  const { clock, world, run, createHost } = await createStoppedScene(RETRIED)
  await clock.advance(LEASE_MS + 1)
  const [stale] = world.performances
  await createHost(createFarOwner()).resume(run.id)
  await settle()
  const starts = world.starts.get('a#1')
  stale?.settle({ fault: { code: 'timeout', retryable: true } })
  await new Promise(setImmediate)
  await clock.advance(RETRY_PAUSE_MS)
  await settle()
  assert.is((await run.exited).kind, 'lost')
  assert.is(world.starts.get('a#1'), starts)
})

test('J2 a process with nothing to write learns at its next heartbeat that its run was claimed', async () => {
  const { clock, compiled, world, createHost } = createScene(TWO, 1)
  const run = await createHost(createDeadOwner()).start(compiled, { input: { flag: false } })
  await settle()
  const [waiting] = world.performances
  await createHost(createDeadOwner()).resume(run.id)
  await clock.advance(LEASE_BEAT_MS)
  assert.is((await run.exited).kind, 'lost')
  assert.is(waiting?.isAborted, true)
})

test('a run that this host holds is not claimed twice', async () => {
  const { compiled, createHost } = createScene(TWO, 1)
  const host = createHost(createDeadOwner())
  const run = await host.start(compiled, { input: { flag: false } })
  const again = await host.resume(run.id)
  assert.is(again.kind, 'held')
})

test('a host that stops lets go of its runs once their actors are back, and another resumes them at once', async () => {
  const { compiled, createHost, world } = createScene(TWO, 1)
  const host = createHost(createFarOwner())
  const run = await host.start(compiled, { input: { flag: false } })
  await settle()
  const stopped = host.stop()
  assert.ok([...world.performances].every(({ isAborted }) => isAborted))
  await stopped
  assert.is((await run.exited).kind, 'left')
  assert.is((await createHost(createFarOwner()).resume(run.id)).kind, 'resumed')
})

test('resume tells ended and missing runs apart', async () => {
  const { compiled, createHost } = createScene('steps: [{ id: a, set: { x: 1 } }]', 1)
  const run = await createHost(createDeadOwner()).start(compiled, { input: {} })
  await run.exited
  const other = createHost(createDeadOwner())
  assert.is((await other.resume(run.id)).kind, 'ended')
  assert.is((await other.resume('r-none')).kind, 'missing')
})

test.run()
