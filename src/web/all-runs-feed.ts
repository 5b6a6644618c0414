/**
 * Follows the journals of all runs for many readers at once. However many read, the store is asked once a beat how far the journals have
 * come, and the newest events are kept as text, once for all. A reader pulls: one that is slow holds no memory but its place.
 *
 * Rows of different runs have no common order in the store. So each event has a number of this feed, and the time from which other feeds
 * read again. Numbers are without gaps: an event gets its number in the same turn in which its run counts as read so far.
 */
import { randomBytes } from 'node:crypto'
import { Beat } from '../core/beat.ts'
import type { Clock } from '../core/clock.ts'
import type { JournalHead } from '../store/head-store.ts'
import type { Store } from '../store/store.ts'
import type { EventPlace } from './event-place.ts'
import { type RunEvent, readEnd, readRowEvents } from './run-event.ts'

/** An event with its place. */
export interface PlacedEvent extends RunEvent {
  place: EventPlace
}

const BEAT_MS = 100
/** A beat takes at most this part of the time. */
const MOST_LOAD = 1 / 5
/** Limits of the events that are kept; characters. */
const MOST_KEPT = 5_000
const MOST_KEPT_LENGTH = 16 * 1024 ** 2
/** Events that a reader gets at once. */
const PAGE = 500
/** Time for a client to come back before the feed rests. */
const LINGER_MS = 60_000
/** On Postgres a run may become visible after others with greater keys. */
const LATE_KEYS = 200

export class AllRunsFeed {
  readonly #store: Store
  readonly #clock: Clock
  readonly #waiting = new Set<() => void>()
  /** The last row that was read, by the ids of runs that have not ended. */
  readonly #read = new Map<string, number>()
  /** Keys of runs that have ended, by their ids: those among the newest. */
  readonly #over = new Map<string, number>()
  #kept: PlacedEvent[] = []
  #keptLength = 0
  #last: EventPlace = { feed: randomBytes(6).toString('hex'), number: 0, since: 0 }
  #newestKey = 0
  #opening: Promise<void> | undefined
  #beat: Beat | undefined
  #readers = 0
  #unreadSince = 0
  #isStopped = false

  constructor({ store, clock }: { store: Store; clock: Clock }) {
    this.#store = store
    this.#clock = clock
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  /** The place behind the newest event. */
  get last(): EventPlace {
    return this.#last
  }

  /** Has the feed read until `leave` is called. @throws StoreError */
  async enter(): Promise<void> {
    this.#readers++
    this.#opening ??= this.#open()
    try {
      await this.#opening
    } catch (cause) {
      this.#opening = undefined
      this.#readers--
      throw cause
    }
  }

  leave(): void {
    this.#readers--
    this.#unreadSince = this.#clock.now()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#wakeAll()
    await this.#beat?.stop()
  }

  /** The last row that was read, by the ids of the runs that go on. */
  readSoFar(): ReadonlyMap<string, number> {
    return new Map(this.#read)
  }

  /** The next events behind a place. Undefined: they are kept no more, or another feed has given the place. */
  eventsBehind({ feed, number }: EventPlace): readonly PlacedEvent[] | undefined {
    const last = this.#last.number
    const first = this.#kept[0]?.place.number ?? last + 1
    const skipped = number + 1 - first
    return feed !== this.#last.feed || number > last || skipped < 0
      ? undefined
      : this.#kept.slice(skipped, skipped + PAGE)
  }

  /** Resolves when there is an event behind the place, or after so many milliseconds. */
  wait({ number }: EventPlace, withinMs: number): Promise<void> {
    if (number < this.#last.number || this.#isStopped) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel()
        this.#waiting.delete(wake)
        resolve()
      }
      const cancel = this.#clock.wakeAt(this.#clock.now() + withinMs, wake)
      this.#waiting.add(wake)
    })
  }

  /** Begins behind all that is durable by now. */
  async #open(): Promise<void> {
    const since = this.#clock.now()
    this.#newestKey = await this.#store.readNewestKey()
    for (const head of await this.#store.listHeads({ after: this.#newestKey - LATE_KEYS })) {
      if (head.isOver) this.#over.set(head.id, head.key)
      else this.#read.set(head.id, head.seq)
    }
    this.#last = { ...this.#last, since }
    this.#beat = new Beat(this.#clock, () => this.#look())
    if (!this.#isStopped) this.#beat.start(BEAT_MS)
  }

  /** Never rejects: a store that does not answer is asked again. */
  async #look(): Promise<number> {
    const startedAt = this.#clock.now()
    if (this.#readers === 0 && startedAt - this.#unreadSince > LINGER_MS) this.#rest()
    else
      try {
        await this.#readAll()
        this.#last = { ...this.#last, since: startedAt }
      } catch {
        // The next beat reads what is left.
      }
    return Math.max(BEAT_MS, (this.#clock.now() - startedAt) / MOST_LOAD)
  }

  async #readAll(): Promise<void> {
    const heads = await this.#store.listHeads({ after: this.#newestKey - LATE_KEYS })
    const listed = new Set<string>()
    for (const head of heads) {
      listed.add(head.id)
      if (this.#over.get(head.id) === undefined) await this.#readRun(head)
    }
    for (const id of this.#read.keys()) if (!listed.has(id)) await this.#readEnded(id)
    this.#newestKey = Math.max(this.#newestKey, heads.at(-1)?.key ?? 0)
    for (const [id, key] of this.#over) if (key < this.#newestKey - LATE_KEYS) this.#over.delete(id)
  }

  async #readRun({ id, key, workflow, isOver, seq }: JournalHead): Promise<void> {
    await this.#readRows(id, { workflow, to: seq })
    if (isOver) await this.#finish(id, key)
  }

  /** A run that is not listed any more has ended, or was deleted. */
  async #readEnded(id: string): Promise<void> {
    const found = await this.#store.findRun(id)
    if (found.kind !== 'found') this.#read.delete(id)
    else if (found.run.status !== 'running') {
      await this.#readRows(id, { workflow: found.run.workflow, to: Number.MAX_SAFE_INTEGER })
      await this.#finish(id, 0)
    }
  }

  async #readRows(id: string, { workflow, to }: { workflow: string; to: number }): Promise<void> {
    for (let after = this.#read.get(id) ?? 0; after < to; after = this.#read.get(id) ?? to) {
      const events = await readRowEvents(this.#store, { id, workflow, after, to })
      if (events.length === 0) return
      this.#read.set(id, after + events.length)
      this.#publish(events)
    }
  }

  async #finish(id: string, key: number): Promise<void> {
    const end = await readEnd(this.#store, id)
    this.#read.delete(id)
    this.#over.set(id, key)
    this.#publish(end)
  }

  #publish(events: readonly RunEvent[]): void {
    if (events.length === 0) return
    for (const event of events) {
      this.#last = { ...this.#last, number: this.#last.number + 1 }
      this.#kept.push({ ...event, place: this.#last })
      this.#keptLength += event.text.length
    }
    this.#dropOld()
    this.#wakeAll()
  }

  /** The newest event stays, however long it is. */
  #dropOld(): void {
    let count = 0
    while (
      count < this.#kept.length - 1 &&
      (this.#kept.length - count > MOST_KEPT || this.#keptLength > MOST_KEPT_LENGTH)
    )
      this.#keptLength -= this.#kept[count++]?.text.length ?? 0
    if (count > 0) this.#kept = this.#kept.slice(count)
  }

  /** Without readers the store is not asked. The number goes on: a place of before is behind events that were not read. */
  #rest(): void {
    this.#beat?.stop().catch(() => {})
    this.#opening = undefined
    this.#read.clear()
    this.#over.clear()
    this.#kept = []
    this.#keptLength = 0
    this.#last = { ...this.#last, number: this.#last.number + 1 }
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiting]) wake()
  }
}
