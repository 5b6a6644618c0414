/**
 * Follows the journals of runs for many readers at once. However many read one run, the store is asked once a beat, and the newest rows
 * are kept as text, once for all. A reader pulls: one that is slow holds no memory but its place.
 */
import { Beat } from '../core/beat.ts'
import type { Clock } from '../core/clock.ts'
import type { JournalRow } from '../store/journal-row.ts'
import type { RunRecord, Store } from '../store/store.ts'

export interface FeedRow {
  seq: number
  kind: string
  /** The row as JSON. */
  text: string
}

/** Rows behind the place of a reader, or the run as it has ended, once all rows are read. */
export type FeedPart = { rows: readonly FeedRow[] } | { ended: RunRecord }

const BEAT_MS = 100
/** Rows that are kept of each run, and that a reader gets at once. */
const MOST_KEPT = 500
const PAGE = 500

export class RunFeed {
  readonly #followed = new Map<string, FollowedRun>()
  readonly #options: { store: Store; clock: Clock }

  constructor(options: { store: Store; clock: Clock }) {
    this.#options = options
  }

  /** Opens a place behind the row `after` of a run. The caller closes it. */
  follow(id: string, after: number): FeedReader {
    const known = this.#followed.get(id)
    const run = known ?? new FollowedRun(id, { ...this.#options, after, onUnread: () => this.#followed.delete(id) })
    this.#followed.set(id, run)
    return run.open(after)
  }

  /** Ends all readers, as a server does that stops. */
  async stop(): Promise<void> {
    await Promise.all([...this.#followed.values()].map((run) => run.stop()))
  }
}

export interface FeedReader {
  /** Resolves when there is more to read, or after `withinMs` with nothing. Undefined: the feed was stopped. @throws StoreError */
  next(withinMs: number): Promise<FeedPart | undefined>
  close(): void
}

interface FollowedOptions {
  store: Store
  clock: Clock
  after: number
  onUnread(): void
}

class FollowedRun {
  readonly #id: string
  readonly #options: FollowedOptions
  readonly #beat: Beat
  readonly #waiting = new Set<() => void>()
  #kept: FeedRow[] = []
  /** The last row that was read from the store. */
  #last: number
  #ended: RunRecord | undefined
  #readers = 0
  #isStopped = false

  constructor(id: string, options: FollowedOptions) {
    this.#id = id
    this.#options = options
    this.#last = options.after
    this.#beat = new Beat(options.clock, () => this.#look())
    this.#beat.start()
  }

  open(after: number): FeedReader {
    let place = after
    this.#readers++
    return {
      next: async (withinMs) => {
        if (!this.#hasMore(place)) await this.#wait(withinMs)
        const part = this.#isStopped ? undefined : await this.#read(place)
        if (part !== undefined && 'rows' in part) place = part.rows.at(-1)?.seq ?? place
        return part
      },
      close: () => {
        if (--this.#readers > 0) return
        this.#options.onUnread()
        this.stop().catch(() => {})
      },
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#wakeAll()
    await this.#beat.stop()
  }

  #hasMore(place: number): boolean {
    return place < this.#last || this.#ended !== undefined || this.#isStopped
  }

  async #read(place: number): Promise<FeedPart> {
    if (place < this.#last) return { rows: this.#keptBehind(place) ?? (await this.#readPage(place)) }
    return this.#ended === undefined ? { rows: [] } : { ended: this.#ended }
  }

  /** Undefined: the rows behind this place are kept no more. */
  #keptBehind(place: number): FeedRow[] | undefined {
    const first = this.#kept[0]?.seq
    return first === undefined || first > place + 1
      ? undefined
      : this.#kept.slice(place + 1 - first, place + 1 - first + PAGE)
  }

  async #readPage(place: number): Promise<FeedRow[]> {
    const rows = await this.#options.store.readRows(this.#id, {
      from: place + 1,
      to: Math.min(place + PAGE, this.#last),
    })
    return rows.map(toFeedRow)
  }

  #wait(withinMs: number): Promise<void> {
    const { clock } = this.#options
    return new Promise<void>((resolve) => {
      const wake = (): void => {
        cancel()
        this.#waiting.delete(wake)
        resolve()
      }
      const cancel = clock.wakeAt(clock.now() + withinMs, wake)
      this.#waiting.add(wake)
    })
  }

  /** Never rejects: a store that does not answer is asked again. */
  async #look(): Promise<number> {
    try {
      const found = await this.#options.store.findRun(this.#id)
      const rows = await this.#options.store.readRows(this.#id, { from: this.#last + 1, to: this.#last + PAGE })
      this.#take(rows)
      if (rows.length === PAGE) return 0
      // The end was read before the rows, so that none is missed.
      if (found.kind === 'found' && found.run.status === 'running') return BEAT_MS
      if (found.kind === 'found') this.#ended = found.run
      else this.#isStopped = true
      this.#wakeAll()
    } catch {
      return BEAT_MS
    }
    return Number.MAX_SAFE_INTEGER
  }

  #take(rows: readonly JournalRow[]): void {
    if (rows.length === 0) return
    this.#kept.push(...rows.map(toFeedRow))
    if (this.#kept.length > MOST_KEPT) this.#kept = this.#kept.slice(-MOST_KEPT)
    this.#last = rows.at(-1)?.seq ?? this.#last
    this.#wakeAll()
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiting]) wake()
  }
}

const toFeedRow = (row: JournalRow): FeedRow => ({ seq: row.seq, kind: row.kind, text: JSON.stringify(row) })
