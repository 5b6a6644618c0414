/** Servers of the database in SQL. */

import { SERVER_LIFE_MS } from '../server-store.ts'
import { SERVER_COLUMNS, type StoredServer } from '../sql/server-columns.ts'
import type { Connection } from './connection.ts'
import { NOW } from './statements.ts'

/** The live ones. */
export const LIST_SERVERS = `select ${SERVER_COLUMNS} from server where seen_at >= ${NOW} - ${SERVER_LIFE_MS} order by id`

export const prepareServers = (db: Connection) => ({
  mark: db.prepare<[StoredServer]>(
    `insert into server (${SERVER_COLUMNS}, seen_at) values (@id, @host, @pid, @unfit, ${NOW})
     on conflict (id) do update set unfit = excluded.unfit, seen_at = excluded.seen_at`,
  ),
  drop: db.prepare<[id: string]>('delete from server where id = ?'),
  /** A server that was killed leaves its row. */
  dropDead: db.prepare<[]>(`delete from server where seen_at < ${NOW} - ${20 * SERVER_LIFE_MS}`),
  list: db.prepare<[], StoredServer>(LIST_SERVERS),
})
