/** What a run asks of its host, as data. */
import type { JsonValue } from '../core/json.ts'
import type { RunEnd } from '../store/store.ts'
import type { TimerName } from './run-event.ts'

export type RunEffect =
  | { type: 'perform'; effect: OpenEffect }
  | { type: 'stop'; path: string; visit: number }
  | { type: 'timer.start'; timer: OpenTimer }
  | { type: 'timer.stop'; id: string }
  | { type: 'ended'; end: Pick<RunEnd, 'status' | 'output' | 'error'> }

/** One effect that has been asked for and has no outcome yet: (path, visit) names it. */
export interface OpenEffect {
  /** Of the step, with the foreach items around it: `grades[3]/grade`. */
  path: string
  visit: number
  step: string
  input: JsonValue
  /** Attempts of this step in earlier visits. */
  calls: number
  /** The idempotency key that the workflow gives. */
  key?: string
}

export interface OpenTimer {
  /** `PATH:NAME`, unique among the open timers of a run. */
  id: string
  path: string
  visit: number
  name: TimerName
  /** Epoch milliseconds. */
  dueAt: number
}
