/** Tokens in SQL. */
import { REPLACE_REVOKED, type StoredToken, TOKEN_COLUMNS, toTokenValues } from '../sql/token-columns.ts'
import type { TokenRecord } from '../token-store.ts'
import type { Connection } from './connection.ts'

export const addToken = ({ add }: ReturnType<typeof prepareTokens>, token: TokenRecord): boolean =>
  add.run(...toTokenValues(token)).changes === 1

export const prepareTokens = (db: Connection) => ({
  add: db.prepare<ReturnType<typeof toTokenValues>>(
    `insert into access_token (${TOKEN_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?) ${REPLACE_REVOKED}`,
  ),
  list: db.prepare<[], StoredToken>(`select ${TOKEN_COLUMNS} from access_token order by name`),
  find: db.prepare<[hash: string], StoredToken>(`select ${TOKEN_COLUMNS} from access_token where hash = ?`),
  revoke: db.prepare<[at: number, name: string]>(
    'update access_token set revoked_at = ? where name = ? and revoked_at is null',
  ),
  use: db.prepare<[at: number, hash: string]>('update access_token set used_at = ? where hash = ?'),
})
