import Database from 'better-sqlite3'
import type { DatabaseAddress } from '../../src/store/database-address.ts'
import type { Store } from '../../src/store/store.ts'

/** True if SQLite finds no problem in the file, or `db check` none in the tables of Postgres, whose files are its own. */
export const isIntact = async (address: DatabaseAddress, store: Store): Promise<boolean> => {
  if (address.kind !== 'sqlite') return (await (await store.maintenance()).check()).length === 0
  const connection = new Database(address.path, { readonly: true })
  try {
    return connection.pragma('integrity_check', { simple: true }) === 'ok'
  } finally {
    connection.close()
  }
}
