/** Says which calls of a provider may begin by its limits. */
import type { Clock } from '../../core/clock.ts'
import type { SlotLimits } from '../../core/provider-slots.ts'

export interface SlotGate {
  /** True: the gate is asked elsewhere, so that a call may wait a moment where slots are free. */
  readonly isShared: boolean
  /** Takes a slot. False: none is free. */
  take(): boolean
  /** A call that took a slot has ended. */
  giveBack(): void
  /** The time from which on the rate allows the next call. */
  freeAt(): number
  /** So many calls wait for a slot, the oldest since that time. */
  want(count: number, since: number): void
  /** Resolves when others know of all that was given back. */
  settle(): Promise<void>
}

/** The limits of one process by itself. */
export class LocalGate implements SlotGate {
  readonly isShared = false
  readonly #limits: SlotLimits
  readonly #clock: Clock
  /** Begins of the last calls, as many as the rate counts. */
  readonly #begins: number[] = []
  #inFlight = 0

  constructor(limits: SlotLimits, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
  }

  take(): boolean {
    const { concurrency = Number.POSITIVE_INFINITY, rate } = this.#limits
    if (this.#inFlight >= concurrency || this.freeAt() > this.#clock.now()) return false
    this.#inFlight += 1
    if (rate === undefined) return true
    this.#begins.push(this.#clock.now())
    if (this.#begins.length > rate.count) this.#begins.shift()
    return true
  }

  giveBack(): void {
    this.#inFlight -= 1
  }

  freeAt(): number {
    const { rate } = this.#limits
    const [oldest = 0] = this.#begins
    return rate === undefined || this.#begins.length < rate.count ? 0 : oldest + rate.windowMs
  }

  want(): void {}

  async settle(): Promise<void> {}
}
