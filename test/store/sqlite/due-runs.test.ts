import Database from 'better-sqlite3'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createOwner } from '../../../src/store/process-identity.ts'
import { DUE_SQL } from '../../../src/store/sqlite/due-runs.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts'
import { explainQuery } from '../../support/query-plan.ts'
import { startRun } from '../../support/store-values.ts'
import { createTempFolder } from '../../support/temp-folder.ts'

const WAITING_RUNS = 10_000
const MOST_MS = 500

const test = suite('due runs')

const openWithWaitingRuns = async () => {
  const path = createTempFolder().resolve('troupe.db')
  const store = await openSqliteStore({ path, durability: 'process' })
  const owner = createOwner()
  const claims = await Promise.all(Array.from({ length: WAITING_RUNS }, () => startRun(store, { owner })))
  await Promise.all(
    claims.map((claim, place) => store.write(claim, { timersSet: [{ id: 't', dueAt: 1_000_000 + place }] })),
  )
  await Promise.all(claims.map((claim) => store.release(claim, { phase: 'waiting' })))
  return { path, store, claims }
}

const plans: [query: keyof typeof DUE_SQL, expected: RegExp][] = [
  ['left', /^SEARCH run USING INDEX run_running \(phase=\?\)/],
  ['holders', /^SEARCH run USING INDEX run_running \(phase=\?\)/],
  ['heldBy', /^SEARCH run USING INDEX run_running \(phase=\?\)/],
  ['timers', /^SEARCH timer USING (COVERING )?INDEX timer_due_at \(due_at<\?\), SEARCH run USING INTEGER PRIMARY KEY/],
  ['messages', /^SCAN inbox USING INDEX inbox_waiting, SEARCH run USING INTEGER PRIMARY KEY/],
  ['nextTimer', /^SCAN timer USING (COVERING )?INDEX timer_due_at, SEARCH run USING INTEGER PRIMARY KEY/],
]

test('waiting runs are found by indexes, however many wait', async () => {
  const { path, store, claims } = await openWithWaitingRuns()
  const database = new Database(path)
  for (const [query, expected] of plans) assert.match(explainQuery(database, DUE_SQL[query]), expected, query)
  database.close()
  await store.listDueRuns(0)
  const startedAt = performance.now()
  assert.equal(await store.listDueRuns(999_999), [])
  assert.equal(await store.listDueRuns(1_000_001), [claims[0]?.runId, claims[1]?.runId])
  assert.is(await store.nextDueAt(), 1_000_000)
  const ms = performance.now() - startedAt
  assert.ok(ms < MOST_MS, `${ms} ms`)
  await store.close()
})

test.run()
