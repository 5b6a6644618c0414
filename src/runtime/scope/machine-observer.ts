import type { MachineEvent } from '../../compiler/link/machine-event.ts'
import type { Scope } from './scope.ts'

/** Observes the machines of a run: the root, and those of its foreach items. It is called within the fold, so it must be quick and never throw. */
export interface MachineObserver {
  opened(scope: Scope): void
  /** The machine has taken the event; its snapshot is the new one. */
  told(scope: Scope, event: MachineEvent): void
  /** The machine has ended or was stopped: it changes no more. */
  closed(scope: Scope): void
}
