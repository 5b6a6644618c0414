/** Effects of a run, as data: an event of the journal brings them about, the run carries them out. */
import type { JsonValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import { UNDO } from '../../core/machine-ends.ts'
import type { UndoCall, Undone } from '../../machines/undo.ts'
import type { ApprovalRecord } from '../../store/approval-record.ts'
import type { CloudEventRecord } from '../../store/cloud-event-record.ts'
import type { RunEnd } from '../../store/store.ts'
import type { TimerName } from '../run-event.ts'

export type RunEffect =
  | { type: 'perform'; effect: OpenEffect }
  | { type: 'stop'; path: string; visit: number }
  | { type: 'timer.start'; timer: OpenTimer }
  | { type: 'timer.stop'; id: string }
  | { type: 'wait.open'; wait: OpenWait }
  /** An approval of one person of several: the wait stays open. */
  | { type: 'wait.change'; wait: OpenWait }
  | { type: 'wait.close'; wait: OpenWait }
  | { type: 'emit'; event: CloudEventRecord }
  /** A step with `undo` has completed: this call will undo it. */
  | ({ type: 'undo.keep' } & UndoCall)
  | { type: 'ended'; end: EndedRun }

/** An effect without an outcome. (path, visit) names it. */
export interface OpenEffect {
  /** Path of the step, with the foreach items around it: `grades[3]/grade`. */
  path: string
  visit: number
  step: string
  input: JsonValue
  /** Attempts of this step in earlier visits. */
  calls: number
  /** Idempotency key that the workflow sets. */
  key?: string
  /** Timeout of each attempt that an expression gave, in place of that of the plan. */
  timeoutMs?: number
  /** Set for a child run only: when its step was entered, in epoch milliseconds. */
  askedAt?: number
}

/** True for the call that undoes a step. Neither a pause nor a cancel stops it. */
export const isUndoing = ({ path }: OpenEffect): boolean => path.startsWith(`${UNDO}/`)

/** True for an effect that a child run performs. */
export const isChildRun = ({ askedAt }: OpenEffect): boolean => askedAt !== undefined

export interface OpenTimer {
  /** `PATH:NAME`, unique among the open timers of a run. */
  id: string
  path: string
  visit: number
  name: TimerName
  /** Epoch milliseconds. */
  dueAt: number
}

/** A wait that only a person or an event from outside can end. (path, visit) names it, as it names an effect. */
export type OpenWait = { path: string; visit: number; step: string } & (
  | { kind: 'event'; event: string }
  | ({ kind: 'approval' } & ApprovalRequest)
)

export interface ApprovalRequest
  extends Pick<ApprovalRecord, 'title' | 'show' | 'by' | 'count' | 'decisions' | 'tool' | 'requestedAt' | 'dueAt'> {
  /** JSON Schema of the form that the person fills in; null: there is none. */
  form: JsonSchema | null
}

/** `undone`: steps that were undone before a failed or cancelled end, and steps that could not be. */
export type EndedRun = Pick<RunEnd, 'status' | 'output' | 'error'> & { undone?: readonly Undone[] }
