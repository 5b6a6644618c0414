/** Tokens in SQL. */
import { REPLACE_REVOKED, type StoredToken, TOKEN_COLUMNS } from '../sql/token-columns.ts'
import { sql } from './session.ts'

export const TOKEN = {
  add: sql(
    `insert into access_token (${TOKEN_COLUMNS})
     values ($1, $2, $3, $4, $5::bigint, $6::bigint, $7::bigint, $8::bigint) ${REPLACE_REVOKED} returning 1`,
  ),
  list: sql<StoredToken>(`select ${TOKEN_COLUMNS} from access_token order by name collate "C"`),
  find: sql<StoredToken>(`select ${TOKEN_COLUMNS} from access_token where hash = $1`),
  revoke: sql('update access_token set revoked_at = $1 where name = $2 and revoked_at is null returning 1'),
  use: sql('update access_token set used_at = $1 where hash = $2'),
} as const
