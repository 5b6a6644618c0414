import { existsSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BLOB_GRACE_MS } from '../../../src/store/maintenance.ts'
import { LARGE_TEXT_BYTES } from '../../../src/store/sql/large-text.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { isStoreError } from '../../../src/store/store-error.ts'
import { catchRejection, createEnd, createRow, startRun, toOutcome } from '../../support/store-values.ts'
import { createTempFolder, type TempFolder } from '../../support/temp-folder.ts'

const test = suite('SQLite maintenance')

const open = async (): Promise<{ folder: TempFolder; path: string; store: Store }> => {
  const folder = createTempFolder()
  const path = folder.resolve('troupe.db')
  return { folder, path, store: await openSqliteStore({ path, durability: 'process' }) }
}

const change = (path: string, sql: string): void => {
  const database = new Database(path)
  database.exec(sql)
  database.close()
}

const fill = async (store: Store, runs: number): Promise<void> => {
  const claims = await Promise.all(Array.from({ length: runs }, () => startRun(store, { input: 'x'.repeat(4_000) })))
  await Promise.all(claims.map((claim) => store.write(claim, { end: createEnd() })))
}

const SWEEP_ALL = { completedBefore: Number.MAX_SAFE_INTEGER, failedBefore: null, keep: null, at: 0 }

test('the space of swept runs is given back to the file system while others are written', async () => {
  const { path, store } = await open()
  await fill(store, 1_000)
  const going = await startRun(store)
  const maintenance = await store.maintenance()
  const before = await maintenance.stats()
  await maintenance.sweep(SWEEP_ALL)
  const freeBytes = (await maintenance.stats()).freeBytes
  assert.ok(freeBytes > 3_000_000, `${freeBytes} bytes free`)
  const vacuuming = maintenance.vacuum()
  for (let seq = 2; seq < 10; seq++) await store.write(going, { rows: [createRow(seq)] })
  const { freedBytes } = await vacuuming
  assert.ok(freedBytes > 3_000_000, `${freedBytes} bytes freed`)
  assert.ok(statSync(path).size < before.fileBytes - 3_000_000)
  assert.equal(await maintenance.check(), [])
  await store.close()
})

test('a database without incremental vacuum is rewritten once', async () => {
  const { path, store } = await open()
  await fill(store, 100)
  await store.close()
  change(path, 'pragma auto_vacuum = none; vacuum')
  const again = await openSqliteStore({ path, durability: 'process' })
  const maintenance = await again.maintenance()
  await maintenance.sweep(SWEEP_ALL)
  assert.ok((await maintenance.vacuum()).freedBytes > 300_000)
  assert.equal(await maintenance.check(), [])
  await again.close()
  const database = new Database(path)
  assert.is(database.pragma('auto_vacuum', { simple: true }), 2)
  database.close()
})

test('a backup is whole, though runs go on while it is made, and opens as a store', async () => {
  const { folder, store } = await open()
  await fill(store, 500)
  const going = await startRun(store)
  const copy = folder.resolve('copy.db')
  const copying = (await store.maintenance()).backup(copy)
  for (let seq = 2; seq < 200; seq++) await store.write(going, { rows: [createRow(seq)] })
  await copying
  assert.not(existsSync(`${copy}.partial`))
  const copied = await openSqliteStore({ path: copy, durability: 'process', migrate: false })
  assert.is((await copied.listRuns()).length, 501)
  const rows = await copied.readJournal(going.runId)
  assert.equal(
    rows.map(({ seq }) => seq),
    rows.map((_, place) => place + 1),
  )
  assert.equal(await (await copied.maintenance()).check(), [])
  await copied.close()
  await store.close()
})

test('a backup refuses an existing file, and leaves nothing where it cannot be written', async () => {
  const { folder, store } = await open()
  const maintenance = await store.maintenance()
  const there = folder.write('there.db', 'mine')
  const cases = [
    [there, 'conflict'],
    [folder.resolve('missing/copy.db'), 'unreadable'],
  ] as const
  for (const [path, code] of cases) {
    const error = await catchRejection(maintenance.backup(path))
    assert.ok(isStoreError(error) && error.code === code && error.hint, String(error))
  }
  assert.is(folder.read('there.db'), 'mine')
  await store.close()
})

const damages: [sql: string, kind: string, says: RegExp][] = [
  ['delete from journal where key % 16777216 = 2', 'journal', /has gaps: expected 3 rows, got 2/],
  ['delete from journal where key % 16777216 = 1', 'journal', /has gaps|has no first row/],
  ['delete from definition', 'reference', /run\.definition names definition/],
  ['delete from run', 'reference', /journal rows belong to run \d+, which is missing/],
  ["insert into timer (run, id, due_at) values (99, 't', 1)", 'reference', /timer\.run names run 99/],
  ['delete from blob', 'blob', /journal\.data names blob '[0-9a-f]{64}', which is missing/],
  ['update blob set bytes = zeroblob(8)', 'blob', /the bytes of blob '[0-9a-f]{64}' were changed/],
]

for (const [sql, kind, says] of damages) {
  test(`a check finds the problem: ${sql}`, async () => {
    const { path, store } = await open()
    const claim = await startRun(store)
    await store.write(claim, { rows: [createRow(2), createRow(3, { data: toOutcome('x'.repeat(LARGE_TEXT_BYTES)) })] })
    change(path, sql)
    const problems = await (await store.maintenance()).check()
    assert.ok(
      problems.some((problem) => problem.kind === kind && says.test(problem.message)),
      JSON.stringify(problems),
    )
    await store.close()
  })
}

test('a large value is deleted with the last run that holds it, and so is a blob that only it names', async () => {
  const { store } = await open()
  const inner = await store.putBlob(new Uint8Array([1, 2, 3]))
  const large = { text: 'x'.repeat(LARGE_TEXT_BYTES), image: { $blob: inner } }
  const claims = [await startRun(store, { input: large }), await startRun(store, { input: large })]
  const maintenance = await store.maintenance()
  const at = Date.now() + BLOB_GRACE_MS + 60_000
  const swept: number[] = []
  for (const claim of claims) {
    await store.write(claim, { end: createEnd() })
    swept.push((await maintenance.sweep({ ...SWEEP_ALL, at })).blobs)
  }
  assert.equal(swept, [0, 2])
  assert.is((await maintenance.stats()).blobs.count, 0)
  await store.close()
})

test('a long journal is deleted in parts, and never has a gap', async () => {
  const { store } = await open()
  const claim = await startRun(store)
  const rows = Array.from({ length: 5_000 }, (_, place) => createRow(place + 2))
  await store.write(claim, { rows, end: createEnd() })
  const maintenance = await store.maintenance()
  const sweeping = maintenance.sweep(SWEEP_ALL)
  let isOver = false
  const over = sweeping.finally(() => {
    isOver = true
  })
  while (!isOver) {
    const left = await store.readJournal(claim.runId)
    assert.ok(left.every(({ seq }, place) => seq === place + 1))
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.equal(await over, { runs: 1, rows: 5_001, blobs: 0, blobBytes: 0 })
  await store.close()
})

test.run()
