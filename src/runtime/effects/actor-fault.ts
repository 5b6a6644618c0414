/** Translates a failure of an actor into the fault that the run sees. */
import type { StepPlan } from '../../compiler/plan.ts'
import { formatDuration } from '../../core/duration.ts'
import { type FaultData, isFault, toFaultData } from '../../core/fault.ts'

/** Actors throw Fault. Any other error becomes one here, at the border. */
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

/** Tolerance between timers and clocks. */
const CLOCK_MS = 5

/** Names the step's timeout in a fault of an actor that kept the deadline itself and was first to report it. */
export const nameTimeout = (
  fault: FaultData,
  { plan: { id, timeoutMs }, ms }: { plan: StepPlan; ms: number },
): FaultData =>
  fault.code !== 'timeout' || timeoutMs === null || ms < timeoutMs - CLOCK_MS
    ? fault
    : { ...fault, message: `${describeTimeout(id, timeoutMs)}: ${fault.message}` }
