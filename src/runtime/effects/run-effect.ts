/** What a run asks of its host, as data. */
import type { JsonValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import { UNDO } from '../../core/machine-ends.ts'
import type { UndoCall, Undone } from '../../machines/undo.ts'
import type { RunEnd } from '../../store/store.ts'
import type { TimerName } from '../run-event.ts'

export type RunEffect =
  | { type: 'perform'; effect: OpenEffect }
  | { type: 'stop'; path: string; visit: number }
  | { type: 'timer.start'; timer: OpenTimer }
  | { type: 'timer.stop'; id: string }
  | { type: 'wait.open'; wait: OpenWait }
  | { type: 'wait.close'; wait: OpenWait }
  | { type: 'emit'; event: EmittedEvent }
  /** A step with `undo` has completed: what will undo it. */
  | ({ type: 'undo.keep' } & UndoCall)
  | { type: 'ended'; end: EndedRun }

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
  /** Of a child run: when its step was entered, in epoch milliseconds. */
  askedAt?: number
}

/** Whether it takes back what a step did: nothing stops that. */
export const isUndoing = ({ path }: OpenEffect): boolean => path.startsWith(`${UNDO}/`)

export interface OpenTimer {
  /** `PATH:NAME`, unique among the open timers of a run. */
  id: string
  path: string
  visit: number
  name: TimerName
  /** Epoch milliseconds. */
  dueAt: number
}

/** What only somebody outside can bring to an end: (path, visit) names it, as it does an effect. */
export type OpenWait = { path: string; visit: number; step: string } & (
  | { kind: 'event'; event: string }
  | ({ kind: 'approval' } & ApprovalRequest)
)

export interface ApprovalRequest {
  title: string
  /** What the person needs to see; of a call of a tool its input. */
  show: JsonValue
  /** JSON Schema of what the person fills in; null: nothing. */
  form: JsonSchema | null
  /** Who may decide; null: anyone. */
  by: string[] | null
  /** The tool whose call is asked about; null: a step of kind `approve` asks. */
  tool: string | null
  /** Epoch milliseconds. */
  requestedAt: number
  /** When nobody needs to decide any more; null: never. */
  dueAt: number | null
}

/** An event that leaves the run, in the words of CloudEvents 1.0. */
export interface EmittedEvent {
  id: string
  type: string
  source: string
  /** Epoch milliseconds. */
  at: number
  data: JsonValue
}

/** `undone`: what was undone before a failed or cancelled end, and what could not be. */
export type EndedRun = Pick<RunEnd, 'status' | 'output' | 'error'> & { undone?: readonly Undone[] }
