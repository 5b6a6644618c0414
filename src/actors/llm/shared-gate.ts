/**
 * The gate of one provider whose limits hold over all processes of a database. It trades with the database for all calls together: one
 * trade is under way at a time, and what changes meanwhile is part of the next one.
 *
 * Invariants
 * 1. A call begins only by a slot that the database has granted. While the database is away, calls wait.
 * 2. A slot that no call takes goes back at once.
 * 3. Without calls in flight or waiting there is no trade and no timer.
 */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import type { SharedSlots, SlotAnswer, SlotLimits } from '../../core/provider-slots.ts'
import type { SlotGate } from './slot-gate.ts'

/** Pause before the next try while the database is away. */
const AWAY_MS = 250
/** Time without an answer after which the calls count as waiting. */
const SILENT_MS = 100
/** Time that the first calls are taken to need between the answer of the database and their begin: no connection is open yet. */
const FIRST_LEAD_MS = 500

export interface SharedGateOptions {
  provider: string
  limits: SlotLimits
  slots: SharedSlots
  clock: Clock
  /** Slots are there to be taken. */
  onFree(): void
  /** Those that still want a slot have to wait for it. */
  onFull(): void
  /** The provider has asked another process to wait. */
  onHeld(ms: number): void
}

export class SharedGate implements SlotGate {
  readonly isShared = true
  readonly #options: SharedGateOptions
  readonly #holder = randomUUID()
  readonly #endNews: () => void
  #seq = 0
  /** Granted and not taken yet: only while an answer is passed on. */
  #permits = 0
  #held = 0
  #wanted = 0
  #since = 0
  /** Numbers of this process in the database. */
  #known = { held: 0, wanted: 0 }
  /** The last answer left calls without a slot, and nothing was heard since. */
  #isFull = false
  #leadMs = FIRST_LEAD_MS
  #trading: Promise<void> | undefined
  #disarm: () => void = () => {}

  constructor(options: SharedGateOptions) {
    this.#options = options
    this.#endNews = options.slots.onNews('slots', () => this.#askAgain())
  }

  take(): boolean {
    if (this.#permits === 0) return false
    this.#permits -= 1
    this.#held += 1
    return true
  }

  giveBack(): void {
    this.#held -= 1
    this.#tradeSoon()
  }

  freeAt(): number {
    return 0
  }

  want(count: number, since: number): void {
    this.#wanted = count
    this.#since = since
    this.#tradeSoon()
  }

  async settle(): Promise<void> {
    while (this.#trading !== undefined) await this.#trading
    this.#endNews()
    this.#disarm()
  }

  /** Calls in flight, as far as a limit counts them. */
  get #counted(): number {
    return this.#options.limits.concurrency === undefined ? 0 : this.#held
  }

  get #hasNews(): boolean {
    const { held, wanted } = this.#known
    return held !== this.#counted || (this.#wanted === 0 ? wanted > 0 : !this.#isFull)
  }

  #askAgain(): void {
    this.#isFull = false
    this.#tradeSoon()
  }

  /** All calls of one turn of the event loop are one trade. */
  #tradeSoon(): void {
    if (this.#trading !== undefined || !this.#hasNews) return
    this.#disarm()
    this.#trading = new Promise((resolve) => {
      setImmediate(() => this.#tradeAll().then(resolve))
    })
  }

  async #tradeAll(): Promise<void> {
    let pauseMs: number | undefined
    while (this.#hasNews) {
      const answer = await this.#tradeOnce()
      pauseMs = answer?.againInMs ?? AWAY_MS
      if (answer === undefined) break
    }
    this.#trading = undefined
    this.#armAgain(pauseMs ?? AWAY_MS)
  }

  #armAgain(pauseMs: number): void {
    this.#disarm()
    if (this.#counted === 0 && this.#wanted === 0 && !this.#hasNews) return
    const { clock } = this.#options
    this.#disarm = clock.wakeAt(clock.now() + pauseMs, () => {
      // Slots are kept by being named again.
      this.#known = { held: Number.NaN, wanted: this.#known.wanted }
      this.#askAgain()
    })
  }

  /** Undefined: the database has not answered. What it has done with the trade is not known, and the next one corrects it. */
  async #tradeOnce(): Promise<SlotAnswer | undefined> {
    const { provider, limits, slots, clock, onFull } = this.#options
    const sent = { held: this.#counted, wanted: this.#wanted }
    const silent = clock.wakeAt(clock.now() + SILENT_MS, onFull)
    const sentAt = performance.now()
    this.#seq += 1
    const waitedMs = sent.wanted === 0 ? 0 : clock.now() - this.#since
    const trade = { provider, limits, holder: this.#holder, seq: this.#seq, ...sent, waitedMs, leadMs: this.#leadMs }
    try {
      const answer = await slots.trade(trade)
      const begun = limits.concurrency === undefined ? 0 : answer.granted
      this.#known = { held: sent.held + begun, wanted: sent.wanted - answer.granted }
      this.#leadMs = Math.max(performance.now() - sentAt, 0.9 * this.#leadMs)
      this.#pass(answer)
      // The calls that were let in have been sent by then, or nearly.
      if (answer.granted > 0)
        setImmediate(() => {
          this.#leadMs = Math.max(this.#leadMs, performance.now() - sentAt)
        })
      return answer
    } catch {
      this.#known = { held: Number.NaN, wanted: Number.NaN }
      onFull()
      return undefined
    } finally {
      silent()
    }
  }

  #pass({ granted, heldMs }: SlotAnswer): void {
    const { onFree, onFull, onHeld } = this.#options
    this.#isFull = this.#known.wanted > 0
    this.#permits = granted
    if (heldMs > 0) onHeld(heldMs)
    onFree()
    this.#permits = 0
    if (this.#isFull) onFull()
  }
}
