/** The guard `when`: reads the record that the action `record` has written, and evaluates nothing. */
import { asksForRetry } from '../../core/retry-policy.ts'
import type { GuardParams } from '../lower/state-config.ts'
import type { StepRecord } from '../machine-context.ts'
import type { LinkedStep } from './linked-step.ts'
import { arrivedFault } from './machine-event.ts'
import type { Happening } from './step-records.ts'

export const holds = (steps: ReadonlyMap<string, LinkedStep>, happening: Happening, params: GuardParams): boolean => {
  const { context } = happening
  const record = context.steps[params.step]
  const entered = record?.entered
  switch (params.is) {
    case 'skipped':
      return entered?.kind === 'skipped'
    case 'faulted':
      if (params.step === '') return context.fault !== null
      return entered?.kind === 'fault' && (params.code === undefined || params.code === entered.fault.code)
    case 'fault':
      return arrivedFault(params.step, happening)?.code === params.code
    case 'case':
      return entered?.kind === 'case' && entered.index === params.index
    case 'judged':
      return entered?.kind === 'fault' && entered.judged === params.index
    case 'verdict':
      return entered?.kind === 'block' && entered.verdict === params.verdict
    case 'joined':
      return isJoined(steps.get(params.step)?.join, entered)
    case 'ending':
      return context.ending?.status === params.status
    case 'unjoinable':
      return context.fault?.handler === params.step
    case 'retried': {
      const retry = steps.get(params.step)?.retry
      const fault = arrivedFault(params.step, happening)
      return retry !== undefined && fault !== undefined && asksForRetry(retry, record?.attempt ?? 1, fault)
    }
  }
}

const isJoined = (join: LinkedStep['join'], entered: StepRecord['entered']): boolean => {
  if (join === undefined || entered?.kind !== 'block') return false
  const ends = Object.values(entered.ended ?? {})
  return ends.filter((end) => join.isSettled || end === 'completed').length >= join.needed
}
