/** A step as its machine needs it at run time: what entering it evaluates, the output of a block, the retry policy. */
import { type FaultData, isFault, toFaultData } from '../../core/fault.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { DEFAULT_BACKOFF, type RetryPolicy } from '../../core/retry-policy.ts'
import type { Bounds } from '../bound.ts'
import type { Retry, Step } from '../document.ts'
import type { Entered, MachineContext, StepRecord, UndoableStep } from '../machine-context.ts'

/**
 * How the host starts a step that its machine invokes. `call`: an actor performs it, a model with tools in a loop of its
 * own. `output`: its input is its output. `emit`: an event is published. `items`: a scope for each item. `approval`: a
 * person decides. `event`: an event from outside ends it.
 */
export type StartWay = 'call' | 'output' | 'emit' | 'items' | 'approval' | 'event'

export interface LinkedStep {
  id: string
  kind: Step['kind']
  /** Undefined: the machine itself performs it. */
  start: StartWay | undefined
  maxVisits: number | undefined
  /** Undefined: none, or an expression gives it. */
  timeoutMs: number | undefined
  /** Evaluates the bounds that are expressions; undefined: there are none. */
  bound: ((context: MachineContext) => Bounds | FaultEntry) | undefined
  /** Evaluates what the step needs. A failing expression is a fault in the result, never thrown. */
  enter(context: MachineContext): Entered
  /** Output of a block, computed when it completes. */
  output: ((context: MachineContext) => JsonValue) | undefined
  /** Test of a loop, and its `max` unless an expression gives it. `isOver`: true when the loop shall end. @throws Fault `expression_failed` */
  loop: { isOver(context: MachineContext): boolean; max: number | undefined } | undefined
  /** Number of branches of a parallel, and how many must complete, or if it is settled, end in any way. */
  join: { of: number; needed: number; isSettled: boolean } | undefined
  /** Retry policy of a block: the attempts of other steps are the host's. */
  retry: RetryPolicy | undefined
  /** Finds the case of `on_error` that takes a fault, -1 for none. Undefined: no case has a condition. Never throws. */
  judge: ((context: MachineContext, error: FaultData) => number) | undefined
  /** Says for a wait whether this event (`{ id, name, at, data }`) is meant. A condition that fails on it means no. */
  accepts: ((context: MachineContext, event: JsonObject) => boolean) | undefined
  /** The call that undoes what the step has done, evaluated when it has completed. */
  undo: ((context: MachineContext) => UndoableStep['call']) | undefined
  /** A block whose steps are undone when its `on_error` handles a fault. */
  compensates: boolean
  /** Ids of the steps inside a block, at any depth, but not inside a foreach. */
  within: readonly string[]
}

export type FaultEntry = Extract<Entered, { kind: 'fault' }>

/** Attempts of a block whose `retry` names no `max`. */
export const BLOCK_ATTEMPTS = 3

/** The policy of a `retry:`, with the given number of attempts where it names none. */
export const toRetryPolicy = (retry: Retry | undefined, max: number): RetryPolicy => ({
  max: retry?.max?.value ?? max,
  minMs: retry?.backoffMinMs ?? DEFAULT_BACKOFF.minMs,
  maxMs: retry?.backoffMaxMs ?? DEFAULT_BACKOFF.maxMs,
  jitter: retry?.jitter?.value ?? DEFAULT_BACKOFF.jitter,
  ...(retry?.on === undefined ? {} : { on: retry.on.map(({ value }) => value) }),
})

/** Translates what an expression throws to its fault, with the step it was in. Anything else is a defect, and thrown on. */
export const toExpressionFault = (thrown: unknown, step: string): FaultData => {
  if (!isFault(thrown)) throw thrown
  const fault = toFaultData(thrown)
  return { ...fault, details: { step, ...fault.details } }
}

/** Output of the step that ended the machine, null when that did not complete. */
export const endingOutput = ({ steps, last }: MachineContext): JsonValue => outputOf(steps[last])

/** Output of the last step of a list, null when that did not complete. */
export const lastOutput = (steps: readonly Step[]): ((context: MachineContext) => JsonValue) => {
  const last = steps.at(-1)?.id.value
  return ({ steps: records }) => outputOf(last === undefined ? undefined : records[last])
}

const outputOf = (record: StepRecord | undefined): JsonValue =>
  record?.status === 'completed' ? (record.output ?? null) : null
