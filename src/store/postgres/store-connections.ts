/**
 * The connections of one store: some for reading, one for changes (commit-queue.ts). Reads run at once and see committed content; they
 * are repeated while the connection is lost. After `close` every call is rejected.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { JsonValue } from '../../core/json.ts'
import type { OnDamaged } from '../sql/damaged-rows.ts'
import { expectOwnBytes, unpackJson } from '../sql/large-text.ts'
import { CommitQueue, closedError, GIVE_UP_MS } from './commit-queue.ts'
import { createPool } from './connection.ts'
import { NewsListener } from './news-listener.ts'
import { isConnectionLost, isContended, toStoreError } from './postgres-error.ts'
import { createSession, type Query, type Session, type Value } from './session.ts'
import { CONTENT } from './statements.ts'
import type { WriteJob } from './write-job.ts'

/** Any long time. */
const KEEPER_MS = 60_000

export type Unpack = (text: string) => JsonValue

export interface ChangeOptions<Row, Result> {
  query: Query<Row>
  values: readonly Value[]
  /** `isRepeated`: an earlier try may have been committed. */
  toResult(rows: Row[], isRepeated: boolean): Result
}

export class StoreConnections {
  readonly location: string
  readonly onDamaged: OnDamaged
  readonly #pool: pg.Pool
  readonly #queue: CommitQueue
  readonly #reader: Session
  readonly news: NewsListener
  #closing: Promise<void> | undefined

  constructor(config: pg.ClientConfig, { location, onDamaged }: { location: string; onDamaged: OnDamaged }) {
    this.location = location
    this.onDamaged = onDamaged
    this.#pool = createPool(config)
    this.#queue = new CommitQueue(config, { location })
    this.#reader = createSession(this.#pool)
    this.news = new NewsListener(config, location)
  }

  get isClosed(): boolean {
    return this.#closing !== undefined
  }

  add(job: WriteJob): void {
    this.#queue.add(job)
  }

  /** Makes a change by one statement. */
  change<Row, Result>({ query, values, toResult }: ChangeOptions<Row, Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.isClosed) return reject(closedError(this.location))
      let rows: Row[] = []
      this.#queue.add({
        kind: 'statement',
        send: async (session) => {
          rows = await session.all(query, values)
        },
        succeed: (isRepeated) => resolve(toResult(rows, isRepeated)),
        fail: reject,
      })
    })
  }

  /** Makes a change by one statement that waits for no other change, and is tried once. @throws StoreError: it may have been made */
  async changeApart<Row>(query: Query<Row>, values: readonly Value[]): Promise<Row[]> {
    if (this.isClosed) throw closedError(this.location)
    try {
      return await this.#reader.all(query, values)
    } catch (error) {
      throw toStoreError(error, this.location)
    }
  }

  /** Runs `perform` inside a transaction, once or more. */
  transact<T>(perform: (session: Session, isRepeated: boolean) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.isClosed) return reject(closedError(this.location))
      this.#queue.add({
        kind: 'transaction',
        perform: async (session, isRepeated) => {
          const result = await perform(session, isRepeated)
          return () => resolve(result)
        },
        fail: reject,
      })
    })
  }

  async read<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const giveUpAt = performance.now() + GIVE_UP_MS
    for (let tries = 1; ; tries++) {
      if (this.isClosed) throw closedError(this.location)
      try {
        return await work(this.#reader)
      } catch (error) {
        const mayPass = isConnectionLost(error) || isContended(error)
        if (!mayPass || performance.now() > giveUpAt) throw toStoreError(error, this.location)
      }
      await delay(Math.min(1_000, 10 * 2 ** tries) * (0.5 + Math.random()))
    }
  }

  /** Reads the large texts that these texts stand for, and returns what gives their values. */
  async unpacker(texts: readonly (string | null)[], session?: Session): Promise<Unpack> {
    const hashes = texts.filter((text) => text?.startsWith('@') === true).map((text) => text?.slice(1) ?? '')
    const find = (reader: Session) => reader.all(CONTENT.readBlobs, [[...new Set(hashes)]])
    const blobs = hashes.length === 0 ? [] : await (session === undefined ? this.read(find) : find(session))
    const byHash = new Map(blobs.map(({ hash, bytes }) => [hash, Buffer.from(bytes)]))
    return (text) => unpackJson(text, (hash) => byHash.get(hash))
  }

  async readBlob(hash: string): Promise<Uint8Array | undefined> {
    const [found] = await this.read((session) => session.all(CONTENT.readBlobs, [[hash]]))
    return found && new Uint8Array(expectOwnBytes(hash, found.bytes))
  }

  closedError(): Error {
    return closedError(this.location)
  }

  /** Makes the changes that are enqueued. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll()
    return this.#closing
  }

  async #closeAll(): Promise<void> {
    // Idle connections do not keep the process, not even until they are closed.
    const keeper = setInterval(() => {}, KEEPER_MS)
    try {
      await this.news.close()
      await this.#queue.close()
      await this.#pool.end()
    } finally {
      clearInterval(keeper)
    }
  }
}
