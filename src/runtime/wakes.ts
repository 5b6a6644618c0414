/** The deadlines that one holder of a run keeps, by id. What they stand for survives in the store. */
import type { Clock } from '../core/clock.ts'

export class Wakes {
  readonly #clock: Clock
  readonly #armed = new Map<string, () => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** In place of the one of the same id. `at` in epoch milliseconds. */
  arm(id: string, at: number, wake: () => void): void {
    this.disarm(id)
    this.#armed.set(
      id,
      this.#clock.wakeAt(at, () => {
        this.#armed.delete(id)
        wake()
      }),
    )
  }

  disarm(id: string): void {
    this.#armed.get(id)?.()
    this.#armed.delete(id)
  }

  disarmAll(): void {
    for (const id of [...this.#armed.keys()]) this.disarm(id)
  }
}
