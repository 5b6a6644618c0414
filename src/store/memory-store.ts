import { openMemoryConnection } from './sqlite/connection.ts'
import { SqliteStore } from './sqlite/sqlite-store.ts'
import type { Store } from './store.ts'

/** Opens a whole store that is gone with the process. @param options.now Clock of the leases; default: the database's. */
export const createMemoryStore = ({ now }: { now?: () => number } = {}): Store =>
  new SqliteStore(openMemoryConnection(now), 'memory')
