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
  /** Codes of the faults of failed visits. Default: none. */
  faults?: readonly string[]
  /** Further remarks: the person who decided, calls that could not be undone. */
  remarks?: readonly string[]
}

/**
 * Activity by the path of the step, without the numbers of items: `grades/grade`. A missing step was never reached. A run that failed
 * or was cancelled has that under `END_NODE`.
 */
export type RunActivity = ReadonlyMap<string, StepActivity>

/** Returns one line: `completed · 1.2s`, `3× completed`, `failed: timeout`, `5×, 1 failed: timeout · 40ms`, `completed · approved by ann`. */
export const describeActivity = ({ status, visits, ms, failures, faults = [], remarks = [] }: StepActivity): string => {
  const why = faults.length === 0 ? '' : `: ${faults.join(', ')}`
  const often = failures > 0 ? `${visits}×, ${failures} failed${why}` : `${visits}× ${status}`
  const once = status === 'failed' ? `${status}${why}` : status
  return [visits > 1 ? often : once, ...(ms === undefined ? [] : [formatDuration(ms)]), ...remarks].join(' · ')
}
