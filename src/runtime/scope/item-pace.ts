/**
 * The rate at which items of a foreach start: at most so many in any time of that length. It goes by the times of events, which the
 * journal has, so that a resumed run goes on at the same pace (J4).
 */
import type { Rate } from '../../core/rate.ts'

export interface SavedPace {
  starts: number[]
  started: number
}

export class ItemPace {
  readonly #rate: Rate
  /** Times of the last starts, as many as the rate counts; the next one replaces the oldest. */
  readonly #starts: number[] = []
  #started = 0

  constructor(rate: Rate) {
    this.#rate = rate
  }

  save(): SavedPace {
    return { starts: [...this.#starts], started: this.#started }
  }

  restore({ starts, started }: SavedPace): void {
    this.#starts.push(...starts)
    this.#started = started
  }

  /** When the next item may start, in epoch milliseconds. */
  get nextAt(): number {
    const oldest = this.#starts[this.#started % this.#rate.count]
    return oldest === undefined ? 0 : oldest + this.#rate.windowMs
  }

  start(at: number): void {
    this.#starts[this.#started % this.#rate.count] = at
    this.#started++
  }
}
