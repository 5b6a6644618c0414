/**
 * A walk: a run that is folded and never performed. The caller decides how each open effect ends, what people decide,
 * which events arrive, and when time advances. Nothing is called, stored or awaited, and the same outcomes lead to the
 * same state on any machine.
 *
 * A walk is a value: each step returns a new walk made from its events, so that going back means keeping the old one.
 */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { FaultData } from '../../core/fault.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { OpenEffect, OpenTimer, OpenWait } from '../../runtime/effects/run-effect.ts'
import type { DecisionData, RunEvent, TimerName } from '../../runtime/run-event.ts'
import { RunState } from '../../runtime/run-state.ts'
import { listStillAsked, toCounts } from '../../runtime/waits/approval-progress.ts'

const WALK_RUN_ID = 'r-walk'

/** Start of every walk, so that the same walk has the same times: 2030-01-01, midnight UTC. */
export const WALK_START = Date.UTC(2030, 0, 1)

/** Message of a fault that the caller has chosen. */
export const DECIDED = 'as decided'

export interface WalkStart {
  /** Input as `checkInput` returns it. */
  input: JsonValue
  /** Values of the environment variables that expressions may read. */
  env?: JsonObject
}

export interface Walk {
  events: readonly WalkEvent[]
  state: RunState
  /** Epoch milliseconds. */
  at: number
}

/** Name of the person who decides, if a step names none; those who approve after the first have a number behind it. */
const ANYONE = 'anyone'

/** End of an effect; of a fault its code, and the details that a condition asks for. */
export type EffectOutcome = { output: JsonValue } | { fault: string; details?: JsonObject }

/** `step` is the path of the step, such as `grades[3]/grade`. Without `visit`: the open one. */
export type WalkOutcome =
  | ({ step: string; visit?: number } & EffectOutcome)
  | { step: string; visit?: number; timer: TimerName }
  /** Values of the form; without `by`, the first person who is still asked. */
  | { step: string; visit?: number; approved: JsonValue; by?: string }
  /** Rejected with a comment, which may be empty. */
  | { step: string; visit?: number; rejected: string; by?: string }
  /** An event by its name: received by the wait that accepts it, else kept. */
  | { event: string; data: JsonValue }
  | { cancel: true }

export type Approval = Extract<OpenWait, { kind: 'approval' }>

/** Creates walks of one workflow from one start: returns the walk after these events. */
/** An event of a walk, which begins at once. */
export type WalkEvent = Exclude<RunEvent, { kind: 'begun' }>

export type Walker = (events: readonly WalkEvent[]) => Walk

export const createWalker =
  (workflow: CompiledWorkflow, { input, env = {} }: WalkStart): Walker =>
  (events) => {
    const state = new RunState(workflow)
    state.start({ runId: WALK_RUN_ID, at: WALK_START, data: { input, lowering: 1, models: {}, env } })
    for (const event of events) state.apply(event)
    return { events, state, at: events.at(-1)?.at ?? WALK_START }
  }

/** Converts an outcome to the event it causes here; undefined if nothing open awaits it. */
export const toEvent = (walk: Walk, outcome: WalkOutcome): WalkEvent | undefined => {
  if ('cancel' in outcome) return { kind: 'cancel', at: walk.at, data: { by: 'simulate' } }
  if ('event' in outcome) return toSignalEvent(walk, outcome)
  const isMeant = ({ path, visit }: { path: string; visit: number }): boolean =>
    path === outcome.step && (outcome.visit === undefined || visit === outcome.visit)
  if ('timer' in outcome) {
    const timer = walk.state.openTimers().find((one) => isMeant(one) && one.name === outcome.timer)
    return timer && toTimerEvent(walk, timer)
  }
  if ('approved' in outcome || 'rejected' in outcome) {
    const wait = openApprovals(walk).find(isMeant)
    return wait && toDecisionEvent(walk, wait, outcome)
  }
  const effect = walk.state.openEffects().find(isMeant)
  return effect && toOutcomeEvent(walk, effect, outcome)
}

const toTimerEvent = ({ at }: Walk, { path, visit, name, dueAt }: OpenTimer): WalkEvent => ({
  kind: 'timer',
  at: Math.max(at, dueAt),
  path,
  visit,
  data: { timer: name },
})

const toOutcomeEvent = ({ at }: Walk, { path, visit }: OpenEffect, result: EffectOutcome): WalkEvent => {
  const figures = { attempt: 1, started: at, ms: 0 }
  const data = 'output' in result ? { ...figures, output: result.output } : { ...figures, fault: toFaultData(result) }
  return { kind: 'outcome', at, path, visit, data }
}

const toFaultData = ({ fault: code, details }: Extract<EffectOutcome, { fault: string }>): FaultData => ({
  code,
  message: DECIDED,
  retryable: false,
  ...(details === undefined ? {} : { details }),
})

const toDecisionEvent = (
  { at }: Walk,
  wait: Approval,
  decided: Extract<WalkOutcome, { approved: JsonValue } | { rejected: string }>,
): WalkEvent => ({ kind: 'decision', at, path: wait.path, visit: wait.visit, data: toDecision(wait, decided) })

export const toDecision = (
  approval: Approval,
  decided: Extract<WalkOutcome, { approved: JsonValue } | { rejected: string }>,
): DecisionData => {
  const by = decided.by ?? nameNext(approval)
  if ('approved' in decided)
    return { verdict: 'approved', by, values: decided.approved, ...toCounts(approval, 'approved') }
  const comment = decided.rejected === '' ? {} : { comment: decided.rejected }
  return { verdict: 'rejected', by, values: null, ...comment }
}

const nameNext = (approval: Approval): string => {
  const { length } = approval.decisions
  return listStillAsked(approval)?.[0] ?? approval.by?.[0] ?? (length === 0 ? ANYONE : `${ANYONE}-${length + 1}`)
}

/** The id is the same each time the walk is taken. */
const toSignalEvent = ({ at, events }: Walk, { event: name, data }: { event: string; data: JsonValue }): WalkEvent => ({
  kind: 'signal',
  at,
  data: { id: `walk-${events.length + 1}`, name, data, at: new Date(at).toISOString() },
})

/** Inverse of `toEvent`; it leaves out what `toEvent` fills in: the first visit, and the person if anyone may decide. */
export const toOutcome = (event: WalkEvent): WalkOutcome => {
  if (event.kind === 'cancel' || event.kind === 'budget') return { cancel: true }
  if (event.kind === 'signal') return { event: event.data.name, data: event.data.data }
  const place = { step: event.path, ...(event.visit > 1 && { visit: event.visit }) }
  if (event.kind === 'timer') return { ...place, timer: event.data.timer }
  if (event.kind === 'decision') {
    const { verdict, by, values, comment = '' } = event.data
    const who = by === ANYONE ? {} : { by }
    return verdict === 'approved' ? { ...place, approved: values, ...who } : { ...place, rejected: comment, ...who }
  }
  if ('output' in event.data) return { ...place, output: event.data.output }
  const { code, details } = event.data.fault
  return { ...place, fault: code, ...(details === undefined ? {} : { details }) }
}

export const openApprovals = ({ state }: Walk): Approval[] =>
  state.openWaits().flatMap((wait) => (wait.kind === 'approval' ? [wait] : []))

/** Returns the timers that are due next: time passes no timer, unless it `mayPass` it. */
export const nextTimers = ({ state }: Walk, mayPass: (timer: OpenTimer) => boolean = () => false): OpenTimer[] => {
  const timers = state.openTimers().filter((timer) => !mayPass(timer))
  const soonest = Math.min(...timers.map(({ dueAt }) => dueAt))
  return timers.filter(({ dueAt }) => dueAt === soonest)
}
