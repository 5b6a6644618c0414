import type { MachineEvent } from '../compiler/link/machine-event.ts'
import type { Scope } from './scope/scope.ts'

/** Who looks on at the machines of a run: the root, and those of its foreach items. Told at once, within the fold: it must be quick, and never throw. */
export interface MachineObserver {
  opened(scope: Scope): void
  /** The machine was told this, and is now where its snapshot says. */
  told(scope: Scope, event: MachineEvent): void
  /** Nothing of it can change any more, whether it has ended or was called off. */
  closed(scope: Scope): void
}
