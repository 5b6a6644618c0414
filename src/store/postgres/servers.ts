/** Servers of the database in SQL. */

import { SERVER_LIFE_MS } from '../server-store.ts'
import { SERVER_COLUMNS, type StoredServer } from '../sql/server-columns.ts'
import { sql } from './session.ts'
import { NOW } from './statements.ts'

export const SERVER = {
  /** A server that was killed leaves its row, which another one deletes. */
  mark: sql(
    `with dropped as (delete from server where id <> $1 and seen_at < ${NOW} - ${20 * SERVER_LIFE_MS})
     insert into server (${SERVER_COLUMNS}, seen_at) values ($1, $2, $3, $4, ${NOW})
     on conflict (id) do update set unfit = excluded.unfit, seen_at = excluded.seen_at`,
  ),
  drop: sql('delete from server where id = $1'),
  list: sql<StoredServer>(
    `select ${SERVER_COLUMNS} from server where seen_at >= ${NOW} - ${SERVER_LIFE_MS} order by id collate "C"`,
  ),
} as const
