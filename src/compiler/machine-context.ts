/**
 * The context of a workflow's machine: plain JSON, changed only by the action `record`, always into a new object that
 * shares the unchanged parts. Every step has its record from the start, so that all copies have one shape (copying an
 * object whose keys never change is several times cheaper than copying one that grows).
 */
import type { FaultData } from '../core/fault.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import type { EndStatus } from '../core/machine-ends.ts'
import type { Bounds } from './bound.ts'

export interface MachineContext {
  run: { id: string; started_at: string }
  input: JsonValue
  env: JsonObject
  /** Time of the last folded event, epoch milliseconds. */
  at: number
  steps: Record<string, StepRecord>
  /** The step that ended last: completed, skipped, or failed and caught. Empty: none has. */
  last: string
  /** The fault on its way to its handler, or the one that ended this machine. */
  fault: RoutedFault | null
  output: JsonValue
  /** In a foreach item: the context that its body closes over, and the item. */
  outer: MachineContext | null
  item: JsonValue
  index: number
  /** Calls that undo completed steps if the run ends badly, the last first: a list that shares its tail. */
  undo: UndoEntry | null
  /** From the start of `finally` on. */
  ending?: Ending
}

/** End of a run that `finally` does not change. */
export interface Ending {
  status: EndStatus
  fault: RoutedFault | null
  /** `finally` has ended. */
  isOver?: true
  /** Why `finally` did not complete: a fault, or a cancel. */
  cutBy?: RoutedFault | 'cancel'
}

/** An entry of the list of calls that undo steps. Both kinds share the list, so that their order is known. */
export type UndoEntry = UndoableStep | UndoMark

/** The entry of a block with `compensate`: the calls behind it undo what this visit of the block has done. */
export interface UndoMark {
  step: string
  isMark: true
  before: UndoEntry | null
}

/** One step that has completed and can be undone. */
export interface UndoableStep {
  step: string
  visit: number
  /** Input of the undoing tool, evaluated when the step completed, or the fault of evaluating it. */
  call: { input: JsonValue } | { fault: FaultData }
  /** The idempotency key of the step, when it gives one. */
  key?: string
  isMark?: never
  before: UndoEntry | null
}

/** Input of a machine; the rest is its own. */
export type MachineInput = Pick<MachineContext, 'run' | 'input' | 'env' | 'at' | 'outer' | 'item' | 'index'>

export interface FaultSource {
  /** The step that raised it; empty: the run as a whole. */
  step: string
  /** The path of the step that raised it, where that is in another scope: if `step` is a foreach, in an item. */
  origin?: string
}

/** A fault that an `on_error` has taken. `source`: undefined where its path is not known. */
export interface CaughtFault {
  fault: FaultData
  source?: FaultSource
}

export interface RoutedFault extends FaultSource {
  fault: FaultData
  /** The block that handles it next; empty if it ends the machine. */
  handler: string
}

export const STEP_STATUSES = ['pending', 'completed', 'skipped', 'failed', 'cancelled'] as const
export type StepStatus = (typeof STEP_STATUSES)[number]

/** Expressions may read `status`, `output`, `error` and `attempts`; the machine alone uses the rest. */
export interface StepRecord {
  status: StepStatus
  attempts: number
  output?: JsonValue
  error?: JsonValue
  /** Number of entries; with the path it names one effect. */
  visits: number
  /** Number of entries without retries of a block; `max_visits` counts these. */
  entries: number
  /** Attempt of a block with `retry`, from 1. */
  attempt: number
  /** Attempts of all visits that have ended; a cancelled visit counts as one. */
  calls: number
  /** Present from entry to end. */
  entered?: Entered
  /** Bounds that expressions gave at entry. A block keeps them over its retries. */
  bounds?: Bounds
  /** Set by the transition of an `on_error`, moved to `caught` on entry. */
  arriving?: CaughtFault
  /** In a step that was reached by `on_error`: the fault, from which `error` is made. */
  caught?: CaughtFault
}

/** Result of entering a step: its evaluated input, or the reason why it does not run. */
export type Entered =
  /** `plan` names the plan of the effect, if it is not the step's own. */
  | { kind: 'input'; input: JsonValue; key?: string; plan?: string }
  | { kind: 'skipped' }
  /**
   * `judged`: index of the case of `on_error` that takes the fault, or -1; present once it is known. `source`: the step that raised
   * the fault first, if this step raises it again.
   */
  | { kind: 'fault'; fault: FaultData; source?: FaultSource; judged?: number }
  | { kind: 'wait'; delayMs: number }
  /** Index of the case, or -1 if none matches. */
  | { kind: 'case'; index: number }
  /** A running block. `count` is the current iteration of a loop. */
  | { kind: 'block'; count: number; verdict?: LoopVerdict; ended?: Record<string, BranchEnd> }
  /** A block that waits for its next attempt. */
  | { kind: 'backoff'; delayMs: number }

/** End of a branch of a parallel: completed, or failed with this fault. */
export type BranchEnd = 'completed' | { error: JsonValue }

export type LoopVerdict = 'again' | 'stop' | 'exhausted'

export const PENDING: StepRecord = Object.freeze({
  status: 'pending',
  attempts: 0,
  visits: 0,
  entries: 0,
  attempt: 1,
  calls: 0,
})
