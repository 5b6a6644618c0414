import { statSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { SweepReport } from '../../../src/service/database/retention.ts'
import { DEFAULT_RETENTION } from '../../../src/service/database/retention.ts'
import { Sweeper } from '../../../src/service/database/sweeper.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { createEnd, createRow, startRun } from '../../support/store-values.ts'
import { createTempFolder } from '../../support/temp-folder.ts'

const test = suite('a sweeper')

const DAY_MS = 86_400_000
const NOW = Date.now() + 60 * DAY_MS

interface Sweeping {
  store: Store
  clock: ManualClock
  reports: SweepReport[]
  problems: unknown[]
}

/** Sweeps for the first time when `act` begins. */
const sweeping = async (
  store: Store,
  prepare: (store: Store) => Promise<void>,
  act: (sweeping: Sweeping) => Promise<void>,
): Promise<void> => {
  const clock = createManualClock(NOW)
  const reports: SweepReport[] = []
  const problems: unknown[] = []
  await prepare(store)
  const sweeper = new Sweeper({
    store,
    clock,
    retention: {},
    onSwept: (report) => reports.push(report),
    onProblem: ({ cause }) => problems.push(cause),
  })
  sweeper.start()
  await clock.advance(59_999)
  assert.is(reports.length, 0)
  await clock.advance(1)
  await act({ store, clock, reports, problems })
  await sweeper.stop()
  await store.close()
}

const until = async (holds: () => boolean): Promise<void> => {
  const end = Date.now() + 60_000
  while (!holds()) {
    if (Date.now() > end) throw new Error('it did not come about')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

test('by default completed runs go after 30 days and failed ones after 90, and who waits stays', () =>
  sweeping(
    createMemoryStore(),
    async (store) => {
      for (const [id, status, days] of [
        ['old', 'completed', 31],
        ['young', 'completed', 29],
        ['failed', 'failed', 89],
        ['failed-old', 'failed', 91],
        ['cancelled', 'cancelled', 89],
      ] as const) {
        const claim = await startRun(store, { run: { id } })
        await store.write(claim, { end: createEnd({ status, at: NOW - days * DAY_MS }) })
      }
      const waiting = await startRun(store, { run: { id: 'waiting' } })
      await store.release(waiting, { phase: 'waiting' })
    },
    async ({ store, reports }) => {
      await until(() => reports.length === 1)
      assert.is(reports[0]?.runs, 2)
      const ids = (await store.listRuns()).map(({ id }) => id).sort()
      assert.equal(ids, ['cancelled', 'failed', 'waiting', 'young'])
      assert.equal(DEFAULT_RETENTION, { completedMs: 30 * DAY_MS, failedMs: 90 * DAY_MS, keep: 10_000 })
    },
  ))

test('it sweeps again each hour, tells nothing where nothing was deleted, and goes on after a problem', () => {
  const store = createMemoryStore()
  let fails = true
  const maintenance = store.maintenance.bind(store)
  store.maintenance = () => (fails ? Promise.reject(new Error('not now')) : maintenance())
  return sweeping(
    store,
    async () => {},
    async ({ clock, reports, problems }) => {
      await until(() => problems.length === 1)
      fails = false
      const claim = await startRun(store)
      await store.write(claim, { end: createEnd({ at: NOW - 40 * DAY_MS }) })
      await clock.advance(3_600_000)
      await until(() => reports.length === 1)
      await clock.advance(3_600_000)
      await clock.advance(3_600_000)
      assert.equal([reports.length, problems.length], [1, 1])
    },
  )
})

test('thousands of runs, a long one and large blobs go in steps that let others have their turn; their bytes come back', () => {
  const path = createTempFolder().resolve('troupe.db')
  const prepare = async (store: Store): Promise<void> => {
    const old = createEnd({ at: NOW - 40 * DAY_MS })
    const claims = await Promise.all(Array.from({ length: 3_000 }, () => startRun(store, { input: 'x'.repeat(2_000) })))
    await Promise.all(claims.map((claim) => store.write(claim, { end: old })))
    const long = await startRun(store)
    const rows = Array.from({ length: 30_000 }, (_, place) => createRow(place + 2))
    await store.write(long, { rows, end: old })
    for (let seed = 0; seed < 6; seed++) {
      const hash = await store.putBlob(new Uint8Array(2_000_000).fill(seed))
      const claim = await startRun(store, { input: { image: { $blob: hash } } })
      await store.write(claim, seed === 0 ? {} : { end: old })
    }
  }
  return openSqliteStore({ path, durability: 'process' }).then((store) =>
    sweeping(store, prepare, async ({ reports, problems }) => {
      const before = statSync(path).size
      const delay = monitorEventLoopDelay({ resolution: 5 })
      delay.enable()
      await until(() => reports.length + problems.length > 0)
      delay.disable()
      assert.equal(problems, [])
      const [{ runs, blobs, blobBytes, freedBytes } = { runs: 0, blobs: 0, blobBytes: 0, freedBytes: 0 }] = reports
      assert.equal([runs, blobs, blobBytes], [3_006, 5, 10_000_000])
      assert.ok(freedBytes > 15_000_000, `${freedBytes} bytes freed`)
      assert.ok(statSync(path).size < before - 15_000_000)
      const longestMs = delay.max / 1e6
      assert.ok(longestMs < 200, `the loop was blocked for ${longestMs} ms`)
      assert.equal(await (await store.maintenance()).check(), [])
      assert.is((await store.listRuns()).length, 1)
    }),
  )
})

test('two at once delete each run once, and count it once', async () => {
  const path = createTempFolder().resolve('troupe.db')
  const stores = await Promise.all([1, 2].map(() => openSqliteStore({ path, durability: 'process' })))
  const [store] = stores
  assert.ok(store)
  const claims = await Promise.all(Array.from({ length: 500 }, () => startRun(store)))
  await Promise.all(claims.map((claim) => store.write(claim, { end: createEnd({ at: 1 }) })))
  const rule = { completedBefore: NOW, failedBefore: null, keep: null, at: NOW }
  const swept = await Promise.all(stores.map(async (one) => (await one.maintenance()).sweep(rule)))
  assert.is(
    swept.reduce((sum, { runs }) => sum + runs, 0),
    500,
  )
  await Promise.all(stores.map((one) => one.close()))
})

test('a sweep that is called off leaves a store that is sound', async () => {
  const store = await openSqliteStore({ path: createTempFolder().resolve('troupe.db'), durability: 'process' })
  const claims = await Promise.all(Array.from({ length: 1_000 }, () => startRun(store)))
  await Promise.all(claims.map((claim) => store.write(claim, { end: createEnd({ at: 1 }) })))
  const stopping = new AbortController()
  setImmediate(() => stopping.abort())
  const rule = { completedBefore: NOW, failedBefore: null, keep: null, at: NOW, signal: stopping.signal }
  const { runs } = await (await store.maintenance()).sweep(rule)
  assert.ok(runs < 1_000, `${runs} runs`)
  assert.is((await store.listRuns()).length, 1_000 - runs)
  assert.equal(await (await store.maintenance()).check(), [])
  await store.close()
})

test.run()
