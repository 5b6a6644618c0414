import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { StoreError } from '../../store-error.ts'
import { sqliteCode, toStoreError } from '../sqlite-error.ts'
import type { MaintainedStore } from './maintained-store.ts'

/** Pages that one step copies, 8 MB: then others have their turn. A write by another process restarts the copy, so a step is not small. */
const PAGES_A_STEP = 2_000

/** Under another name until it is whole, so that half a copy is never taken for one. */
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
    // A user without access to the database must not read its copy.
    writeFileSync(partial, '', { mode: statSync(connection.name).mode & 0o777 })
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

const reason = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
