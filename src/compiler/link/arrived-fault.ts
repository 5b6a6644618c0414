import type { FaultData } from '../../core/fault.ts'
import type { MachineContext } from '../machine-context.ts'
import type { MachineEvent } from './machine-event.ts'

/** The fault that is on its way to this step: of its own actor, or one that a step inside it could not handle. */
export const arrivedFault = (
  step: string,
  { context, event }: { context: MachineContext; event: MachineEvent },
): FaultData | undefined => {
  if (context.fault?.handler === step) return context.fault.fault
  return event.actorId === step ? event.error : undefined
}
