/** Activity of one run, as a picture shows it. */
import { formatDuration } from '../core/duration.ts'

/** `waiting`: for a person, an event or a point in time. `undone`: completed, then undone. */
export type ActivityStatus = 'completed' | 'failed' | 'skipped' | 'cancelled' | 'running' | 'waiting' | 'undone'

/** Activity of one step; in a foreach, of all items together. */
export interface StepActivity {
  status: ActivityStatus
  /** Number of visits, without those that were skipped. */
  visits: number
  /** Duration of all visits together, milliseconds; undefined: unknown. */
  ms: number | undefined
  /** Number of visits that ended in a fault. */
  failures: number
  /** Further remarks: the person who decided, calls that could not be undone. */
  remarks?: readonly string[]
}

/** Activity by the path of the step, without the numbers of items: `grades/grade`. A missing step was never reached. */
export type RunActivity = ReadonlyMap<string, StepActivity>

/** Returns one line: `completed · 1.2s`, `3× completed`, `5×, 1 failed · 40ms`, `completed · approved by ann`. */
export const describeActivity = ({ status, visits, ms, failures, remarks = [] }: StepActivity): string => {
  const often = failures > 0 ? `${visits}×, ${failures} failed` : `${visits}× ${status}`
  return [visits > 1 ? often : status, ...(ms === undefined ? [] : [formatDuration(ms)]), ...remarks].join(' · ')
}
