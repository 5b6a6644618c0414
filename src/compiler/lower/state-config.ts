/** The part of XState's config format that lowering writes: plain JSON, so that it can be shown, stored and hashed. */
import type { JsonObject } from '../../core/json.ts'
import type { EndStatus } from '../../core/machine-ends.ts'
import type { LoopVerdict } from '../machine-context.ts'

export interface StateConfig {
  id?: string
  type?: 'final' | 'parallel'
  description?: string
  initial?: string
  entry?: ActionConfig[]
  always?: TransitionConfig[]
  invoke?: InvokeConfig
  after?: Record<string, TransitionConfig[]>
  /** A transition without a target keeps an event from the states around this one. */
  on?: Record<string, (TransitionConfig | { target?: never })[]>
  states?: Record<string, StateConfig>
  meta?: JsonObject
}

export interface TransitionConfig {
  target: string
  guard?: GuardConfig
  actions?: ActionConfig[]
  reenter?: boolean
}

export interface InvokeConfig {
  /** The step's id. */
  id: string
  /** The step's kind. */
  src: string
  input: { step: string }
  onDone: TransitionConfig[]
  onError: TransitionConfig[]
}

export interface ActionConfig {
  type: 'record'
  params: RecordParams
}

export interface GuardConfig {
  type: 'when'
  params: GuardParams
}

/** Question of a guard about the record of `step`. `expression` only tells readers of the chart what it stands for. */
export type GuardParams = { step: string; expression?: string } & (
  | { is: 'skipped' | 'joined' | 'unjoinable' | 'retried' }
  /** The end that `finally` follows. */
  | { is: 'ending'; status: EndStatus }
  /** The entry failed, with any code or with this one. */
  | { is: 'faulted'; code?: string }
  /** A fault with this code has arrived. */
  | { is: 'fault'; code: string }
  | { is: 'case'; index: number }
  /** The case of `on_error` with this index takes the fault. */
  | { is: 'judged'; index: number }
  | { is: 'verdict'; verdict: LoopVerdict }
)

/** Change of the record of `step`. `leaves` are the blocks that the transition leaves: what still runs in them is cancelled. */
export type RecordParams =
  | { op: 'enter' | 'test' | 'back_off'; step: string }
  | { op: 'skip' | 'complete'; step: string; leaves?: string[] }
  | JudgeParams
  | FailParams
  | { op: 'branch'; step: string; branch: string; ended: 'completed' | 'failed' }
  | { op: 'output' | 'cancel' | 'budget' }
  | EndingParams

/** `begin_finally` puts the end of the run aside, `time_out_finally` and `end_finally` end the steps of `finally`. */
export type EndingParams = { op: 'begin_finally'; status: EndStatus } | { op: 'time_out_finally' | 'end_finally' }

/** Finds the case of `on_error` that takes a fault. `code`: as in `FailParams`. */
export interface JudgeParams {
  op: 'judge'
  step: string
  code?: string
}

export interface FailParams {
  op: 'fail'
  step: string
  /** Code of a fault that the machine itself raises: `timeout`. */
  code?: string
  /** The step that handles the fault, or empty: the run continues after the failed step. Undefined: not handled here. */
  to?: string
  leaves?: string[]
  /** For an unhandled fault: the enclosing blocks that fail with it, innermost first, and the one that handles it. */
  through?: string[]
  handler?: string
}

/** State that evaluates a machine's output, before one of those of core/machine-ends.ts. */
export const OUTPUT = 'run--output'

export const record = (params: RecordParams): ActionConfig => ({ type: 'record', params })
export const when = (params: GuardParams): GuardConfig => ({ type: 'when', params })
