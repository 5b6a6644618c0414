/**
 * The clock of a store: that of this process, corrected to the one of the database. Processes that share a database agree on deadlines
 * by it, however far their own clocks are apart.
 *
 * 1. `sync` reads the database's clock. Until its first call the clock is that of the process.
 * 2. The database may have read its clock at any moment between the question and the answer, which are far apart when it was away. A
 *    difference that this allows, give or take TOLERANCE_MS, is left alone: time should not jump back and forth.
 * 3. When the difference changes, wake-ups are armed again.
 */
import { type Clock, systemClock } from '../core/clock.ts'
import type { RunStore } from './run-store.ts'

const TOLERANCE_MS = 250

interface WakeUp {
  at: number
  wake: () => void
  disarm: () => void
}

export class StoreClock implements Clock {
  readonly #store: Pick<RunStore, 'readClock'>
  readonly #own: Clock
  readonly #armed = new Set<WakeUp>()
  /** Milliseconds by which the database is ahead of this process. */
  #aheadMs = 0

  constructor(store: Pick<RunStore, 'readClock'>, own: Clock = systemClock) {
    this.#store = store
    this.#own = own
  }

  now(): number {
    return this.#own.now() + this.#aheadMs
  }

  wakeAt(at: number, wake: () => void): () => void {
    const armed: WakeUp = { at, wake, disarm: () => {} }
    this.#armed.add(armed)
    this.#arm(armed)
    return () => {
      this.#armed.delete(armed)
      armed.disarm()
    }
  }

  /** Corrects this clock. @throws StoreError */
  async sync(): Promise<void> {
    const asked = this.#own.now()
    const there = await this.#store.readClock()
    const [least, most] = [there - this.#own.now(), there - asked]
    if (this.#aheadMs > least - TOLERANCE_MS && this.#aheadMs < most + TOLERANCE_MS) return
    this.#aheadMs = Math.round((least + most) / 2)
    for (const armed of this.#armed) {
      armed.disarm()
      this.#arm(armed)
    }
  }

  #arm(armed: WakeUp): void {
    armed.disarm = this.#own.wakeAt(armed.at - this.#aheadMs, () => {
      this.#armed.delete(armed)
      armed.wake()
    })
  }
}

/** A clock that is corrected once. @throws StoreError */
export const openStoreClock = async (store: Pick<RunStore, 'readClock'>): Promise<Clock> => {
  const clock = new StoreClock(store)
  await clock.sync()
  return clock
}
