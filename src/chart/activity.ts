/** What one run did, as a picture shows it. */
import { formatDuration } from '../core/duration.ts'

export type ActivityStatus = 'completed' | 'failed' | 'skipped' | 'cancelled' | 'running'

/** Of one step; in a foreach, of all items together. */
export interface StepActivity {
  status: ActivityStatus
  /** How often it ran, not counting when it was skipped. */
  visits: number
  /** All visits together, milliseconds; undefined: not known. */
  ms: number | undefined
  /** Visits that ended in a fault. */
  failures: number
}

/** By the path of the step, without the numbers of items: `grades/grade`. A step that is missing was never reached. */
export type RunActivity = ReadonlyMap<string, StepActivity>

/** One line: `completed · 1.2s`, `3× completed`, `5×, 1 failed · 40ms`. */
export const describeActivity = ({ status, visits, ms, failures }: StepActivity): string => {
  const often = failures > 0 ? `${visits}×, ${failures} failed` : `${visits}× ${status}`
  return [visits > 1 ? often : status, ...(ms === undefined ? [] : [formatDuration(ms)])].join(' · ')
}
