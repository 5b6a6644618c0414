/** Ends: of a machine, and of the run when the machine is its root. */
import type { MachineEvent } from '../../compiler/link/machine-event.ts'
import type { RoutedFault } from '../../compiler/machine-context.ts'
import { Defect } from '../../core/defect.ts'
import { formatDuration } from '../../core/duration.ts'
import { type FaultData, isFault, toFaultData } from '../../core/fault.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { BoundName } from '../../core/limits.ts'
import { exceeds, LIMITS } from '../../core/limits.ts'
import { CANCELLED, COMPLETED } from '../../core/machine-ends.ts'
import type { Undone } from '../../machines/undo.ts'
import type { EndedRun, RunEffect } from '../effects/run-effect.ts'
import type { FinallyCut, Outcome } from '../run-event.ts'
import type { ItemEnd } from './item-pool.ts'
import { contextOf, pathOf, type Scope } from './scope.ts'

export type ScopeEnd = ItemEnd | 'cancelled'

export const readEnd = (scope: Scope): ScopeEnd => {
  const { value } = scope.snapshot
  const { fault, output } = contextOf(scope)
  if (value === COMPLETED) return { output }
  if (value === CANCELLED) return 'cancelled'
  if (fault === null) throw new Defect('J8: a machine failed without a fault')
  return { fault: fault.fault, step: toStepPath(scope, fault) }
}

/** Path of the step that raised a fault; empty: the run as a whole. */
export const toStepPath = (scope: Scope, { step, origin }: RoutedFault): string =>
  origin ?? (step === '' ? scope.path : pathOf(scope, step))

interface EndOptions {
  undone: readonly Undone[]
  finallyCut?: FinallyCut | undefined
}

export const toRunEnd = (end: ScopeEnd, { undone, finallyCut }: EndOptions): EndedRun => {
  const cut = finallyCut === undefined ? {} : { finallyCut }
  const done = { ...(undone.length === 0 ? {} : { undone }), ...cut }
  if (end === 'cancelled') return { status: 'cancelled', output: null, error: null, ...done }
  if ('output' in end) return { status: 'completed', output: end.output, error: null, ...done }
  const { fault, step } = end
  return { status: 'failed', output: null, error: { ...fault, step: step === '' ? null : step }, ...done }
}

export type LimitName = 'steps' | 'time' | 'cost_usd' | 'tokens' | BoundName

/** The fault that ends a run whose limit, or that of a run above it, is reached. No `on_error` matches it. */
export const limitExceeded = (limit: LimitName, details: JsonObject = {}): FaultData => {
  if (limit === 'journal' || limit === 'context') {
    const subject = limit === 'journal' ? 'the journal of the run' : 'the state of the run'
    return exceeds(LIMITS[limit], { subject, amount: Number(details.amount), most: Number(details.allowed) })
  }
  const subject = details.of_run === undefined ? 'the run' : `the run '${details.of_run}' above it`
  const message = `${subject} has reached ${describeLimit({ limit, ...details })}`
  return { code: 'budget_exceeded', message, retryable: false, details: { limit, ...details } }
}

/** `limits.cost_usd of 0.1: 0.05 is spent (ask 0.05), and the next call may need 0.07`, by the details of the fault. */
export const describeLimit = ({ limit, allowed, allowed_ms, spent, needed, spent_on }: JsonObject): string => {
  const most = typeof allowed_ms === 'number' ? formatDuration(allowed_ms) : allowed
  const of = most === undefined ? '' : ` of ${most}`
  const why =
    needed === undefined ? '' : `: ${spent} is spent${describeSteps(spent_on)}, and the next call may need ${needed}`
  return `limits.${limit}${of}${why}`
}

const MOST_STEPS_NAMED = 3

/** Names the steps that spent most; `details` has more of them. */
const describeSteps = (spentOn: JsonValue | undefined): string => {
  const steps = isJsonObject(spentOn) ? Object.entries(spentOn) : []
  if (steps.length === 0) return ''
  const named = steps.slice(0, MOST_STEPS_NAMED).map(([step, amount]) => `${step} ${amount}`)
  return ` (${[...named, ...(steps.length > MOST_STEPS_NAMED ? ['…'] : [])].join(', ')})`
}

/** J8: a Defect ends the run, not the process. */
export const toDefectEnd = (thrown: unknown): RunEffect => {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const fault = isFault(thrown) ? toFaultData(thrown) : { code: 'defect', message, retryable: false }
  return { type: 'ended', end: { status: 'failed', output: null, error: { ...fault, step: null } } }
}

/** The event that tells a machine how one of its steps has ended. */
export const toOutcomeEvent = (step: string, outcome: Outcome & { attempts?: number }): MachineEvent => {
  const attempts = outcome.attempts === undefined ? {} : { attempts: outcome.attempts }
  return 'fault' in outcome
    ? { type: `xstate.error.actor.${step}`, actorId: step, error: outcome.fault, ...attempts, ...originOf(outcome) }
    : { type: `xstate.done.actor.${step}`, actorId: step, output: outcome.output, ...attempts }
}

const originOf = ({ origin }: { origin?: string }): { origin?: string } => (origin === undefined ? {} : { origin })
