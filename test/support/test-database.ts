/**
 * The database that tests of the command line and of servers run on: a file of their own in SQLite, or a database of their own in
 * Postgres when TROUPE_TEST_DB is `postgres` (`npm test -- --db postgres`). The Postgres server is the one at the port
 * TROUPE_TEST_PORT, which a runner of several files has started, else one of this process.
 */
import { existsSync, readFileSync } from 'node:fs'
import type { DatabaseAddress } from '../../src/store/database-address.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import type { Store } from '../../src/store/store.ts'

export const TEST_DATABASE = process.env.TROUPE_TEST_DB === 'postgres' ? 'postgres' : 'sqlite'

const postgres = TEST_DATABASE === 'postgres' ? await import('./postgres-server.ts') : undefined
const server = await postgres?.findPostgres()

/** Returns the URL of a new database; undefined on SQLite, where a database is made by its first use. */
const createTestDatabase = (): string | undefined => server?.createDatabaseNow()

/** The address of a new database for several processes. @param file Its path on SQLite, absolute. */
export const createTestAddress = (file: string): DatabaseAddress => {
  const url = createTestDatabase()
  return url === undefined ? { kind: 'sqlite', path: file } : { kind: 'postgres', url }
}

export const openTestDatabase = (database: DatabaseAddress): Promise<Store> =>
  openDatabase({ database, durability: 'process' })

/** The bytes of the file with its log, or the dump of the database. */
export const dumpTestDatabase = (database: DatabaseAddress): string => {
  if (database.kind === 'postgres') return postgres?.dumpPostgres(database.url) ?? ''
  const path = database.kind === 'sqlite' ? database.path : ''
  const files = [path, `${path}-wal`].filter((file) => existsSync(file))
  return files.map((file) => readFileSync(file).toString('latin1')).join('\n')
}

/** Opens a new store for one process. */
export const openTestStore = async (): Promise<Store> => {
  const url = createTestDatabase()
  return url === undefined ? createMemoryStore() : openTestDatabase({ kind: 'postgres', url })
}
