import { existsSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type RestoreOptions,
  restoreDatabase as restoreChecked,
} from '../../../src/store/sqlite/maintenance/restore-database.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts'
import { SCHEMA_VERSION } from '../../../src/store/sqlite/schema-version.ts'
import type { Store } from '../../../src/store/store.ts'
import { isLeaseLost, isStoreError } from '../../../src/store/store-error.ts'
import {
  catchRejection,
  createDeadOwner,
  createEnd,
  createFarOwner,
  createRow,
  startRun,
} from '../../support/store-values.ts'
import { createTempFolder, type TempFolder } from '../../support/temp-folder.ts'

const test = suite('restoring a database')

interface Place {
  folder: TempFolder
  path: string
  copy: string
  store: Store
}

const open = (path: string): Promise<Store> => openSqliteStore({ path, durability: 'process' })

const withBackup = async (): Promise<Place> => {
  const folder = createTempFolder()
  const [path, copy] = [folder.resolve('troupe.db'), folder.resolve('copy.db')]
  const store = await open(path)
  await startRun(store, { run: { id: 'r-going' } })
  const ended = await startRun(store, { run: { id: 'r-ended' } })
  await store.write(ended, { rows: [createRow(2)], end: createEnd() })
  await (await store.maintenance()).backup(copy)
  return { folder, path, copy, store }
}

const restoreDatabase = (options: Omit<RestoreOptions, 'check'>) =>
  restoreChecked({ ...options, check: async (store) => (await store.maintenance()).check() })

const refused = async (promise: Promise<unknown>, code: string): Promise<string> => {
  const error = await catchRejection(promise)
  assert.ok(isStoreError(error) && error.code === code, String(error))
  return `${error.message}\n${error.hint}`
}

test('a backup is restored where no database exists, and its leases are void', async () => {
  const { folder, copy, store } = await withBackup()
  await store.close()
  const path = folder.resolve('new/troupe.db')
  assert.equal(await restoreDatabase({ file: copy, path }), { runs: 2, going: 1 })
  const restored = await open(path)
  const found = await restored.findRun('r-going')
  assert.ok(found.kind === 'found' && found.run.holder === null)
  assert.equal(await restored.listDueRuns(Date.now()), ['r-going'])
  assert.equal(await (await restored.maintenance()).check(), [])
  await restored.close()
  assert.ok(existsSync(copy))
})

test('an existing database is replaced only on request', async () => {
  const { path, copy, store } = await withBackup()
  const later = await startRun(store, { run: { id: 'r-later' } })
  await store.release(later)
  await store.close()
  assert.match(await refused(restoreDatabase({ file: copy, path }), 'conflict'), '--force')
  assert.equal(await restoreDatabase({ file: copy, path, replaces: true }), { runs: 2, going: 1 })
  assert.equal([existsSync(`${path}.restoring`), existsSync(`${path}-wal`)], [false, false])
  const restored = await open(path)
  assert.equal((await restored.listRuns()).map(({ id }) => id).sort(), ['r-ended', 'r-going'])
  await restored.close()
})

test('a database that another process has open stays, and the holder of a run is named', async () => {
  const { path, copy, store } = await withBackup()
  const error = await refused(restoreDatabase({ file: copy, path, replaces: true }), 'busy')
  assert.match(error, `run 'r-going' of workflow 'greet' is held by process ${process.pid}`)
  const claim = await startRun(store, { owner: createFarOwner(), run: { id: 'r-far' } })
  assert.match(await refused(restoreDatabase({ file: copy, path, replaces: true }), 'busy'), 'and 1 more run is held')
  await store.write(claim, { end: createEnd() })
  const found = await store.findRun('r-going')
  assert.ok(found.kind === 'found' && found.run.holder !== null)
  await store.close()
})

test('an open database without a held run stays too', async () => {
  const { path, copy, store } = await withBackup()
  await store.close()
  const idle = await open(path)
  const raw = new Database(path)
  raw.exec('update run set holder = null, lease_until = null')
  raw.close()
  assert.match(await refused(restoreDatabase({ file: copy, path, replaces: true }), 'busy'), 'open in another process')
  await idle.close()
  assert.is((await restoreDatabase({ file: copy, path, replaces: true })).runs, 2)
})

test('an earlier claim writes nothing to the restored database', async () => {
  const { folder, copy, store } = await withBackup()
  const claim = await startRun(store, { owner: createDeadOwner(), run: { id: 'r-old' } })
  const second = folder.resolve('second.db')
  await (await store.maintenance()).backup(second)
  await store.close()
  const path = folder.resolve('other.db')
  await restoreDatabase({ file: second, path })
  const restored = await open(path)
  assert.ok(isLeaseLost(await catchRejection(restored.write(claim, { rows: [createRow(2)] }))))
  await restored.close()
  assert.ok(existsSync(copy))
})

test('a backup that is damaged, newer, in use or of another program is refused, and nothing changes', async () => {
  const { folder, path, copy, store } = await withBackup()
  const restore = (file: string) => restoreDatabase({ file, path, replaces: true })
  assert.match(await refused(restore(path), 'conflict'), 'is the database itself')
  await store.close()
  const change = (sql: string): void => {
    const database = new Database(copy)
    database.exec(sql)
    database.close()
  }
  change('delete from journal where key % 16777216 = 2')
  change("update run set status = 1, ended_at = 1 where id = 'r-going'")
  change('delete from definition')
  assert.match(await refused(restore(copy), 'corrupt'), `backup '${copy}' is damaged`)
  change(`pragma user_version = ${SCHEMA_VERSION + 1}`)
  const newer = await refused(restore(copy), 'too_new')
  assert.match(newer, `'${copy}' has schema ${SCHEMA_VERSION + 1}: expected at most ${SCHEMA_VERSION}`)
  change('pragma application_id = 7')
  assert.match(await refused(restore(copy), 'unreadable'), 'belongs to another program')
  assert.match(await refused(restore(folder.write('text.db', 'no database'.repeat(1000))), 'corrupt'), 'text.db')
  assert.match(await refused(restore(folder.resolve('none.db')), 'unreadable'), 'does not exist')
  const again = await open(path)
  assert.is((await again.listRuns()).length, 2)
  await again.close()
})

test('a damaged database is set aside, not thrown away', async () => {
  const { folder, path, copy, store } = await withBackup()
  await store.close()
  folder.write('troupe.db', 'x'.repeat(8_192))
  const { setAside = '' } = await restoreDatabase({ file: copy, path, replaces: true })
  assert.is(statSync(setAside).size, 8_192)
  const restored = await open(path)
  assert.is((await restored.listRuns()).length, 2)
  await restored.close()
})

test.run()
