import { elapsedMs } from './elapsed-ms.ts'
import { WakeSlices } from './wake-slices.ts'

/** The source of time. It is injected, so that tests move it by hand. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls `wake` once at or after `at` (epoch milliseconds). The returned function cancels it. The timer keeps the process alive. */
  wakeAt(at: number, wake: () => void): () => void
}

const slices = new WakeSlices({ now: elapsedMs, later: (callBack) => setImmediate(callBack) })

/** The longest delay that setTimeout takes: beyond 31 bits it fires at once, so longer waits are cut into pieces. */
export const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  wakeAt(at, wake) {
    let timer: NodeJS.Timeout
    let callOff = (): void => {}
    const arm = (): void => {
      const remaining = at - Date.now()
      timer =
        remaining > LONGEST_TIMEOUT_MS ? setTimeout(arm, LONGEST_TIMEOUT_MS) : setTimeout(fire, Math.max(0, remaining))
    }
    // Node's timers may fire up to a millisecond early by the wall clock.
    const fire = (): void => {
      if (Date.now() < at) arm()
      else callOff = slices.add(at, wake)
    }
    arm()
    return () => {
      clearTimeout(timer)
      callOff()
    }
  },
}
