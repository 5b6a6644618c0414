/** What comes out of an actor that has failed, as the run sees it. */
import type { StepPlan } from '../../compiler/plan.ts'
import { formatDuration } from '../../core/duration.ts'
import { type FaultData, isFault, toFaultData } from '../../core/fault.ts'

/** Actors throw Fault; anything else that comes out of one is translated here, at the border. */
export const toFaultOf = (thrown: unknown, { kind, actor }: StepPlan): FaultData => {
  if (isFault(thrown)) return toFaultData(thrown)
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return {
    code: kind === 'code' ? 'code_failed' : 'tool_failed',
    message: `'${actor}' failed: ${message}`,
    retryable: false,
  }
}

export const describeTimeout = (step: string, timeoutMs: number): string =>
  `step '${step}' took longer than its timeout of ${formatDuration(timeoutMs)}`

/** By how much timers and clocks disagree. */
const CLOCK_MS = 5

/** An actor that keeps the deadline itself may be the first to say that it has come. */
export const nameTimeout = (
  fault: FaultData,
  { plan: { id, timeoutMs }, ms }: { plan: StepPlan; ms: number },
): FaultData =>
  fault.code !== 'timeout' || timeoutMs === null || ms < timeoutMs - CLOCK_MS
    ? fault
    : { ...fault, message: `${describeTimeout(id, timeoutMs)}: ${fault.message}` }
