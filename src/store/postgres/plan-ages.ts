/**
 * Says when the plans of a connection are out of date. A statement is planned once a connection, by the size that its tables have then.
 * On a young database such a plan reads whole tables, and stays until Postgres has analysed them, which takes a minute or more. So the
 * plans of a young connection are made again a few times, each twice as late as the time before.
 */
import { sql } from './session.ts'

export const DISCARD_PLANS = sql('discard plans')

const FIRST_MS = 500
/** From this age on Postgres has analysed what grows. */
const LAST_MS = 300_000

export class PlanAges {
  readonly #now: () => number
  readonly #ages = new WeakMap<object, { openedAt: number; nextMs: number }>()

  /** @param now In milliseconds, from any beginning. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** True once for each time that the plans of this connection are to be made again. */
  areOld(connection: object): boolean {
    const now = this.#now()
    const age = this.#ages.get(connection)
    if (age === undefined) {
      this.#ages.set(connection, { openedAt: now, nextMs: FIRST_MS })
      return false
    }
    const ageMs = now - age.openedAt
    if (ageMs < age.nextMs || age.nextMs > LAST_MS) return false
    while (age.nextMs <= ageMs) age.nextMs *= 2
    return true
  }
}
