/**
 * The journal of one run as its holder writes it: rows get their numbers here, and what follows from a row happens when it is durable
 * and the run still ours.
 *
 * J1: nothing follows from a row before the store has it. J2: a refused write means that another process has the run. A store that
 * can't write for a while (disk full, locked, read-only) loses nothing and ends nothing: what was to be written is kept in order and
 * tried again each second, and until then nothing new begins (R12).
 */
import type { Clock } from '../core/clock.ts'
import type { JournalRow, RowDraft } from '../store/journal-row.ts'
import type { Claim, RunChange, Store } from '../store/store.ts'
import { isLeaseLost, isPassing } from '../store/store-error.ts'

export interface RunJournalOptions {
  claim: Claim
  store: Store
  clock: Clock
  /** Of the last row. */
  seq: number
  /** Whether the lease is surely still ours, by our own clock; else `renewLease` asks the store. */
  isLeaseFresh(): boolean
  renewLease(): Promise<boolean>
  /** Another process has the run, or the store has failed for good. */
  onBroken(exit: { kind: 'lost' } | { kind: 'broken'; cause: unknown }): void
  /** The next row: it is not written yet. */
  onRow(row: JournalRow): void
  /** Writing has stopped for a while, and why; undefined: it goes on. Told once each. */
  onHeld(cause: unknown): void
}

/** How long after the store has failed it is tried again. */
const AGAIN_MS = 1_000

interface PendingWrite {
  change: RunChange
  follow: () => void
}

export class RunJournal {
  readonly #options: RunJournalOptions
  #seq: number
  #unsettled = 0
  /** What waits until the store can write again, in order. */
  #held: PendingWrite[] | undefined
  #isHeld = false
  #disarm: () => void = () => {}
  #isClosed = false

  constructor(options: RunJournalOptions) {
    this.#options = options
    this.#seq = options.seq
  }

  /** The next row. */
  row(draft: RowDraft): JournalRow {
    const row: JournalRow = { seq: ++this.#seq, ...draft }
    this.#options.onRow(row)
    return row
  }

  get length(): number {
    return this.#seq
  }

  /** Whether all that was written is durable, and has been followed. */
  get isSettled(): boolean {
    return this.#unsettled === 0
  }

  /** Writes, and then does what follows. */
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

  /** Nothing follows any more from what is not durable yet. */
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
        () => this.#written(pending.follow),
        (cause) => this.#hold(pending, cause),
      )
      .catch((cause) => this.#break(cause))
  }

  /** All writes of one turn share their fate, so they come here in their order. */
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

  #written(follow: () => void): void {
    if (this.#isHeld && !this.#isClosed) this.#options.onHeld(undefined)
    this.#isHeld = false
    this.#whileOurs(follow)
  }

  /** A process that was stopped for a while may have lost the run since: it asks before it acts. */
  #whileOurs(follow: () => void): void {
    if (this.#isClosed) return
    const { isLeaseFresh, renewLease, onBroken } = this.#options
    if (isLeaseFresh()) {
      follow()
      return
    }
    renewLease().then(
      (isOurs) => (isOurs ? this.#whileOurs(follow) : onBroken({ kind: 'lost' })),
      (cause) => (isPassing(cause) ? this.#again(() => this.#whileOurs(follow)) : this.#break(cause)),
    )
  }

  #break(cause: unknown): void {
    this.#options.onBroken(isLeaseLost(cause) ? { kind: 'lost' } : { kind: 'broken', cause })
  }
}
