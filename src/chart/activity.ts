/** What one run did, as a picture shows it. */
import { formatDuration } from '../core/duration.ts'

/** `waiting`: for a person, an event or a point in time. `undone`: it had completed, and was taken back. */
export type ActivityStatus = 'completed' | 'failed' | 'skipped' | 'cancelled' | 'running' | 'waiting' | 'undone'

/** Of one step; in a foreach, of all items together. */
export interface StepActivity {
  status: ActivityStatus
  /** How often it ran, not counting when it was skipped. */
  visits: number
  /** All visits together, milliseconds; undefined: not known. */
  ms: number | undefined
  /** Visits that ended in a fault. */
  failures: number
  /** Who decided, what could not be undone. */
  remarks?: readonly string[]
}

/** By the path of the step, without the numbers of items: `grades/grade`. A step that is missing was never reached. */
export type RunActivity = ReadonlyMap<string, StepActivity>

/** One line: `completed · 1.2s`, `3× completed`, `5×, 1 failed · 40ms`, `completed · approved by ann`. */
export const describeActivity = ({ status, visits, ms, failures, remarks = [] }: StepActivity): string => {
  const often = failures > 0 ? `${visits}×, ${failures} failed` : `${visits}× ${status}`
  return [visits > 1 ? often : status, ...(ms === undefined ? [] : [formatDuration(ms)]), ...remarks].join(' · ')
}
