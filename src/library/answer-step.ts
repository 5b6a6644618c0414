/** Ends steps under plain XState whose outcome comes from outside. A run has its inbox for them; here the program answers. */
import { Fault, isFault, toFaultData } from '../core/fault.ts'
import type { JsonValue } from '../core/json.ts'
import { toToolError } from '../core/tool-error.ts'
import type { ApprovalRequest } from '../runtime/effects/run-effect.ts'
import type { Outcome } from '../runtime/run-event.ts'
import type { AskedStep } from '../runtime/scope/scope.ts'
import {
  findTooFew,
  toApprovalWait,
  toCallApproval,
  toDecided,
  toEmitted,
  toEventWait,
} from '../runtime/waits/answered-step.ts'
import { addApproval, isComplete } from '../runtime/waits/approval-progress.ts'
import { matches, type WaitingStep } from '../runtime/waits/open-waits.ts'
import { findRefusal } from '../runtime/waits/read-message.ts'
import type { CloudEventRecord } from '../store/cloud-event-record.ts'
import type { AnsweredWay } from './answered-workflow.ts'
import type { DecideOptions } from './approvals.ts'

/** Answers of a program in place of people and events. `signal` is aborted when the answer is no longer needed. */
export interface Answers {
  /** Asks a person: for a step of kind `approve`, and before a call whose preset asks. */
  approve?(
    request: ApprovalRequest & { path: string },
    context: { signal: AbortSignal },
  ): ApprovalAnswer | Promise<ApprovalAnswer>
  /** Gives the data of an event that a step of kind `wait` is waiting for. `accepts` tells whether data fits its `match`. */
  waitFor?(
    event: { name: string; path: string; accepts(data: JsonValue): boolean },
    context: { signal: AbortSignal },
  ): JsonValue | Promise<JsonValue>
  /** Publishes an event. */
  emit?(event: CloudEventRecord, context: { signal: AbortSignal }): unknown
}

/** A decision, by one of those who may decide. Where several must approve, the program is asked for one after the other. */
export type ApprovalAnswer = Pick<DecideOptions, 'verdict' | 'by' | 'values' | 'comment'>

export interface AnswerOptions {
  answers: Answers
  /** Name of the workflow, which stands in the events that it emits. */
  workflow: string
  signal: AbortSignal
}

/** Answers a step. A fault is in the outcome, never thrown. */
export const answerStep = (way: AnsweredWay, asked: AskedStep, options: AnswerOptions): Promise<Outcome> =>
  translated(asked, options, () => {
    if (way === 'approval') return decide(toApprovalWait(asked), options)
    return way === 'event' ? receive(toEventWait(asked), options) : emit(asked, options)
  })

/** Asks whether a call may be made. Undefined: it may; else the outcome of its step. */
export const askBeforeCall = async (call: AskedStep, options: AnswerOptions): Promise<Outcome | undefined> => {
  const outcome = await translated(call, options, () => decide(toCallApproval(call), options))
  return 'fault' in outcome ? outcome : undefined
}

/** Asks until enough people have approved, or one rejects. */
const decide = async (waiting: WaitingStep, options: AnswerOptions): Promise<Outcome> => {
  const { wait } = waiting
  const { answers, signal } = options
  if (wait.kind !== 'approval') return { output: null }
  if (answers.approve === undefined) throw missing(wait.step, 'asks a person', 'approve')
  const tooFew = findTooFew(waiting)
  if (tooFew !== undefined) return { fault: tooFew }
  const { verdict, by, values = null, comment } = await answers.approve({ ...wait }, { signal })
  const decision = { verdict, by, values, ...(comment === undefined ? {} : { comment }) }
  const refusal = await findRefusal(wait, decision)
  if (refusal !== undefined)
    throw new Fault('invalid_output', `the decision about '${wait.title}' does not count: ${refusal.reason}`)
  const at = Date.now()
  const approved = addApproval(wait, decision, at)
  if (verdict === 'rejected' || isComplete(approved)) return toDecided(wait, decision, at)
  signal.throwIfAborted()
  return decide({ ...waiting, wait: approved }, options)
}

const receive = async (
  { wait, ...waiting }: WaitingStep,
  { answers: { waitFor }, signal }: AnswerOptions,
): Promise<Outcome> => {
  if (wait.kind !== 'event') return { output: null }
  if (waitFor === undefined) throw missing(wait.step, `waits for the event '${wait.event}'`, 'waitFor')
  const { event: name, path } = wait
  const isMeant = (data: JsonValue): boolean => matches(waiting, { id: path, name, data, at: new Date().toISOString() })
  return { output: await waitFor({ name, path, accepts: isMeant }, { signal }) }
}

const emit = async (asked: AskedStep, { answers, workflow, signal }: AnswerOptions): Promise<Outcome> => {
  const emitted = toEmitted(asked, { workflow, key: asked.key })
  if ('fault' in emitted) return emitted
  const { event } = emitted
  if (answers.emit === undefined) throw missing(asked.step, `publishes the event '${event.type}'`, 'emit')
  await answers.emit(event, { signal })
  return { output: {} }
}

const missing = (step: string, what: string, option: keyof Answers): Fault =>
  new Fault('unavailable', `step '${step}' ${what}: expected the option '${option}' of provideActors`)

const translated = async (
  { step }: AskedStep,
  { signal }: AnswerOptions,
  answer: () => Promise<Outcome>,
): Promise<Outcome> => {
  try {
    return await answer()
  } catch (thrown) {
    const error = isFault(thrown) ? thrown : toToolError(thrown, { name: step, signal })
    return { fault: toFaultData(isFault(error) ? error : new Fault('tool_failed', 'it was called off')) }
  }
}
