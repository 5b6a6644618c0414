/** Changes of the action `record` after a fault: the case of `on_error` that takes it, and the records of the steps that fail. */
import { formatDuration } from '../../core/duration.ts'
import { type FaultData, toErrorValue } from '../../core/fault.ts'
import type { FailParams } from '../lower/state-config.ts'
import type { FaultSource, MachineContext } from '../machine-context.ts'
import type { LinkedStep } from './linked-step.ts'
import { arrivedFault } from './machine-event.ts'
import {
  attemptsOf,
  type Change,
  cancelIn,
  ended,
  type Happening,
  type Records,
  recordOf,
  timeOf,
} from './step-records.ts'

/**
 * Keeps the fault with its case: guards evaluate nothing. The conditions see the step as failed. The fault has found its handler, and
 * is on its way no longer.
 */
export const judgeFault = (step: LinkedStep, happening: Happening, code: string | undefined): Change => {
  const { steps } = happening.context
  const fault = findFault(step, happening, code)
  const failed = failStep(step, happening, fault)
  const judged = step.judge?.({ ...happening.context, ...timeOf(happening), steps: failed }, fault) ?? -1
  const source = sourceOf(step, happening)
  const record = { ...recordOf(steps, step.id), entered: { kind: 'fault', fault, source, judged } as const }
  const judgedSteps = { ...steps, [step.id]: record }
  const isOwn = happening.context.fault?.handler === step.id
  return { ...timeOf(happening), steps: judgedSteps, ...(isOwn ? { fault: null } : {}) }
}

interface FailOptions {
  stepOf(id: string): LinkedStep
  /** Cancels what still runs in these blocks. */
  leave(steps: Records, blocks: readonly string[] | undefined): void
}

export const failSteps = (params: FailParams, happening: Happening, { stepOf, leave }: FailOptions): Change => {
  const step = stepOf(params.step)
  const fault = findFault(step, happening, params.code)
  const error = toErrorValue(fault)
  const steps = failStep(step, happening, fault)
  for (const id of params.through ?? []) {
    cancelIn(steps, stepOf(id).within)
    steps[id] = ended(recordOf(steps, id), { status: 'failed', attempts: recordOf(steps, id).attempt, error })
  }
  leave(steps, params.leaves)
  const source = sourceOf(step, happening)
  if (params.to !== undefined) {
    if (params.to in steps) steps[params.to] = { ...recordOf(steps, params.to), arriving: { fault, source } }
    return { ...timeOf(happening), steps, last: step.id, fault: null }
  }
  return { ...timeOf(happening), steps, fault: { ...source, fault, handler: params.handler ?? '' } }
}

/** The records after the step alone has failed. */
const failStep = (step: LinkedStep, happening: Happening, fault: FaultData): Records => {
  const before = happening.context.steps
  const failed = { status: 'failed', attempts: attemptsOf(step, happening), error: toErrorValue(fault) } as const
  const steps = { ...before, [step.id]: ended(recordOf(before, step.id), failed) }
  cancelIn(steps, step.within)
  return steps
}

/** The step that raised the fault of `step` first: one inside it, one whose fault it raises again, or itself. */
const sourceOf = ({ id }: LinkedStep, { context, event }: Happening): FaultSource => {
  const { entered } = recordOf(context.steps, id)
  if (context.fault?.handler === id) return toSource(context.fault)
  if (entered?.kind === 'fault' && entered.source !== undefined) return entered.source
  return toSource({ step: id, ...(event.actorId === id ? event : {}) })
}

const toSource = ({ step, origin }: FaultSource): FaultSource => ({ step, ...(origin === undefined ? {} : { origin }) })

const findFault = (step: LinkedStep, { context, event }: Happening, code: string | undefined): FaultData => {
  const entered = recordOf(context.steps, step.id).entered
  if (entered?.kind === 'fault') return entered.fault
  if (code === 'timeout') return timedOut(step, { context, event })
  return (
    arrivedFault(step.id, { context, event }) ?? {
      code: 'defect',
      message: 'a fault without a cause',
      retryable: false,
    }
  )
}

const timeoutOf = ({ id, timeoutMs }: LinkedStep, { steps }: MachineContext): number | undefined =>
  timeoutMs ?? recordOf(steps, id).bounds?.timeoutMs

const timedOut = (step: LinkedStep, { context, event: { shortfall } }: Happening): FaultData => {
  const missing = shortfall === undefined ? '' : `; ${shortfall.message}`
  return {
    code: 'timeout',
    message: `step '${step.id}' took longer than its timeout of ${formatDuration(timeoutOf(step, context) ?? 0)}${missing}`,
    retryable: true,
    details: { step: step.id, ...shortfall?.details },
  }
}
