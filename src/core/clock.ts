/** Where the time comes from. Injected, so that tests turn it by hand (`createManualClock` in manual-clock.ts). */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls `wake` once at or after `at` (epoch milliseconds); the returned function calls it off. Keeps the process alive. */
  wakeAt(at: number, wake: () => void): () => void
}

/** setTimeout fires at once when the delay does not fit into 31 bits, so longer waits are cut into pieces of this length. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  wakeAt(at, wake) {
    let timer: NodeJS.Timeout
    const arm = (): void => {
      const remaining = at - Date.now()
      timer =
        remaining > LONGEST_TIMEOUT_MS ? setTimeout(arm, LONGEST_TIMEOUT_MS) : setTimeout(fire, Math.max(0, remaining))
    }
    // A timer of Node's may fire up to a millisecond early by the wall clock.
    const fire = (): void => (Date.now() < at ? arm() : wake())
    arm()
    return () => clearTimeout(timer)
  },
}
