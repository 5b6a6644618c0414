/**
 * Events of a machine: XState's own of actors and timers, with fields that the host adds, and `CANCEL` and
 * `BUDGET_EXCEEDED`.
 */
import type { FaultData } from '../../core/fault.ts'
import type { JsonValue } from '../../core/json.ts'

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
  /** Fault of `BUDGET_EXCEEDED`. */
  fault?: FaultData
}
