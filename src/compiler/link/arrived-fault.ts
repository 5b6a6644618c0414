import type { FaultData } from '../../core/fault.ts'
import type { MachineContext } from '../machine-context.ts'
import type { MachineEvent } from './machine-event.ts'

/** Returns the fault that has reached this step: of its own actor, or of a step inside that did not handle it. */
export const arrivedFault = (
  step: string,
  { context, event }: { context: MachineContext; event: MachineEvent },
): FaultData | undefined => {
  if (context.fault?.handler === step) return context.fault.fault
  return event.actorId === step ? event.error : undefined
}
