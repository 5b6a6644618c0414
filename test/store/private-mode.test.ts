/** Files with runs are for their owner alone, whatever the umask and the mode of older files are. */
import { chmodSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { backupStore } from '../../src/app/database/backup-file.ts'
import { exportToFile } from '../../src/app/database/run-file.ts'
import { restoreDatabase } from '../../src/store/open-database.ts'
import { listSharedFiles } from '../../src/store/private-mode.ts'
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts'
import type { Store } from '../../src/store/store.ts'
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts'

const test = suite('modes of files with runs')

const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8)

const modesOf = ({ path, resolve }: TempFolder): Record<string, string> =>
  Object.fromEntries(
    readdirSync(path)
      .sort()
      .map((name) => [name, modeOf(resolve(name))]),
  )

const withStore = async (act: (opened: { folder: TempFolder; path: string; store: Store }) => Promise<void>) => {
  const umask = process.umask(0)
  const folder = createTempFolder()
  const path = folder.resolve('runs.db')
  const store = await openSqliteStore({ path, durability: 'process' })
  try {
    await act({ folder, path, store })
  } finally {
    await store.close()
    process.umask(umask)
    folder.remove()
  }
}

test('a new database and the files beside it are for their owner alone', () =>
  withStore(async ({ folder, path }) => {
    assert.equal(modesOf(folder), { 'runs.db': '600', 'runs.db-shm': '600', 'runs.db-wal': '600' })
    assert.equal(listSharedFiles(path), [])
  }))

test('so is the target of a link that leads to no file yet', () =>
  withStore(async ({ folder }) => {
    symlinkSync(folder.resolve('target.db'), folder.resolve('link.db'))
    await (await openSqliteStore({ path: folder.resolve('link.db'), durability: 'process' })).close()
    assert.is(modeOf(folder.resolve('target.db')), '600')
  }))

test('a backup is for its owner alone, also of a database that others may read, and in place of such a file', () =>
  withStore(async ({ folder, path, store }) => {
    chmodSync(path, 0o644)
    await backupStore(store, { path, file: folder.resolve('new.db') })
    assert.is(modeOf(folder.resolve('new.db')), '600')
    writeFileSync(folder.resolve('old.db'), 'x', { mode: 0o666 })
    await backupStore(store, { path, file: folder.resolve('old.db'), replaces: true })
    assert.is(modeOf(folder.resolve('old.db')), '600')
    await restoreDatabase({
      file: folder.resolve('new.db'),
      path: folder.resolve('restored.db'),
      check: async () => [],
    })
    assert.is(modeOf(folder.resolve('restored.db')), '600')
  }))

test('an export is for its owner alone, also where a killed one has left a part', () =>
  withStore(async ({ folder, store }) => {
    const file = folder.resolve('runs.jsonl')
    writeFileSync(`${file}.partial`, 'x', { mode: 0o666 })
    await exportToFile(store, { ids: [], file })
    assert.is(modeOf(file), '600')
  }))

test('files of older releases that others may read are listed', () =>
  withStore(async ({ path }) => {
    chmodSync(path, 0o640)
    chmodSync(`${path}-wal`, 0o604)
    assert.equal(listSharedFiles(path), [path, `${path}-wal`])
  }))

test.run()
