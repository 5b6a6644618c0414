/**
 * The context of a workflow's machine: plain JSON, changed only by the action `record`, always into a new object that
 * shares what did not change. Every step has its record from the start, so that copies keep one shape (copying an object
 * whose keys never change is several times cheaper than one that grows).
 */
import type { FaultData } from '../core/fault.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'

export interface MachineContext {
  run: { id: string; started_at: string }
  input: JsonValue
  env: JsonObject
  /** Time of the last event that was folded, epoch milliseconds. */
  at: number
  steps: Record<string, StepRecord>
  /** The fault that is on its way to whoever handles it, or that ended this machine. */
  fault: RoutedFault | null
  output: JsonValue
  /** In a foreach item: the context that its body closes over, and the item. */
  outer: MachineContext | null
  item: JsonValue
  index: number
  /** What has to be undone when the run ends badly, the last first: a list that shares its tail. */
  undo: UndoEntry | null
}

/** One step that has completed and can be undone. */
export interface UndoEntry {
  step: string
  visit: number
  /** Of the undoing tool, evaluated when the step completed; or why it could not be. */
  call: { input: JsonValue } | { fault: FaultData }
  /** The idempotency key of the step, when it gives one. */
  key?: string
  before: UndoEntry | null
}

/** What a machine starts from; `steps`, `fault`, `output` and `undo` are its own. */
export type MachineInput = Pick<MachineContext, 'run' | 'input' | 'env' | 'at' | 'outer' | 'item' | 'index'>

export interface RoutedFault {
  fault: FaultData
  /** Where it came from; empty: the run as a whole. */
  step: string
  /** The path of the step inside a foreach item that it came from, when `step` is a foreach. */
  origin?: string
  /** The block that takes it up next; empty when it ends the machine. */
  handler: string
}

export const STEP_STATUSES = ['pending', 'completed', 'skipped', 'failed', 'cancelled'] as const
export type StepStatus = (typeof STEP_STATUSES)[number]

/** `status`, `output`, `error` and `attempts` are what expressions may read; the rest is the machine's own. */
export interface StepRecord {
  status: StepStatus
  attempts: number
  output?: JsonValue
  error?: JsonValue
  /** How often the step was entered; with the path it names one effect. */
  visits: number
  /** The same without entries that were retries of a block; `max_visits` counts these. */
  entries: number
  /** Which try of a block with `retry` this is, from 1. */
  attempt: number
  /** Attempts of all visits that have ended; a visit that was called off counts as one. */
  calls: number
  /** Present from entry to end. */
  entered?: Entered
  /** Set by the transition of an `on_error`, taken up as `caught` on entry. */
  arriving?: JsonValue
  /** The value of `error` in a step that was reached by `on_error`. */
  caught?: JsonValue
}

/** What entering a step came to: its evaluated input, or why it does not run. */
export type Entered =
  /** `plan` names the plan of its effect, where that is not the step's own. */
  | { kind: 'input'; input: JsonValue; key?: string; plan?: string }
  | { kind: 'skipped' }
  | { kind: 'fault'; fault: FaultData }
  | { kind: 'wait'; delayMs: number }
  /** Index of the case, or -1 when none matches. */
  | { kind: 'case'; index: number }
  /** A block that runs. `count` is the running iteration of a loop; `ended` are the branches of a parallel. */
  | { kind: 'block'; count: number; verdict?: LoopVerdict; ended?: Record<string, 'completed' | 'failed'> }
  /** A block that waits for its next try. */
  | { kind: 'backoff'; delayMs: number }

export type LoopVerdict = 'again' | 'stop' | 'exhausted'

export const PENDING: StepRecord = Object.freeze({
  status: 'pending',
  attempts: 0,
  visits: 0,
  entries: 0,
  attempt: 1,
  calls: 0,
})
