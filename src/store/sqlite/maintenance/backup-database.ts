import { existsSync, renameSync, rmSync } from 'node:fs'
import { createPrivateFile } from '../../private-mode.ts'
import { StoreError } from '../../store-error.ts'
import { reason } from '../connection.ts'
import { sqliteCode, toStoreError } from '../sqlite-error.ts'
import type { MaintainedStore } from './maintained-store.ts'

/** Pages per step, 8 MB; other work runs between steps. A write by another process restarts the copy, so steps are not small. */
const PAGES_A_STEP = 2_000

/** Writes a backup. The copy has another name until it is complete, so that a partial one is never taken for a backup. */
export const backupDatabase = async ({ connection, queue }: MaintainedStore, path: string): Promise<void> => {
  if (queue.isClosed) throw queue.closedError()
  if (connection.memory)
    throw new StoreError(
      'unreadable',
      `backup '${path}' can't be written: expected a store in a file, got one in memory`,
    )
  if (existsSync(path))
    throw new StoreError('conflict', `file '${path}' exists already: expected a new one for the backup`, {
      hint: 'name another file, or remove this one',
    })
  const partial = `${path}.partial`
  rmSync(partial, { force: true })
  try {
    createPrivateFile(partial)
    await connection.backup(partial, { progress: () => PAGES_A_STEP })
    renameSync(partial, path)
  } catch (cause) {
    rmSync(partial, { force: true })
    if (sqliteCode(cause) !== undefined) throw toStoreError(cause, path)
    throw new StoreError('unreadable', `backup '${path}' can't be written: ${reason(cause)}`, {
      hint: 'check that its folder exists and that this user may write to it',
      cause,
    })
  }
}
