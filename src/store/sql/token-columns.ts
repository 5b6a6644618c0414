/** Columns of tokens. */
import { StoreError } from '../store-error.ts'
import { SCOPES, type Scope, type TokenRecord } from '../token-store.ts'
import { COLUMN_TYPES } from './column-types.ts'
import { decodeRow, expectTypes } from './damaged-rows.ts'

export interface StoredToken {
  name: string
  hash: string
  /** Between spaces. */
  scopes: string
  workflow: string | null
  created_at: number
  expires_at: number | null
  revoked_at: number | null
  used_at: number | null
}

export const TOKEN_COLUMNS = 'name, hash, scopes, workflow, created_at, expires_at, revoked_at, used_at'

/** A name that counts is not taken over. */
export const REPLACE_REVOKED = `on conflict (name) do update set hash = excluded.hash, scopes = excluded.scopes,
  workflow = excluded.workflow, created_at = excluded.created_at, expires_at = excluded.expires_at,
  revoked_at = excluded.revoked_at, used_at = excluded.used_at where access_token.revoked_at is not null`

/** In the order of TOKEN_COLUMNS. */
export const toTokenValues = (
  token: TokenRecord,
): [string, string, string, string | null, number, ...(number | null)[]] => {
  const { name, hash, scopes, workflow, createdAt, expiresAt, revokedAt, usedAt } = token
  return [name, hash, scopes.join(' '), workflow, createdAt, expiresAt, revokedAt, usedAt]
}

/** @throws StoreError `corrupt` */
export const toToken = (stored: StoredToken): TokenRecord =>
  decodeRow(`token '${stored.name}'`, () => {
    expectTypes(stored, COLUMN_TYPES.access_token)
    const { name, hash, scopes, workflow, created_at, expires_at, revoked_at, used_at } = stored
    const times = { createdAt: created_at, expiresAt: expires_at, revokedAt: revoked_at, usedAt: used_at }
    return { name, hash, scopes: scopes.split(' ').map(toScope), workflow, ...times }
  })

const toScope = (text: string): Scope => {
  const scope = SCOPES.find((known) => known === text)
  if (scope !== undefined) return scope
  throw new StoreError('corrupt', `column 'scopes' has '${text}': expected some of ${SCOPES.join(', ')}`)
}
