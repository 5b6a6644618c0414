import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { elapsedMs } from '../../core/elapsed-ms.ts'
import type { OnDamaged } from '../sql/damaged-rows.ts'
import type { Store } from '../store.ts'
import { StoreError } from '../store-error.ts'
import { type Connection, type Durability, openConnection, prepareFolder, readSchemaVersion } from './connection.ts'
import { busyPauseMs, retryBusy } from './retry-busy.ts'
import { SCHEMA_VERSION } from './schema-version.ts'
import { isBusy, isStatementError, sqliteCode, toStoreError } from './sqlite-error.ts'
import { SqliteStore } from './sqlite-store.ts'

export interface SqliteStoreOptions {
  /** Path of the database file; its folder is created. */
  path: string
  durability: Durability
  /** True (default): a missing file is created, and an older schema migrated. False: both are errors. */
  migrate?: boolean
  /** Called for each row that a list leaves out. Default: without effect. */
  onDamaged?: OnDamaged
}

/** Opens the SQLite store. @throws StoreError `unreadable`, `corrupt`, `too_new`, `disk_full`, `busy` */
export const openSqliteStore = async ({
  path,
  durability,
  migrate = true,
  onDamaged = () => {},
}: SqliteStoreOptions): Promise<Store> => {
  const file = resolve(path)
  if (migrate) prepareFolder(file)
  const connection = await retryBusy(path, () => openConnection(file, { durability, create: migrate }))
  try {
    await bringUpToDate(connection, { file, migrate })
    return await retryBusy(path, () => new SqliteStore(connection, path, { onDamaged }))
  } catch (error) {
    connection.close()
    // A statement could not be prepared.
    throw sqliteCode(error) === 'SQLITE_ERROR' ? toForeign(path, error) : toStoreError(error, path)
  }
}

/** Migrates. When two processes do so at the same moment, one of them fails and finds the schema migrated at its retry. */
const bringUpToDate = async (connection: Connection, options: { file: string; migrate: boolean }): Promise<void> => {
  const giveUpAt = elapsedMs() + MIGRATION_GIVE_UP_MS
  for (;;) {
    const version = await retryBusy(options.file, () => readSchemaVersion(connection, options.file))
    if (version >= SCHEMA_VERSION) return
    if (!options.migrate) throw outdated(options.file, version)
    try {
      const { migrate } = await import('./migrate.ts')
      await migrate(options.file)
    } catch (error) {
      if (!mayBeRace(error) || elapsedMs() > giveUpAt) throw error
      await delay(busyPauseMs())
      continue
    }
    // All migrations are listed as done, so more of them would change nothing.
    if (readSchemaVersion(connection, options.file) === version) throw toForeign(options.file)
  }
}

const toForeign = (path: string, cause?: unknown): StoreError =>
  new StoreError(
    'corrupt',
    `database '${path}' has other tables than its version says${cause instanceof Error ? `: ${cause.message}` : ''}`,
    {
      hint: 'restore it from a backup, or name another file with --db',
      cause,
    },
  )

const MIGRATION_GIVE_UP_MS = 10_000

/** True when the file is locked, or a table exists already. */
const mayBeRace = (error: unknown): boolean =>
  sqliteCode(error) !== undefined && (isBusy(error) || isStatementError(error))

const outdated = (path: string, version: number): StoreError =>
  new StoreError('unreadable', `database '${path}' has schema ${version}: expected ${SCHEMA_VERSION}`, {
    hint: 'the next run brings it up to date',
  })
