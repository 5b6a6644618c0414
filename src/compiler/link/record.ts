/**
 * The action `record`: the only code that changes a machine's context.
 *
 * Invariants:
 * 1. It is pure and never throws: what an expression throws becomes a fault in the step's record, which guards then
 * read.
 * 2. A change makes a new `steps` object that shares every record it does not touch.
 * 3. A record keeps its counters (`visits`, `entries`, `attempt`, `calls`) when its step ends.
 */

import { countOf } from '../../core/count.ts'
import { type FaultData, toErrorValue } from '../../core/fault.ts'
import type { JsonValue } from '../../core/json.ts'
import { backoffDelay } from '../../core/retry-policy.ts'
import type { RecordParams } from '../lower/state-config.ts'
import { type BranchEnd, type MachineContext, PENDING, type StepRecord, type UndoableStep } from '../machine-context.ts'
import { changeEnding, cutByCancel } from './ending.ts'
import { type LinkedStep, toExpressionFault } from './linked-step.ts'
import { arrivedFault, type MachineEvent } from './machine-event.ts'
import { failSteps, judgeFault } from './record-fault.ts'
import {
  attemptsOf,
  type Change,
  cancelIn,
  ended,
  type Happening,
  type Records,
  recordOf,
  type StepEnd,
  timeOf,
} from './step-records.ts'

export interface Recorder {
  steps: ReadonlyMap<string, LinkedStep>
  /** Evaluates the output of the whole machine. @throws Fault `expression_failed` */
  output(context: MachineContext): JsonValue
}

export const recordChange = (recorder: Recorder, happening: Happening, params: RecordParams): Change => {
  switch (params.op) {
    case 'enter':
      return enter(stepOf(recorder, params.step), happening)
    case 'skip':
      return end(recorder, happening, { ...params, record: { status: 'skipped', attempts: 0 } })
    case 'complete':
      return complete(recorder, happening, params)
    case 'judge':
      return judgeFault(stepOf(recorder, params.step), happening, params.code)
    case 'fail':
      return failSteps(params, happening, {
        stepOf: (id) => stepOf(recorder, id),
        leave: (steps, blocks) => leave(recorder, steps, blocks),
      })
    case 'branch':
      return endBranch(stepOf(recorder, params.step), happening, params)
    case 'test':
      return test(stepOf(recorder, params.step), happening)
    case 'back_off':
      return backOff(stepOf(recorder, params.step), happening)
    case 'output':
      return evaluateOutput(recorder, happening)
    case 'cancel':
      return { ...stopAll(recorder, happening), ...cutByCancel(happening.context) }
    case 'budget':
      return {
        ...stopAll(recorder, happening),
        fault: happening.event.fault === undefined ? null : { fault: happening.event.fault, step: '', handler: '' },
      }
    default:
      return { ...stopAll(recorder, happening), ...changeEnding(happening.context, params) }
  }
}

const stopAll = (recorder: Recorder, happening: Happening): Change => ({
  ...timeOf(happening),
  steps: cancelRunning(happening.context.steps, recorder.steps.keys()),
})

const stepOf = ({ steps }: Recorder, id: string): LinkedStep => {
  const step = steps.get(id)
  if (step === undefined) throw new Error(`the machine names a step '${id}' that its definition does not have`)
  return step
}

const enter = (step: LinkedStep, { context, event }: Happening): Change => {
  const { arriving, entered, ...before } = recordOf(context.steps, step.id)
  const isRetry = entered?.kind === 'backoff'
  const record: StepRecord = {
    ...before,
    visits: before.visits + 1,
    entries: before.entries + (isRetry ? 0 : 1),
    attempt: isRetry ? before.attempt + 1 : 1,
  }
  if (arriving !== undefined) record.caught = arriving
  else if (!isRetry) delete record.caught
  const at = event.at ?? context.at
  const steps = { ...context.steps, [step.id]: record }
  const entering = { ...context, at, steps }
  record.entered =
    step.maxVisits !== undefined && record.entries > step.maxVisits
      ? { kind: 'fault', fault: visitsExhausted(step) }
      : step.enter(entering)
  // A retry of a block keeps the bounds of its first try.
  if (record.bounds === undefined) bind(step, record, entering)
  // The tries of a block are compensated together.
  if (!step.compensates || isRetry) return { at, steps }
  return { at, steps, undo: { step: step.id, isMark: true, before: context.undo } }
}

/** Evaluates the bounds of a step that runs, into its new record. */
const bind = (step: LinkedStep, record: StepRecord, context: MachineContext): void => {
  const { entered } = record
  if (step.bound === undefined || entered?.kind === 'fault' || entered?.kind === 'skipped') return
  const bounds = step.bound(context)
  if ('kind' in bounds) record.entered = bounds
  else record.bounds = bounds
}

const visitsExhausted = ({ id, maxVisits }: LinkedStep): FaultData => ({
  code: 'visits_exhausted',
  message: `step '${id}' would run more often than its max_visits of ${maxVisits}`,
  retryable: false,
  details: { step: id, max_visits: maxVisits ?? 0 },
})

const complete = (recorder: Recorder, happening: Happening, params: { step: string; leaves?: string[] }): Change => {
  const step = stepOf(recorder, params.step)
  const { context, event } = happening
  const attempts = attemptsOf(step, happening)
  const output = step.output === undefined ? effectOutput(step, event) : step.output(context)
  const change = end(recorder, happening, { ...params, record: { status: 'completed', attempts, output } })
  return step.undo === undefined ? change : { ...change, undo: toUndo(step, happening, change) }
}

/** Adds the call that undoes the step to those of the steps before it. */
const toUndo = (step: LinkedStep, { context }: Happening, change: Change): UndoableStep => {
  const { entered, visits } = recordOf(context.steps, step.id)
  const key = entered?.kind === 'input' && entered.key !== undefined ? { key: entered.key } : {}
  const call = step.undo?.({ ...context, ...change }) ?? { input: {} }
  return { step: step.id, visit: visits, call, ...key, before: context.undo }
}

const effectOutput = (step: LinkedStep, event: MachineEvent): JsonValue =>
  event.actorId === step.id ? (event.output ?? null) : {}

const end = (
  recorder: Recorder,
  happening: Happening,
  { step, leaves, record }: { step: string; leaves?: string[]; record: StepEnd },
): Change => {
  const { context } = happening
  const steps = { ...context.steps, [step]: ended(recordOf(context.steps, step), record) }
  const { within, join } = stepOf(recorder, step)
  if (join !== undefined) cancelIn(steps, within)
  leave(recorder, steps, leaves)
  return { ...timeOf(happening), steps, last: step }
}

const endBranch = (
  step: LinkedStep,
  happening: Happening,
  { branch, ended: how }: { branch: string; ended: 'completed' | 'failed' },
): Change => {
  const { context } = happening
  const record = recordOf(context.steps, step.id)
  if (record.entered?.kind !== 'block') return {}
  const own: BranchEnd = how === 'completed' ? how : { error: context.fault && toErrorValue(context.fault.fault) }
  const ends = { ...record.entered.ended, [branch]: own }
  const steps = { ...context.steps, [step.id]: { ...record, entered: { ...record.entered, ended: ends } } }
  const { of, needed, isSettled } = step.join ?? { of: 0, needed: 0, isSettled: false }
  const failures = Object.values(ends).filter((end) => end !== 'completed').length
  const isUnjoinable = !isSettled && failures > of - needed
  const fault = isUnjoinable ? joinFailed(step.id, { of, needed, failures }) : null
  return {
    ...timeOf(happening),
    steps,
    fault: fault === null ? (how === 'failed' ? null : context.fault) : { fault, step: step.id, handler: step.id },
  }
}

const joinFailed = (
  step: string,
  { of, needed, failures }: Record<'of' | 'needed' | 'failures', number>,
): FaultData => ({
  code: 'join_failed',
  message: `'${step}' needs ${needed} of its ${of} branches, and ${failures} have failed`,
  retryable: true,
  details: { step, branches: of, needed, failed: failures },
})

const test = (step: LinkedStep, happening: Happening): Change => {
  const { context } = happening
  const record = recordOf(context.steps, step.id)
  if (record.entered?.kind !== 'block' || step.loop === undefined) return {}
  const { count } = record.entered
  const judged = judge(step, context, count)
  const entered = { kind: 'block', count: judged === 'again' ? count + 1 : count } as const
  const fault = typeof judged === 'object' ? judged : judged === 'exhausted' ? loopExhausted(step, count) : null
  return {
    ...timeOf(happening),
    steps: {
      ...context.steps,
      [step.id]: { ...record, entered: typeof judged === 'object' ? entered : { ...entered, verdict: judged } },
    },
    ...(fault === null ? {} : { fault: { fault, step: step.id, handler: step.id } }),
  }
}

const judge = ({ id, loop }: LinkedStep, context: MachineContext, count: number) => {
  try {
    if (loop === undefined || loop.isOver(context)) return 'stop'
    const max = loop.max ?? recordOf(context.steps, id).bounds?.max ?? 0
    return count >= max ? 'exhausted' : 'again'
  } catch (thrown) {
    return toExpressionFault(thrown, id)
  }
}

const loopExhausted = ({ id }: LinkedStep, count: number): FaultData => ({
  code: 'loop_exhausted',
  message: `loop '${id}' has run ${countOf(count, 'time')}, its max, and its condition to end does not hold`,
  retryable: false,
  details: { step: id, max: count },
})

const backOff = (step: LinkedStep, happening: Happening): Change => {
  const { context } = happening
  const record = recordOf(context.steps, step.id)
  const fault = arrivedFault(step.id, happening)
  const steps = { ...context.steps }
  for (const id of step.within) {
    const { visits, entries, calls } = recordOf(steps, id)
    steps[id] = { ...PENDING, visits, entries, calls }
  }
  const seed = `${context.run.id}/${step.id}/${record.visits}`
  const delayMs =
    step.retry === undefined ? 0 : backoffDelay(step.retry, record.attempt, { seed, ...(fault && { fault }) })
  steps[step.id] = { ...record, entered: { kind: 'backoff', delayMs } }
  return { ...timeOf(happening), steps, fault: null }
}

const evaluateOutput = (recorder: Recorder, happening: Happening): Change => {
  const steps = cancelRunning(happening.context.steps, recorder.steps.keys())
  const change = { ...timeOf(happening), steps }
  try {
    return { ...change, output: recorder.output({ ...happening.context, ...change }), fault: null }
  } catch (thrown) {
    return { ...change, fault: { fault: toExpressionFault(thrown, 'output'), step: '', handler: '' } }
  }
}

const leave = (recorder: Recorder, steps: Records, blocks: readonly string[] = []): void => {
  for (const id of blocks) cancelIn(steps, [id, ...stepOf(recorder, id).within])
}

const cancelRunning = (steps: Records, ids: Iterable<string>): Records => {
  const copy = { ...steps }
  cancelIn(copy, ids)
  return copy
}
