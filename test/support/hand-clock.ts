import type { ManualClock } from './manual-clock.ts'

export interface HandClock extends ManualClock {
  /** Calls the wake that waits for this moment, whatever else would come due before; the time is then that moment. */
  wake(at: number): void
}

/** A clock on which nothing comes due by itself: the test says which wake is next, in any order. */
export const createHandClock = (startMs: number): HandClock => {
  let nowMs = startMs
  const waiting = new Set<{ at: number; call: () => void }>()
  const refuse = async (): Promise<never> => {
    throw new Error('nothing comes due by itself on this clock')
  }
  return {
    now: () => nowMs,
    wakeAt(at, call) {
      const entry = { at, call }
      waiting.add(entry)
      return () => waiting.delete(entry)
    },
    wake(at) {
      const entry = [...waiting].find((one) => one.at === at)
      if (entry === undefined) throw new Error(`no wake waits for ${at}: ${[...waiting].map((one) => one.at).join()}`)
      waiting.delete(entry)
      nowMs = Math.max(nowMs, at)
      entry.call()
    },
    advance: refuse,
    advanceToNext: refuse,
    get pending() {
      return waiting.size
    },
  }
}
