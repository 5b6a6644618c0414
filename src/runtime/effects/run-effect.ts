/** Effects of a run, as data: an event of the journal brings them about, the run carries them out. */
import type { JsonValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import { type EndStatus, UNDO } from '../../core/machine-ends.ts'
import type { UndoCall, Undone } from '../../machines/undo.ts'
import type { ApprovalRecord } from '../../store/approval-record.ts'
import type { CloudEventRecord } from '../../store/cloud-event-record.ts'
import type { RunEnd } from '../../store/store.ts'
import type { FinallyCut, TimerName } from '../run-event.ts'

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
  /** The call that undoes a step has ended: it will not be made again. */
  | ({ type: 'undo.made' } & Pick<UndoCall, 'path' | 'visit'>)
  /** The run has ended like this, and the steps of `finally` begin. */
  | { type: 'finally.begun'; status: EndStatus }
  | { type: 'finally.cut'; cut: FinallyCut }
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
  /** Set for a step of `finally`. */
  isFinal?: true
}

/** True for the call that undoes a step. Neither a pause nor a cancel stops it. */
export const isUndoing = ({ path }: OpenEffect): boolean => path.startsWith(`${UNDO}/`)

/** True for calls that undo a step, and for the steps of `finally`: a pause does not hold them back. */
export const isCleanup = (effect: OpenEffect): boolean => effect.isFinal === true || isUndoing(effect)

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

export type EndedRun = Pick<RunEnd, 'status' | 'output' | 'error'> & Aftermath

/** Cleanup around the end of a run. */
export interface Aftermath {
  /** Steps that were undone, before a failed or cancelled end or with their block, and steps that could not be. */
  undone?: readonly Undone[]
  /** Why `finally` did not complete. */
  finallyCut?: FinallyCut
}
