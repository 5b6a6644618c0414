import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts'
import type { Claim, Store } from '../../../src/store/store.ts'
import { isStoreError } from '../../../src/store/store-error.ts'
import { catchRejection, createRow, startRun } from '../../support/store-values.ts'
import { createTempFolder, type TempFolder } from '../../support/temp-folder.ts'

const test = suite('SQLite store on a full disk')

/** A disk of its own, small enough to be filled; undefined where this user may not mount one. */
const mountSmallDisk = (): { folder: TempFolder; unmount: () => void } | undefined => {
  const folder = createTempFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder.path], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  return { folder, unmount: () => void execFileSync('umount', [folder.path]) }
}

const disk = mountSmallDisk()
const title = 'writes fail as disk_full, lose nothing, and go on when there is room again'

if (disk === undefined) test.skip(`${title}: mounting a small disk takes root, see group-commit.test.ts`)
else
  test(title, async () => {
    const { folder, unmount } = disk
    try {
      const path = folder.resolve('troupe.db')
      const ballast = folder.write('ballast', Buffer.alloc(200_000))
      const store = await openSqliteStore({ path, durability: 'process' })
      const claim = await startRun(store)
      const failedAt = await fill(store, claim)

      const seqs = (await store.readJournal(claim.runId)).map((row) => row.seq)
      assert.equal(
        seqs,
        Array.from({ length: failedAt - 1 }, (_, place) => place + 1),
      )
      rmSync(ballast)
      await store.write(claim, { rows: [createRow(failedAt)] })
      await store.close()

      const database = new Database(path)
      assert.is(database.pragma('integrity_check', { simple: true }), 'ok')
      assert.is(database.prepare('select count(*) from journal').pluck().get(), failedAt)
      database.close()
    } finally {
      unmount()
    }
  })

test('opening a database where there is no room is refused as disk_full', async () => {
  const small = mountSmallDisk()
  if (small === undefined) return
  try {
    writeFileSync(small.folder.resolve('ballast'), Buffer.alloc(1024 * 1024 - 16_384))
    const error = await catchRejection(
      openSqliteStore({ path: small.folder.resolve('troupe.db'), durability: 'process' }),
    )
    assert.ok(isStoreError(error) && error.code === 'disk_full', String(error))
  } finally {
    small.unmount()
  }
})

/** Appends until it fails; the seq that could not be written. */
const fill = async (store: Store, claim: Claim): Promise<number> => {
  for (let seq = 2; ; seq++) {
    const data = { text: 'x'.repeat(20_000) }
    const error = await store.write(claim, { rows: [createRow(seq, { data })] }).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    if (error === undefined) continue
    assert.ok(isStoreError(error) && error.code === 'disk_full', String(error))
    assert.match(error.message, /has no room left/)
    assert.ok(error.hint)
    return seq
  }
}

test.run()
