/**
 * A clock that stands still until a test moves it: waits of hours take no time, and wakes come due in the same order on every machine.
 */
import type { Clock } from '../../src/core/clock.ts'

export interface ManualClock extends Clock {
  /**
   * Moves the time forward by `ms`, and calls each wake that comes due on the way, in order, at its own time. Between two wakes,
   * pending promises run, so that a wake may set another within the same stretch.
   */
  advance(ms: number): Promise<void>
  /** Moves to the next wake and calls it. False: no wake waits. */
  advanceToNext(): Promise<boolean>
  /** Count of wakes that wait. */
  readonly pending: number
}

interface Wake {
  at: number
  call: () => void
}

/** @param startMs Epoch milliseconds. The default is a fixed moment, so that output with times stays the same. */
export const createManualClock = (startMs = Date.UTC(2030, 0, 1)): ManualClock => {
  let nowMs = startMs
  const waiting = new Set<Wake>()

  /** Finds the earliest wake that is due by `limit`. The first that was set precedes equal ones. */
  const nextBy = (limit: number): Wake | undefined => {
    let next: Wake | undefined
    for (const wake of waiting) if (wake.at <= limit && (next === undefined || wake.at < next.at)) next = wake
    return next
  }

  const call = (wake: Wake): void => {
    waiting.delete(wake)
    nowMs = Math.max(nowMs, wake.at)
    wake.call()
  }

  const advance = async (ms: number): Promise<void> => {
    if (!(ms >= 0)) throw new RangeError(`a clock only goes forward: expected a number of at least 0, got ${ms}`)
    const end = nowMs + ms
    await settle()
    for (let wake = nextBy(end); wake !== undefined; wake = nextBy(end)) {
      call(wake)
      await settle()
    }
    nowMs = Math.max(nowMs, end)
  }

  return {
    now: () => nowMs,
    wakeAt(at, wake) {
      const entry = { at, call: wake }
      waiting.add(entry)
      // A wake that is due already does not wait for the clock to move, as with the system's clock.
      if (at <= nowMs) setImmediate(() => waiting.has(entry) && call(entry))
      return () => waiting.delete(entry)
    },
    advance,
    async advanceToNext() {
      await settle()
      const wake = nextBy(Number.POSITIVE_INFINITY)
      if (wake === undefined) return false
      await advance(Math.max(0, wake.at - nowMs))
      return true
    },
    get pending() {
      return waiting.size
    },
  }
}

/** Runs promises and immediates that are ready. The first round may queue more, so there are two. */
const settle = async (): Promise<void> => {
  for (let round = 0; round < 2; round++) await new Promise((resolve) => setImmediate(resolve))
}
