/**
 * The end of a run around `finally`. Its status and fault are put aside while the steps of `finally` run, since those have faults of
 * their own, and are put back at their end.
 */
import type { EndingParams } from '../lower/state-config.ts'
import type { Ending, MachineContext, RoutedFault } from '../machine-context.ts'

type Change = Partial<MachineContext>

/** The part of the context that a change of the end concerns. */
type Ended = Pick<MachineContext, 'fault' | 'ending'>

export const changeEnding = ({ fault, ending }: Ended, params: EndingParams): Change => {
  if (params.op === 'begin_finally') return beginFinally(params.status, params.status === 'failed' ? fault : null)
  if (ending === undefined) throw new Error(`'${params.op}' before the run has ended`)
  if (params.op === 'time_out_finally') return { fault: TIMED_OUT }
  const { cutBy = fault } = ending
  return { fault: ending.fault, ending: { ...ending, isOver: true, ...(cutBy !== null && { cutBy }) } }
}

const beginFinally = (status: Ending['status'], fault: RoutedFault | null): Change => ({
  fault: null,
  ending: { status, fault },
})

const TIMED_OUT: RoutedFault = {
  fault: { code: 'timeout', message: "'finally' took longer than 5m", retryable: false },
  step: '',
  handler: '',
}

/** A cancel ends `finally`, and not the run, which has ended. */
export const cutByCancel = ({ ending }: Ended): Change =>
  ending === undefined ? {} : { ending: { ...ending, cutBy: 'cancel' } }
