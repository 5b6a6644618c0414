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

/** The observers of one run. */
export class MachineObservers implements MachineObserver {
  readonly #all: MachineObserver[] = []

  /** Machines that run already are reported as opened. @param root That of the run, if it has begun */
  add(observer: MachineObserver, root: Scope | undefined): void {
    this.#all.push(observer)
    const open = (scope: Scope): void => {
      observer.opened(scope)
      for (const { items } of scope.open.values()) for (const item of items?.values() ?? []) open(item)
    }
    if (root !== undefined) open(root)
  }

  opened(scope: Scope): void {
    for (const observer of this.#all) observer.opened(scope)
  }

  told(scope: Scope, event: MachineEvent): void {
    for (const observer of this.#all) observer.told(scope, event)
  }

  closed(scope: Scope): void {
    for (const observer of this.#all) observer.closed(scope)
  }
}
