/**
 * Hears the notifications of the database over a connection of its own, which is opened with the first listener and again when it is
 * lost. What was said meanwhile is not known: so all listeners are called then.
 */
import type pg from 'pg'
import type { News } from '../news-store.ts'
import { Reopened } from './connection.ts'
import { CHANNEL } from './statements.ts'

const ALL_NEWS: readonly News[] = ['inbox', 'due', 'slots', 'holds']

const SHORTEST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

export class NewsListener {
  readonly #connection: Reopened
  readonly #listeners: Record<News, Set<() => void>> = {
    inbox: new Set(),
    due: new Set(),
    slots: new Set(),
    holds: new Set(),
  }
  #opening: Promise<void> | undefined
  #pause: NodeJS.Timeout | undefined
  #pauseMs = SHORTEST_PAUSE_MS
  #isClosed = false

  constructor(config: pg.ClientConfig, location: string) {
    this.#connection = new Reopened(config, { location, onOpen: (client) => this.#hear(client) })
  }

  add(news: News, listener: () => void): () => void {
    this.#listeners[news].add(listener)
    this.#open()
    return () => this.#listeners[news].delete(listener)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#pause)
    await this.#opening
    await this.#connection.close()
  }

  #open(): void {
    if (this.#isClosed || this.#opening !== undefined) return
    this.#opening = this.#connection
      .open()
      .then(
        () => {
          this.#connection.rest()
          this.#pauseMs = SHORTEST_PAUSE_MS
          this.#tell(...ALL_NEWS)
        },
        () => this.#reopenLater(),
      )
      .finally(() => {
        this.#opening = undefined
      })
  }

  async #hear(client: pg.Client): Promise<void> {
    client.on('notification', ({ channel }) => {
      this.#tell(...ALL_NEWS.filter((news) => CHANNEL[news] === channel))
    })
    client.on('end', () => this.#reopenLater())
    await client.query(ALL_NEWS.map((news) => `listen ${CHANNEL[news]}`).join('; '))
  }

  #tell(...told: News[]): void {
    for (const news of told) for (const listener of this.#listeners[news]) listener()
  }

  #reopenLater(): void {
    if (this.#isClosed) return
    clearTimeout(this.#pause)
    this.#pause = setTimeout(() => this.#open(), this.#pauseMs).unref()
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2)
  }
}
