/** What one run did, as a picture shows it. */
import { formatDuration } from '../core/duration.ts'

export type ActivityStatus = 'completed' | 'failed' | 'skipped' | 'cancelled' | 'running'

/** Of one step; in a foreach, of all items together. */
export interface StepActivity {
  status: ActivityStatus
  /** How often it was entered. */
  visits: number
  /** All visits together, milliseconds; undefined: not known. */
  ms: number | undefined
  /** Visits that ended in a fault. */
  failures: number
}

/** By the path of the step, without the numbers of items: `grades/grade`. A step that is missing was never reached. */
export type RunActivity = ReadonlyMap<string, StepActivity>

/** One line: `3× · 1.2s · 1 failed`. */
export const describeActivity = ({ status, visits, ms, failures }: StepActivity): string =>
  [
    visits > 1 ? `${visits}× ${status}` : status,
    ...(ms === undefined || status === 'skipped' ? [] : [formatDuration(ms)]),
    ...(failures > 0 && visits > 1 ? [`${failures} failed`] : []),
  ].join(' · ')
