import Database from 'better-sqlite3'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createOwner } from '../../../src/store/process-identity.ts'
import { GATE_SQL } from '../../../src/store/sqlite/flow-gate.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { explainQuery } from '../../support/query-plan.ts'
import { createDefinition, createNewRun } from '../../support/store-values.ts'
import { createTempFolder } from '../../support/temp-folder.ts'

const QUEUED_RUNS = 10_000

const test = suite('flow gate')

const open = async (): Promise<{ path: string; store: Store }> => {
  const path = createTempFolder().resolve('troupe.db')
  const store = await openSqliteStore({ path, durability: 'process' })
  await store.saveDefinition(createDefinition())
  return { path, store }
}

const plans: [query: keyof typeof GATE_SQL, expected: RegExp][] = [
  ['readMember', /^SEARCH run USING INTEGER PRIMARY KEY/],
  ['countAhead', /^SEARCH run USING COVERING INDEX run_running \(phase=\? AND flow_key=\?\)/],
  ['countExpiredAhead', /^SEARCH run USING INDEX run_expiry \(expires_at>\? AND expires_at<\?\)/],
  ['readHolders', /^SEARCH run USING INDEX run_permit \(flow_key=\?\)/],
  ['readAdmissions', /^SEARCH run USING (COVERING )?INDEX run_rate \(flow_key=\? AND admitted_at>\?\)/],
  ['listQueued', /^SEARCH run USING INDEX run_running \(phase=\? AND flow_key=\?\)(?!.*TEMP B-TREE)/],
  ['readHead', /^SEARCH run USING INDEX run_running \(phase=\? AND flow_key=\?\)(?!.*TEMP B-TREE)/],
  ['nextFlow', /^SEARCH run USING COVERING INDEX run_running \(phase=\? AND flow_key>\?\)/],
  ['listUnbound', /^SEARCH run USING INDEX run_running \(phase=\? AND flow_key=\?\)/],
]

test('all queries of a flow use indexes', async () => {
  const { path, store } = await open()
  const database = new Database(path)
  for (const [query, expected] of plans) assert.match(explainQuery(database, GATE_SQL[query]), expected, query)
  database.close()
  await store.close()
})

const flows: [title: string, keyOf: (place: number) => string, due: number, mostMs: number][] = [
  ['one flow', () => 'k', 1, 500],
  ['a hundred flows', (place) => `k${place % 100}`, 100, 1_000],
  ['a flow each', (place) => `k${place}`, QUEUED_RUNS, 5_000],
]

for (const [title, keyOf, due, mostMs] of flows) {
  test(`${QUEUED_RUNS} queued runs in ${title} are submitted and listed quickly`, async () => {
    const { store } = await open()
    const runs = Array.from({ length: QUEUED_RUNS }, (_, place) =>
      createNewRun({ id: `r-${place}`, flow: { key: keyOf(place), concurrency: 1 } }),
    )
    await Promise.all(runs.map((run) => store.submit(run)))
    const startedAt = performance.now()
    assert.is((await store.listDueRuns(0, QUEUED_RUNS)).length, due)
    const ms = performance.now() - startedAt
    assert.ok(ms < mostMs, `${ms} ms`)
    assert.is((await store.claim('r-0', createOwner())).kind, 'claimed')
    await store.close()
  })
}

test.run()
