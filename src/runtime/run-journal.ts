/**
 * The journal of one run, as its lease holder writes it. It numbers the rows, and calls back when they are durable and the lease holds.
 *
 * Invariants
 * 1. J1: nothing follows from a row before the store has it.
 * 2. J2: a refused write means that another process holds the lease.
 * 3. A process that was stopped for a while may have lost its lease: unless the lease is fresh, it is renewed before anything follows.
 * 4. R12: a store that cannot write for a while (disk full, locked, read-only) ends no run. Its writes are kept in order and retried
 *    each second. Until then nothing new starts.
 */
import type { JournalRow, RowDraft, RowKind } from '../store/journal-row.ts'
import type { RunChange } from '../store/store.ts'
import { isLeaseLost, isPassing } from '../store/store-error.ts'
import type { RunEvent } from './run-event.ts'
import type { RunOptions } from './run-options.ts'

export interface RunJournalOptions
  extends Pick<RunOptions, 'claim' | 'store' | 'clock' | 'isLeaseFresh' | 'renewLease'> {
  /** Number of the last row. */
  seq: number
  onBroken(failure: JournalFailure): void
  /** A row got its number; it is not written yet. */
  onRow(row: JournalRow): void
  /** Writing is held up, for this cause; undefined: it goes on. Called once for each change. */
  onHeld(cause: unknown): void
  /** The end of the run is durable. */
  onEnded(): void
}

/** Another process holds the lease, or the store has failed for good. */
export type JournalFailure = { kind: 'lost' } | { kind: 'broken'; cause: unknown }

/** Pause before a failed write is retried. */
const AGAIN_MS = 1_000

interface PendingWrite {
  change: RunChange
  follow: () => void
}

export class RunJournal {
  readonly #options: RunJournalOptions
  #seq: number
  #unsettled = 0
  /** Writes that wait until the store can write again, in order. */
  #held: PendingWrite[] | undefined
  #isHeld = false
  /** The last row that is durable, among those that this process has written. */
  #durable = 0
  #whenDurable: { seq: number; follow: () => void }[] = []
  #disarm: () => void = () => {}
  #isClosed = false

  constructor(options: RunJournalOptions) {
    this.#options = options
    this.#seq = options.seq
  }

  /** Numbers the next row. @param kind `late` for an event that fits nothing open. */
  row(draft: RowDraft | RunEvent, kind: RowKind = draft.kind): JournalRow {
    const { at, data } = draft
    const isPlaced = 'path' in draft
    // Written out, because a spread takes twice as long, and each event of a run comes here.
    const row = {
      seq: ++this.#seq,
      kind,
      at,
      path: isPlaced ? draft.path : '',
      visit: isPlaced ? draft.visit : 0,
      data,
    } as JournalRow
    this.#options.onRow(row)
    return row
  }

  get length(): number {
    return this.#seq
  }

  /** True when every write is durable and has been followed. */
  get isSettled(): boolean {
    return this.#unsettled === 0
  }

  /** Resolves when the rows up to this one are durable, which this process has written; never, if the journal is closed before. */
  whenDurable(seq: number): Promise<void> {
    if (this.#durable >= seq) return Promise.resolve()
    return new Promise((follow) => this.#whenDurable.push({ seq, follow }))
  }

  /** Writes, and calls `follow` when the change is durable. */
  write(change: RunChange, follow: () => void): void {
    this.#unsettled++
    this.#write({
      change,
      follow: () => {
        this.#unsettled--
        follow()
      },
    })
  }

  /** From now on nothing follows from pending writes. */
  close(): void {
    this.#isClosed = true
    this.#held = undefined
    this.#disarm()
  }

  #write(pending: PendingWrite): void {
    if (this.#held !== undefined) {
      this.#held.push(pending)
      return
    }
    const { store, claim } = this.#options
    store
      .write(claim, pending.change)
      .then(
        () => this.#written(pending),
        (cause) => this.#hold(pending, cause),
      )
      .catch((cause) => this.#break(cause))
  }

  /** Writes of one turn are one transaction, so they fail together and come here in order. */
  #hold(pending: PendingWrite, cause: unknown): void {
    if (this.#isClosed) return
    if (!isPassing(cause)) {
      this.#break(cause)
      return
    }
    if (this.#held === undefined) {
      this.#held = []
      this.#again(() => this.#writeHeld())
    }
    this.#held.push(pending)
    if (!this.#isHeld) this.#options.onHeld(cause)
    this.#isHeld = true
  }

  #writeHeld(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const pending of held) this.#write(pending)
  }

  #again(act: () => void): void {
    const { clock } = this.#options
    this.#disarm = clock.wakeAt(clock.now() + AGAIN_MS, act)
  }

  #written({ change, follow }: PendingWrite): void {
    if (this.#isHeld && !this.#isClosed) this.#options.onHeld(undefined)
    this.#isHeld = false
    this.#noteDurable(change.rows?.at(-1)?.seq)
    if (change.end !== undefined) this.#options.onEnded()
    // The end has released the run: there is no lease to renew, and the store would call it lost.
    if (change.end === undefined) this.whileOurs(follow)
    else if (!this.#isClosed) follow()
  }

  #noteDurable(seq = 0): void {
    this.#durable = Math.max(this.#durable, seq)
    if (this.#whenDurable.length === 0) return
    for (const { follow } of this.#whenDurable.filter((one) => one.seq <= this.#durable)) follow()
    this.#whenDurable = this.#whenDurable.filter((one) => one.seq > this.#durable)
  }

  /** Follows at once if the lease is fresh, else once it is renewed, and never if it is lost or the journal is closed. */
  whileOurs(follow: () => void): void {
    if (this.#isClosed) return
    const { isLeaseFresh, renewLease, onBroken } = this.#options
    if (isLeaseFresh()) {
      follow()
      return
    }
    renewLease().then(
      (isOurs) => (isOurs ? this.whileOurs(follow) : onBroken({ kind: 'lost' })),
      (cause) => (isPassing(cause) ? this.#again(() => this.whileOurs(follow)) : this.#break(cause)),
    )
  }

  #break(cause: unknown): void {
    this.#options.onBroken(isLeaseLost(cause) ? { kind: 'lost' } : { kind: 'broken', cause })
  }
}
