/**
 * Finds out who makes a request, by its token. On loopback the interface is open to this machine until the first token is created;
 * from then on, and elsewhere, it asks for one.
 */
import type { Clock } from '../core/clock.ts'
import { isFault } from '../core/fault.ts'
import { hashBytes } from '../core/hash.ts'
import { findToken } from '../service/access/tokens.ts'
import type { TokenRecord, TokenStore } from '../store/token-store.ts'
import { Problem } from './api/problem.ts'

export interface LoginsOptions {
  store: TokenStore
  clock: Pick<Clock, 'now'>
  /** Only programs of this machine reach the interface. */
  isLoopback: boolean
}

/** Failed logins of one address in WINDOW_MS, after which it is answered 429. */
const MOST_FAILURES = 10
const WINDOW_MS = 60_000
/** Addresses that are counted, and tokens that are remembered: what clients send must not fill the memory. */
const MOST_ADDRESSES = 10_000
const MOST_REMEMBERED = 1_000

export class Logins {
  readonly #options: LoginsOptions
  readonly #failures = new Map<string, { count: number; until: number }>()
  /** Hashes of tokens that counted: behind a proxy one address has good and bad clients. */
  readonly #remembered = new Set<string>()
  #asks: boolean

  constructor(options: LoginsOptions) {
    this.#options = options
    this.#asks = !options.isLoopback
  }

  /** Undefined: no token is asked. @throws Problem 401 or 429; StoreError */
  async identify(authorization: string | undefined, address: string): Promise<TokenRecord | undefined> {
    if (authorization === undefined) {
      if (await this.#asksForTokens()) throw unauthorized('the request has no token')
      return undefined
    }
    const { store, clock } = this.#options
    const [, text = ''] = /^Bearer +(\S+)$/i.exec(authorization) ?? []
    const hash = hashBytes(text)
    if (!this.#remembered.has(hash)) this.#expectTries(address)
    const token = await findToken(store, text, clock.now())
    if (token === undefined) {
      this.#remembered.delete(hash)
      this.#countFailure(address)
      throw unauthorized('the token is wrong, expired or revoked')
    }
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear()
    this.#remembered.add(hash)
    return token
  }

  /**
   * Finds what a credential names that a route judges by itself: a wrong one counts as a failed login of the address.
   * @throws what `find` throws; Problem 429
   */
  async judge<T>(address: string, find: () => Promise<T>): Promise<T> {
    this.#expectTries(address)
    try {
      return await find()
    } catch (thrown) {
      if (isFault(thrown)) this.#countFailure(address)
      throw thrown
    }
  }

  /** Once there was a token, the interface never opens again: revoked ones are kept. */
  async #asksForTokens(): Promise<boolean> {
    this.#asks ||= (await this.#options.store.listTokens()).length > 0
    return this.#asks
  }

  #expectTries(address: string): void {
    const failed = this.#failures.get(address)
    const leftMs = (failed?.until ?? 0) - this.#options.clock.now()
    if (failed === undefined || failed.count < MOST_FAILURES || leftMs <= 0) return
    throw new Problem({
      status: 429,
      code: 'rate_limited',
      detail: `${failed.count} requests from ${address} had wrong tokens`,
      headers: { 'retry-after': String(Math.ceil(leftMs / 1000)) },
    })
  }

  #countFailure(address: string): void {
    const now = this.#options.clock.now()
    const known = this.#failures.get(address)
    const failed = known !== undefined && known.until > now ? known : { count: 0, until: now + WINDOW_MS }
    if (known === undefined && this.#failures.size >= MOST_ADDRESSES) this.#failures.clear()
    this.#failures.set(address, { ...failed, count: failed.count + 1 })
  }
}

const unauthorized = (detail: string): Problem =>
  new Problem({
    status: 401,
    code: 'unauthorized',
    detail,
    hint: 'send Authorization: Bearer TOKEN; troupe tokens create makes one',
    headers: { 'www-authenticate': 'Bearer realm="troupe"' },
  })
