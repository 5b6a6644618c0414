/**
 * Creates, lists and revokes the tokens of the HTTP interface, and finds the one that a client sends. A token is known by its SHA-256:
 * the store can't give it away, and it is shown when it is created and never again.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { Fault } from '../../core/fault.ts'
import { hashBytes } from '../../core/hash.ts'
import type { Scope, TokenRecord, TokenStore } from '../../store/token-store.ts'
import { toTime } from '../views/time.ts'

/** Marks a text as a token, for people and for programs that look for leaked secrets. */
const PREFIX = 'troupe_'
const TOKEN_BYTES = 32
const TOKEN_PATTERN = new RegExp(`^${PREFIX}[A-Za-z0-9_-]{43}$`)
/** Names stand in journals, in lists of who may decide, and in commands. */
const NAME_PATTERN = /^[a-z0-9][a-z0-9._@+-]{0,63}$/i
/** Interval in which the last use of a token is written. */
const USE_BEAT_MS = 60_000

export interface WantedToken {
  name: string
  scopes: readonly Scope[]
  /** Pattern of workflow names, where `*` is any text. Default: all workflows. */
  workflow?: string | undefined
  /** Default: it does not expire. */
  validMs?: number | undefined
}

/** @throws Fault `invalid_input` for a wrong name or scopes that no pattern bounds, `conflict` for a name in use */
export const createToken = async (
  store: Pick<TokenStore, 'addToken'>,
  { name, scopes, workflow, validMs }: WantedToken,
  now: number,
): Promise<{ token: string; record: TokenRecord }> => {
  expectValid({ name, scopes, workflow })
  const token = PREFIX + randomBytes(TOKEN_BYTES).toString('base64url')
  const record: TokenRecord = {
    name,
    hash: hashBytes(token),
    scopes,
    workflow: workflow ?? null,
    createdAt: now,
    expiresAt: validMs === undefined ? null : now + validMs,
    revokedAt: null,
    usedAt: null,
  }
  if (await store.addToken(record)) return { token, record }
  throw new Fault(
    'conflict',
    `token '${name}' exists already\ntake another name, or revoke it first: troupe tokens revoke ${name}`,
  )
}

const expectValid = ({ name, scopes, workflow }: WantedToken): void => {
  if (!NAME_PATTERN.test(name))
    throw new Fault(
      'invalid_input',
      `the name '${name}' is wrong: expected up to 64 letters, digits and . _ @ + -, such as ci or ann@example.com`,
    )
  const unbounded = scopes.find((scope) => scope === 'author' || scope === 'admin')
  if (workflow !== undefined && unbounded !== undefined)
    throw new Fault(
      'invalid_input',
      `scope '${unbounded}' reaches every workflow: it can't be bound to '${workflow}'\nleave out the scope, or the pattern of workflows`,
    )
}

/** @throws Fault `not_found` */
export const revokeToken = async (store: TokenStore, name: string, now: number): Promise<void> => {
  if (await store.revokeToken(name, now)) return
  const known = (await store.listTokens()).filter(({ revokedAt }) => revokedAt === null).map((token) => token.name)
  const hint = known.length === 0 ? 'there are no tokens' : `there are ${known.join(', ')}`
  throw new Fault('not_found', `there is no token '${name}'\n${hint}`)
}

/** Finds the token that a client sent, while it counts. @throws StoreError */
export const findToken = async (store: TokenStore, text: string, now: number): Promise<TokenRecord | undefined> => {
  if (!TOKEN_PATTERN.test(text)) return undefined
  const hash = hashBytes(text)
  const found = await store.findToken(hash)
  if (found === undefined || !timingSafeEqual(Buffer.from(found.hash), Buffer.from(hash))) return undefined
  if (toTokenState(found, now) !== 'valid') return undefined
  if (found.usedAt === null || now - found.usedAt >= USE_BEAT_MS) await store.useToken(hash, now)
  return found
}

export const toTokenState = ({ revokedAt, expiresAt }: TokenRecord, now: number): 'valid' | 'revoked' | 'expired' => {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'valid'
}

/** `admin` includes every scope. A client that may write a workflow may run one. */
const INCLUDED: Readonly<Partial<Record<Scope, readonly Scope[]>>> = {
  author: ['submit'],
  admin: ['read', 'submit', 'decide', 'author'],
}

export const holdsScope = ({ scopes }: Pick<TokenRecord, 'scopes'>, wanted: Scope): boolean =>
  scopes.some((scope) => scope === wanted || INCLUDED[scope]?.includes(wanted))

export const reachesWorkflow = ({ workflow: pattern }: Pick<TokenRecord, 'workflow'>, name: string): boolean =>
  pattern === null || matches(pattern.split('*'), name)

/** Compares part by part: a pattern from a user makes no regular expression. */
const matches = ([first = '', ...rest]: readonly string[], name: string): boolean => {
  if (!name.startsWith(first)) return false
  const last = rest.pop()
  if (last === undefined) return name === first
  let from = first.length
  for (const part of rest) {
    const at = name.indexOf(part, from)
    if (at < 0) return false
    from = at + part.length
  }
  return name.length - last.length >= from && name.endsWith(last)
}

export const toTokenJson = (token: TokenRecord, now: number) => ({
  name: token.name,
  scopes: token.scopes,
  workflow: token.workflow,
  state: toTokenState(token, now),
  created_at: toTime(token.createdAt),
  expires_at: toTime(token.expiresAt),
  revoked_at: toTime(token.revokedAt),
  used_at: toTime(token.usedAt),
})
