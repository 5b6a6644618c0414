/**
 * Events of a machine: XState's own of actors and timers, with fields that the host adds, and `CANCEL` and
 * `BUDGET_EXCEEDED`.
 */
import type { FaultData } from '../../core/fault.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { MachineContext } from '../machine-context.ts'

export interface MachineEvent {
  /** `xstate.done.actor.ID`, `xstate.error.actor.ID`, `xstate.after.…`, `CANCEL` or `BUDGET_EXCEEDED`. */
  type: string
  /** When the journal row was written, epoch milliseconds. */
  at?: number
  actorId?: string
  output?: JsonValue
  /** Fault of a failed actor. */
  error?: FaultData
  /** For a failed foreach: the path of the step in an item that raised the fault. */
  origin?: string
  attempts?: number
  /** For the timeout of a wait: what was there and was not enough. */
  shortfall?: { message: string; details: JsonObject }
  /** Fault of `BUDGET_EXCEEDED`. */
  fault?: FaultData
}

/** Returns the fault that has reached this step: of its own actor, or of a step inside that did not handle it. */
export const arrivedFault = (
  step: string,
  { context, event }: { context: MachineContext; event: MachineEvent },
): FaultData | undefined => {
  if (context.fault?.handler === step) return context.fault.fault
  return event.actorId === step ? event.error : undefined
}
