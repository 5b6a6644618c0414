/**
 * A scope: one machine of a run, with the steps and timers that it has open. The root of the run is a scope, and so is each running
 * item of a foreach. Wide work is many small scopes, never one wide machine.
 */
import type { Bounds } from '../../compiler/bound.ts'
import type { LinkedMachine } from '../../compiler/link.ts'
import type { MachineContext } from '../../compiler/machine-context.ts'
import type { StepPlan } from '../../compiler/plan.ts'
import type { JsonValue } from '../../core/json.ts'
import { FINALLY } from '../../core/machine-ends.ts'
import { toolLoopMachine } from '../../machines/tool-loop.ts'
import type { OpenTimer } from '../effects/run-effect.ts'
import type { WorkflowFold, WorkflowSnapshot } from '../fold.ts'
import type { ItemPool } from './item-pool.ts'

export interface Scope {
  /** Empty for the root; `grades[3]` for an item. */
  path: string
  linked: Pick<LinkedMachine, 'machine' | 'steps'>
  fold: WorkflowFold
  snapshot: WorkflowSnapshot
  /** The step that the scope is inside of: a foreach, or a model step with tools. */
  parent: { scope: Scope; step: string; index: number } | undefined
  /** Open steps by id. */
  open: Map<string, OpenStep>
  /** Armed timers by XState's id. */
  timers: Map<string, ScopeTimer>
  isClosed: boolean
}

/** Place and input of a scope that is opened. */
export interface ScopePlace extends Pick<Scope, 'path' | 'parent'> {
  /** Input of its machine. */
  input: unknown
}

/** The machine of a model step with tools. */
export const TOOL_LOOP: Scope['linked'] = { machine: toolLoopMachine, steps: new Map() }

export interface OpenStep {
  visit: number
  /** The items of a foreach; undefined for other steps. */
  pool: ItemPool | undefined
  /** The context of the scope when a foreach started: later items see what the first one saw. */
  outer?: MachineContext
  /** The scopes inside the step: the items of a foreach, or the one loop of a model step with tools. */
  items: Map<number, Scope> | undefined
}

export interface ScopeTimer {
  timer: OpenTimer
  /** Type of the event that the machine waits for. */
  event: string
}

/** A step that has been entered and is to be started. */
export interface AskedStep {
  scope: Scope
  step: string
  visit: number
  /** Evaluated when the step was entered. */
  input: JsonValue
  /** The idempotency key that the step gives. */
  key?: string | undefined
  plan: StepPlan | undefined
  /** Bounds that expressions gave, in place of those of the plan. */
  bounds: Bounds
  /** Epoch milliseconds. */
  at: number
}

export const contextOf = ({ snapshot }: Pick<Scope, 'snapshot'>): MachineContext => snapshot.context

export const pathOf = ({ path }: Pick<Scope, 'path'>, step: string): string => (path === '' ? step : `${path}/${step}`)

/** Path inside a visit of a step. From the second visit on it names the visit, so that (path, visit) stays unique. */
export const loopPath = (scope: Scope, { step, visit }: { step: string; visit: number }): string =>
  `${pathOf(scope, step)}${visit === 1 ? '' : `:${visit}`}`

export const itemPath = (scope: Scope, item: { step: string; visit: number; index: number }): string =>
  `${loopPath(scope, item)}[${item.index}]`

/** Path of an effect of a foreach itself: `grades[read]`. */
export const partPath = (scope: Scope, { part, ...place }: { step: string; visit: number; part: string }): string =>
  `${loopPath(scope, place)}[${part}]`

const TIMER = /^xstate\.after\.([^.]+)\.([^.]+)$/

/** Step and name of one of XState's timers, whose id ends with the name of the delay and the id of the state. */
export const nameTimer = (timer: string): { step: string; name: OpenTimer['name'] } => {
  const [, delay, state = ''] = TIMER.exec(timer) ?? []
  if (state === FINALLY) return { step: FINALLY, name: 'timeout' }
  const step = state.replace(/--.*$/, '')
  if (state.endsWith('--backoff')) return { step, name: 'backoff' }
  // Only the delay of a `wait` is named for its step; every other one is a timeout.
  return { step, name: delay === step ? 'wait' : 'timeout' }
}
