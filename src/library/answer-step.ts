/**
 * Steps under XState alone whose outcome comes from outside: people who decide, events that come and go. A run has its inbox for them;
 * here the program answers.
 */

import type { CompiledWorkflow } from '../compiler/compile.ts'
import { Fault, isFault, toFaultData } from '../core/fault.ts'
import type { JsonValue } from '../core/json.ts'
import { toToolError } from '../core/tool-error.ts'
import { toApproval, toCallApproval, toDecided, toEmitted, toEventWait } from '../runtime/effects/answered-step.ts'
import type { ApprovalRequest, EmittedEvent, OpenEffect, OpenWait } from '../runtime/effects/run-effect.ts'
import type { Outcome } from '../runtime/run-event.ts'
import type { AskedStep, Scope } from '../runtime/scope/scope.ts'
import type { WaitingStep } from '../runtime/waits/open-waits.ts'
import { findRefusal } from '../runtime/waits/read-message.ts'
import { pathOf } from './perform-items.ts'
import type { StepCall } from './step-logic.ts'

/** What a program answers in place of the outside world. `signal` is aborted when nobody needs to answer any more. */
export interface Answers {
  /** Asks a person: for a step of kind `approve`, and before a call whose preset asks. */
  approve?(
    request: ApprovalRequest & { path: string },
    context: { signal: AbortSignal },
  ): ApprovalAnswer | Promise<ApprovalAnswer>
  /** Gives the data of an event that a step of kind `wait` is waiting for. `accepts` says whether data fits its `match`. */
  waitFor?(
    event: { name: string; path: string; accepts(data: JsonValue): boolean },
    context: { signal: AbortSignal },
  ): JsonValue | Promise<JsonValue>
  /** Publishes an event. */
  emit?(event: EmittedEvent, context: { signal: AbortSignal }): unknown
}

export interface ApprovalAnswer {
  verdict: 'approved' | 'rejected'
  /** One of those who may decide. */
  by: string
  /** What the form is filled in with. Default: null. */
  values?: JsonValue
  comment?: string
}

export type AnsweredKind = 'approve' | 'wait' | 'emit'

interface Means {
  compiled: CompiledWorkflow
  answers: Answers
}

/** The outcome of a step of one of these kinds; a fault is in it, never thrown. */
export const answerStep = (kind: AnsweredKind, call: StepCall, means: Means): Promise<Outcome> =>
  translated(call, () => {
    const asked = toAsked(call, means.compiled)
    if (kind === 'approve') return decide(toApproval(asked), call, means)
    return kind === 'wait' ? receive(toEventWait(asked), call, means) : emit(asked, call, means)
  })

/** Asks whether a call may be made. Undefined: it may; else what its step ends with. @param effect The call. */
export const askBeforeCall = async (call: StepCall, effect: OpenEffect, means: Means): Promise<Outcome | undefined> => {
  const { path, visit, input } = effect
  const plan = means.compiled.plans.get(effect.step)
  const asked = { ...toAsked(call, means.compiled), visit, input, plan }
  const waiting = toCallApproval(asked)
  const outcome = await translated(call, () =>
    decide({ ...waiting, wait: { ...waiting.wait, path, visit } }, call, means),
  )
  return 'fault' in outcome ? outcome : undefined
}

const decide = async (
  { wait }: WaitingStep,
  { signal, step }: StepCall,
  { answers: { approve } }: Means,
): Promise<Outcome> => {
  if (!isApproval(wait)) return { output: null }
  if (approve === undefined) throw missing(step, 'asks a person', 'approve')
  const { verdict, by, values = null, comment } = await approve({ ...wait }, { signal })
  const decision = { verdict, by, values, ...(comment === undefined ? {} : { comment }) }
  const refusal = await findRefusal(wait, decision)
  if (refusal === undefined) return toDecided(wait, decision, Date.now())
  throw new Fault('invalid_output', `the decision about '${wait.title}' does not count: ${refusal}`)
}

const isApproval = (wait: OpenWait): wait is Extract<OpenWait, { kind: 'approval' }> => wait.kind === 'approval'

const receive = async (
  { wait, accepts }: WaitingStep,
  { signal, step }: StepCall,
  { answers: { waitFor } }: Means,
): Promise<Outcome> => {
  if (wait.kind !== 'event') return { output: null }
  if (waitFor === undefined) throw missing(step, `waits for the event '${wait.event}'`, 'waitFor')
  const name = wait.event
  const isMeant = (data: JsonValue): boolean =>
    accepts?.({ id: wait.path, name, data, at: new Date().toISOString() }) === true
  return { output: await waitFor({ name, path: wait.path, accepts: isMeant }, { signal }) }
}

const emit = async (asked: AskedStep, { key, signal, step }: StepCall, means: Means): Promise<Outcome> => {
  const emitted = toEmitted(asked, { workflow: means.compiled.name, key })
  if ('fault' in emitted) return emitted
  const { event } = emitted
  if (means.answers.emit === undefined) throw missing(step, `publishes the event '${event.type}'`, 'emit')
  await means.answers.emit(event, { signal })
  return { output: {} }
}

const missing = (step: string, what: string, option: keyof Answers): Fault =>
  new Fault(
    'unavailable',
    `step '${step}' ${what}, and a machine has nobody to turn to: expected the option '${option}' of provideActors`,
  )

const translated = async ({ step, signal }: StepCall, answer: () => Promise<Outcome>): Promise<Outcome> => {
  try {
    return await answer()
  } catch (thrown) {
    const error = isFault(thrown) ? thrown : toToolError(thrown, { name: step, signal })
    return { fault: toFaultData(isFault(error) ? error : new Fault('tool_failed', 'it was called off')) }
  }
}

/** As the fold of a run has it. */
const toAsked = ({ step, context, input }: StepCall, compiled: CompiledWorkflow): AskedStep => {
  const path = pathOf(step, context, compiled)
  const machine = [...compiled.bodies.values()].find(({ steps }) => steps.has(step)) ?? compiled.root
  const scope = { path: path.slice(0, -step.length - 1), linked: machine, snapshot: { context } }
  return {
    scope: scope as unknown as Scope,
    step,
    visit: context.steps[step]?.visits ?? 1,
    input,
    plan: compiled.plans.get(step),
    at: Date.now(),
  }
}
