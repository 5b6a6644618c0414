/** Steps whose outcome comes from outside: the wait that each opens, and the outcome that an answer gives it. */
import type { FaultData } from '../../core/fault.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { exceeds, LIMITS } from '../../core/limits.ts'
import { sizeOf } from '../../core/value-size.ts'
import type { CloudEventRecord } from '../../store/cloud-event-record.ts'
import type { OpenWait } from '../effects/run-effect.ts'
import type { DecisionData, Outcome, SignalData } from '../run-event.ts'
import { type AskedStep, contextOf, pathOf } from '../scope/scope.ts'
import { toGivenDetails } from './approval-progress.ts'
import type { WaitingStep } from './open-waits.ts'

/** The approval that a step of kind `approve` asks for. */
export const toApprovalWait = ({ scope, step, visit, input, plan, bounds, at }: AskedStep): WaitingStep => {
  const { title, show, by } = input as { title: JsonValue; show?: JsonValue; by?: JsonValue }
  const timeoutMs = bounds.timeoutMs ?? plan?.timeoutMs
  const wait: OpenWait = {
    kind: 'approval',
    path: pathOf(scope, step),
    visit,
    step,
    title: typeof title === 'string' ? title : JSON.stringify(title),
    show: show ?? null,
    form: plan?.form ?? null,
    by: by === undefined || by === null ? null : [...new Set((Array.isArray(by) ? by : [by]).map(String))],
    count: plan?.count ?? 1,
    decisions: [],
    tool: null,
    requestedAt: at,
    dueAt: timeoutMs == null ? null : at + timeoutMs,
  }
  return { scope, step, wait }
}

/** The fault of an approval that needs more people than may decide; undefined where enough may. */
export const findTooFew = ({ step, wait }: WaitingStep): FaultData | undefined => {
  if (wait.kind !== 'approval' || wait.by === null || wait.count === 1 || wait.by.length >= wait.count) return undefined
  const { by, count } = wait
  const message = `step '${step}' needs ${count} people to approve, and 'by' names ${by.length === 0 ? 'none' : `${by.length}: ${by.join(', ')}`}`
  return { code: 'invalid_input', message, retryable: false, details: { step, by, count } }
}

/** The wait for an event from outside. */
export const toEventWait = ({ scope, step, visit, input }: AskedStep): WaitingStep => {
  const { event } = input as { event: string }
  const wait: OpenWait = { kind: 'event', path: pathOf(scope, step), visit, step, event }
  return { scope, step, wait, seen: contextOf(scope) }
}

/** An approval of a tool call with this input. The call is made when it is approved. */
export const toCallApproval = (call: AskedStep): WaitingStep => {
  const { scope, step, visit, input, plan, at } = call
  const tool = plan?.preset?.name ?? plan?.actor ?? ''
  const wait: OpenWait = {
    kind: 'approval',
    path: pathOf(scope, step),
    visit,
    step,
    title: `Call ${tool}?`,
    show: input,
    form: null,
    by: null,
    count: 1,
    decisions: [],
    tool,
    requestedAt: at,
    dueAt: null,
  }
  return { scope, step, wait, call }
}

/** Outcome that the last decision gives its step. @param at Epoch milliseconds. */
export const toDecided = (
  wait: Extract<OpenWait, { kind: 'approval' }>,
  { verdict, by, values, comment, decided_at }: DecisionData,
  at: number,
): Outcome => {
  const decidedAt = decided_at ?? new Date(at).toISOString()
  const decision = { by, at: decidedAt, values }
  if (verdict === 'approved')
    return { output: wait.count === 1 ? decision : { ...decision, decisions: [...wait.decisions, decision] } }
  const why = comment === undefined || comment === '' ? '' : `: ${comment}`
  const details: JsonObject = {
    by,
    at: decidedAt,
    ...(comment === undefined ? {} : { comment }),
    ...toGivenDetails(wait),
  }
  return {
    fault: { code: 'rejected', message: `'${wait.title}' was rejected by ${by}${why}`, retryable: false, details },
  }
}

export const toSignalled = ({ data }: SignalData): Outcome => ({ output: data })

/** CloudEvent of a step of kind `emit`, with the same id each time the run is folded; or the fault of its data. */
export const toEmitted = (
  { scope, step, visit, input, at }: AskedStep,
  { workflow, key }: { workflow: string; key: string | undefined },
): { event: CloudEventRecord } | { fault: FaultData } => {
  const { event, data = null, subject, source = `troupe/${workflow}` } = isJsonObject(input) ? input : {}
  const type = typeof event === 'string' ? event : JSON.stringify(event ?? '')
  const amount = sizeOf(data)
  if (amount > LIMITS.event.most) return { fault: exceeds(LIMITS.event, { subject: `event '${type}'`, amount }) }
  const id = key ?? `${contextOf(scope).run.id}/${pathOf(scope, step)}#${visit}`
  const about = subject === undefined ? {} : { subject: String(subject) }
  return { event: { id, type, source: String(source), at, data, ...about } }
}
