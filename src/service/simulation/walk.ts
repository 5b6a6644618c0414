/**
 * A walk: a run that is folded and never performed. Whoever walks says how each open effect ends, what people decide, which events
 * come, and when time goes on; nothing is called, stored or waited for, and the same outcomes lead to the same place on any machine.
 *
 * A walk is a value: going on makes a new one from its events, so going back is keeping the old one.
 */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { OpenEffect, OpenTimer, OpenWait } from '../../runtime/effects/run-effect.ts'
import type { DecisionData, RunEvent, TimerName } from '../../runtime/run-event.ts'
import { RunState } from '../../runtime/run-state.ts'

const WALK_RUN_ID = 'r-walk'

/** When every walk begins, so that the same one gives the same times: 2030-01-01, midnight UTC. */
export const WALK_START = Date.UTC(2030, 0, 1)

/** The message of a fault that somebody has chosen. */
export const DECIDED = 'as decided'

export interface WalkStart {
  /** As `checkInput` gives it. */
  input: JsonValue
  /** Values of the environment variables that expressions may read. */
  env?: JsonObject
}

export interface Walk {
  events: readonly RunEvent[]
  state: RunState
  /** Epoch milliseconds. */
  at: number
}

/** Who decides on a walk, where a step does not say who may. */
const SOMEBODY = 'somebody'

/** `step` is the path of the step, such as `grades[3]/grade`; without `visit` it is whichever is open. */
export type WalkOutcome =
  | { step: string; visit?: number; output: JsonValue }
  | { step: string; visit?: number; fault: string }
  | { step: string; visit?: number; timer: TimerName }
  /** What the form is filled in with; without `by` it is the first who may decide. */
  | { step: string; visit?: number; approved: JsonValue; by?: string }
  /** With a comment, which may be empty. */
  | { step: string; visit?: number; rejected: string; by?: string }
  /** An event by its name: taken by the wait that it is meant for, else kept. */
  | { event: string; data: JsonValue }
  | { cancel: true }

export type Approval = Extract<OpenWait, { kind: 'approval' }>

/** Walks of one workflow from one start: gives the walk that these events come to. */
export type Walker = (events: readonly RunEvent[]) => Walk

export const createWalker =
  (workflow: CompiledWorkflow, { input, env = {} }: WalkStart): Walker =>
  (events) => {
    const state = new RunState(workflow)
    state.start({ runId: WALK_RUN_ID, at: WALK_START, data: { input, lowering: 1, models: {}, env } })
    for (const event of events) state.apply(event)
    return { events, state, at: events.at(-1)?.at ?? WALK_START }
  }

/** The event that an outcome comes to here; undefined where nothing open is waiting for it. */
export const toEvent = (walk: Walk, outcome: WalkOutcome): RunEvent | undefined => {
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

const toTimerEvent = ({ at }: Walk, { path, visit, name, dueAt }: OpenTimer): RunEvent => ({
  kind: 'timer',
  at: Math.max(at, dueAt),
  path,
  visit,
  data: { timer: name },
})

const toOutcomeEvent = (
  { at }: Walk,
  { path, visit }: OpenEffect,
  result: { output: JsonValue } | { fault: string },
): RunEvent => {
  const figures = { attempt: 1, started: at, ms: 0 }
  const data =
    'output' in result
      ? { ...figures, output: result.output }
      : { ...figures, fault: { code: result.fault, message: DECIDED, retryable: false } }
  return { kind: 'outcome', at, path, visit, data }
}

const toDecisionEvent = (
  { at }: Walk,
  wait: Approval,
  decided: Extract<WalkOutcome, { approved: JsonValue } | { rejected: string }>,
): RunEvent => ({ kind: 'decision', at, path: wait.path, visit: wait.visit, data: toDecision(wait, decided) })

export const toDecision = (
  { by: deciders }: Approval,
  decided: Extract<WalkOutcome, { approved: JsonValue } | { rejected: string }>,
): DecisionData => {
  const by = decided.by ?? deciders?.[0] ?? SOMEBODY
  if ('approved' in decided) return { verdict: 'approved', by, values: decided.approved }
  const comment = decided.rejected === '' ? {} : { comment: decided.rejected }
  return { verdict: 'rejected', by, values: null, ...comment }
}

/** Its id is the same however often the walk is gone. */
const toSignalEvent = ({ at, events }: Walk, { event: name, data }: { event: string; data: JsonValue }): RunEvent => ({
  kind: 'signal',
  at,
  data: { id: `walk-${events.length + 1}`, name, data, at: new Date(at).toISOString() },
})

/** The inverse of `toEvent`; what it would fill in by itself is left out: the first visit, and who decides if anybody may. */
export const toOutcome = (event: RunEvent): WalkOutcome => {
  if (event.kind === 'cancel' || event.kind === 'budget') return { cancel: true }
  if (event.kind === 'signal') return { event: event.data.name, data: event.data.data }
  const place = { step: event.path, ...(event.visit > 1 && { visit: event.visit }) }
  if (event.kind === 'timer') return { ...place, timer: event.data.timer }
  if (event.kind === 'decision') {
    const { verdict, by, values, comment = '' } = event.data
    const who = by === SOMEBODY ? {} : { by }
    return verdict === 'approved' ? { ...place, approved: values, ...who } : { ...place, rejected: comment, ...who }
  }
  return 'output' in event.data ? { ...place, output: event.data.output } : { ...place, fault: event.data.fault.code }
}

export const openApprovals = ({ state }: Walk): Approval[] =>
  state.openWaits().flatMap((wait) => (wait.kind === 'approval' ? [wait] : []))

/** The timers that come next: time passes no timer by, unless it `mayPass` it. */
export const nextTimers = ({ state }: Walk, mayPass: (timer: OpenTimer) => boolean = () => false): OpenTimer[] => {
  const timers = state.openTimers().filter((timer) => !mayPass(timer))
  const soonest = Math.min(...timers.map(({ dueAt }) => dueAt))
  return timers.filter(({ dueAt }) => dueAt === soonest)
}
