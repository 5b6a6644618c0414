/** Does work that many parties ask for at once in slices of a few milliseconds, in the order of the calls. Between them the event loop turns. */
import { elapsedMs } from './elapsed-ms.ts'
import { WakeSlices } from './wake-slices.ts'

export class TurnSlices {
  readonly #slices = new WakeSlices({
    now: elapsedMs,
    later: (callBack) => setImmediate(callBack),
  })

  /** Does the work at once while the slice of this turn has room, else in a later turn. Rejects with what the work throws. */
  do<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#slices.add(0, () => {
        try {
          resolve(work())
        } catch (thrown) {
          reject(thrown)
        }
      })
    })
  }
}
