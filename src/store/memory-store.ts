/** A whole store that ends with the process: SQLite on `:memory:`, without MikroORM. */
import Database from 'better-sqlite3'
import { MIGRATIONS } from './sqlite/migrations.ts'
import { SqliteStore } from './sqlite/sqlite-store.ts'
import type { Store } from './store.ts'

/** @param options.now Clock of the leases; default: the database's. */
export const createMemoryStore = ({ now }: { now?: () => number } = {}): Store => {
  const connection = new Database(':memory:')
  // The SQL of the store rounds seconds down to milliseconds: half a millisecond more keeps them whole.
  if (now !== undefined) connection.function('unixepoch', { varargs: true }, () => (now() + 0.5) / 1000)
  connection.exec(MIGRATIONS.flatMap(({ statements }) => statements).join(';\n'))
  return new SqliteStore(connection, 'memory')
}
