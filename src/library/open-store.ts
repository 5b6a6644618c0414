import { parseDatabaseAddress } from '../store/database-address.ts'
import { openDatabase } from '../store/open-database.ts'
import type { Store } from '../store/store.ts'

export interface StoreOptions {
  /** Failure that a recorded step survives: a killed `process` (default), or a `power` cut too, at a disk sync for each group of writes. */
  durability?: 'process' | 'power'
}

/**
 * Opens the store of runs: a SQLite file (a path, relative to the working directory, or `file:` URL; created with its folder, and
 * migrated), a Postgres database (`postgres://…`), or `memory`, which is gone with the process. Several processes may have the same
 * file or database open. Close it at the end.
 * @throws StoreError `unreadable`, `corrupt`, `too_new`, `disk_full`, `busy`; Fault `invalid_input`
 */
export const openStore = (address: string, { durability = 'process' }: StoreOptions = {}): Promise<Store> =>
  openDatabase({
    database: parseDatabaseAddress(address === 'memory' ? 'memory:' : address, process.cwd()),
    durability,
  })
