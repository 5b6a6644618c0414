import { rmSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts'
import type { Claim, Store } from '../../../src/store/store.ts'
import { isStoreError } from '../../../src/store/store-error.ts'
import { mountSmallDisk } from '../../support/small-disk.ts'
import { catchRejection, createRow, startRun, toOutcome } from '../../support/store-values.ts'
import type { TempFolder } from '../../support/temp-folder.ts'

const test = suite('SQLite store on a full disk')

/** Mounting a disk takes root; what does without it is in group-commit.test.ts. */
const onSmallDisk = (title: string, act: (folder: TempFolder) => Promise<void>): void => {
  const disk = mountSmallDisk('1m')
  if (disk === undefined) test.skip(`${title}: mounting a small disk takes root`)
  else
    test(title, async () => {
      try {
        await act(disk.folder)
      } finally {
        disk.unmount()
      }
    })
}

onSmallDisk('writes fail as disk_full, lose nothing, and go on when there is room again', async (folder) => {
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
})

onSmallDisk('opening a database where there is no room is refused as disk_full', async (folder) => {
  writeFileSync(folder.resolve('ballast'), Buffer.alloc(1024 * 1024 - 16_384))
  const error = await catchRejection(openSqliteStore({ path: folder.resolve('troupe.db'), durability: 'process' }))
  assert.ok(isStoreError(error) && error.code === 'disk_full', String(error))
})

/** Appends until it fails; the seq that could not be written. */
const fill = async (store: Store, claim: Claim): Promise<number> => {
  for (let seq = 2; ; seq++) {
    const data = toOutcome({ text: 'x'.repeat(20_000) })
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
