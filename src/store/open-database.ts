/** The one opener of stores. It loads only the code of the requested kind. */
import { relative } from 'node:path'
import type { DatabaseAddress } from './database-address.ts'
import type { DamagedRow } from './maintenance.ts'
import type { PostgresInspection } from './postgres/inspect-postgres.ts'
import type { DatabaseInspection } from './sqlite/inspect-sqlite.ts'
import type { Restored, RestoreOptions } from './sqlite/maintenance/restore-database.ts'
import type { Store } from './store.ts'

export interface DatabaseOptions {
  database: DatabaseAddress
  /** Failure that a recorded step survives: a killed process, or a power cut too. */
  durability: 'process' | 'power'
  /** Called for each row that a list leaves out because it is damaged. Default: without effect. */
  onDamaged?(row: DamagedRow): void
}

/** Opens a store; a file is created and migrated. @throws StoreError */
export const openDatabase = async ({ database, durability, onDamaged = () => {} }: DatabaseOptions): Promise<Store> => {
  if (database.kind === 'memory') return (await import('./memory-store.ts')).createMemoryStore()
  if (database.kind === 'postgres')
    return (await import('./postgres/open-postgres-store.ts')).openPostgresStore({ url: database.url, onDamaged })
  const { openSqliteStore } = await import('./sqlite/open-sqlite-store.ts')
  return openSqliteStore({ path: toShownPath(database.path), durability, onDamaged })
}

/** Replaces the database in a file by a backup. @throws StoreError */
export const restoreDatabase = async (options: RestoreOptions): Promise<Restored> =>
  (await import('./sqlite/maintenance/restore-database.ts')).restoreDatabase(options)

/** Inspects a database file without changing it. @throws StoreError whose message names the file as `shown` */
export const inspectDatabase = async (path: string, shown: string): Promise<DatabaseInspection> =>
  (await import('./sqlite/inspect-sqlite.ts')).inspectSqlite(path, shown)

/** Inspects a Postgres database without changing it. @throws StoreError */
export const inspectPostgres = async (url: string): Promise<PostgresInspection> =>
  (await import('./postgres/inspect-postgres.ts')).inspectPostgres(url)

/** Messages show the path as people write it. */
const toShownPath = (path: string): string => {
  const way = relative(process.cwd(), path)
  return way.startsWith('..') ? path : way
}
