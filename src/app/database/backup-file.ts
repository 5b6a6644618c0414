import { existsSync, realpathSync, renameSync, statSync } from 'node:fs'
import type { Store } from '../../store/store.ts'
import { StoreError } from '../../store/store-error.ts'

export interface BackupOptions {
  /** Absolute: the database. Absent: it is not a file. */
  path?: string
  /** Absolute: the copy. */
  file: string
  /** Replaces a file that exists. Default false. */
  replaces?: boolean
}

/**
 * Copies a store to a file while runs go on. A file that is replaced stays until the copy is whole.
 * @throws StoreError `conflict`, `unreadable`, `disk_full`
 */
export const backupStore = async (
  store: Store,
  { path, file, replaces = false }: BackupOptions,
): Promise<{ bytes: number }> => {
  if (existsSync(file)) {
    if (path !== undefined && realpathSync(file) === realpathSync(path))
      throw new StoreError('conflict', `'${file}' is the database itself: expected another file for its backup`)
    if (!replaces)
      throw new StoreError('conflict', `file '${file}' exists already: expected a new one for the backup`, {
        hint: 'name another file; with --force this one is replaced',
      })
    if (!statSync(file).isFile())
      throw new StoreError('conflict', `'${file}' is no file: expected one that a backup may replace`)
  }
  const maintenance = await store.maintenance()
  const ready = existsSync(file) ? `${file}.new-${process.pid}` : file
  await maintenance.backup(ready)
  if (ready !== file) renameSync(ready, file)
  return { bytes: statSync(file).size }
}
