/** What a machine is told: XState's own events of actors and timers, with what the host adds to them, and our two. */
import type { FaultData } from '../../core/fault.ts'
import type { JsonValue } from '../../core/json.ts'

export interface MachineEvent {
  /** `xstate.done.actor.ID`, `xstate.error.actor.ID`, `xstate.after.…`, `CANCEL` or `BUDGET_EXCEEDED`. */
  type: string
  /** When the journal row was written, epoch milliseconds. */
  at?: number
  actorId?: string
  output?: JsonValue
  /** Of an actor that failed. */
  error?: FaultData
  /** Of a foreach that failed: the path of the step in an item that its fault came from. */
  origin?: string
  attempts?: number
  /** Of `BUDGET_EXCEEDED`. */
  fault?: FaultData
}
