/** Tokens by which clients of the HTTP interface prove who they are. The store keeps their hashes alone. */

/** Rights that a token may have, in the order in which they are shown. */
export const SCOPES = ['read', 'submit', 'decide', 'author', 'admin'] as const

export type Scope = (typeof SCOPES)[number]

export interface TokenRecord {
  /** Stands in journals as the one that acted. */
  name: string
  /** SHA-256 of the token. */
  hash: string
  scopes: readonly Scope[]
  /** Pattern of the names of workflows that it may reach; null: all. */
  workflow: string | null
  /** Epoch milliseconds, as all times. */
  createdAt: number
  expiresAt: number | null
  /** A revoked token stays, so that an interface that asks for tokens does not open by itself. */
  revokedAt: number | null
  /** Time of the last request, up to a minute late. */
  usedAt: number | null
}

export interface TokenStore {
  /** Adds a token, in place of a revoked one of its name. Returns false when another of this name counts. */
  addToken(token: TokenRecord): Promise<boolean>
  /** Lists all, revoked ones too, by name. */
  listTokens(): Promise<TokenRecord[]>
  findToken(hash: string): Promise<TokenRecord | undefined>
  /** Returns false when no token of this name counts. */
  revokeToken(name: string, at: number): Promise<boolean>
  /** Keeps the time of a request. */
  useToken(hash: string, at: number): Promise<void>
}
