/**
 * Contexts of the root machine, one for each of its steps, in order: the runtime hands them to watchers when the row that they follow
 * from is durable. Contexts are immutable and share what has not changed, so that a context costs a reference.
 */
import type { MachineContext } from '../../compiler/machine-context.ts'
import type { MachineObserver } from './machine-observer.ts'
import { contextOf, type Scope } from './scope.ts'

export class RootContexts implements MachineObserver {
  #contexts: MachineContext[] = []

  opened(scope: Scope): void {
    this.#see(scope)
  }

  told(scope: Scope): void {
    this.#see(scope)
  }

  closed(): void {}

  #see(scope: Scope): void {
    if (scope.parent === undefined) this.#contexts.push(contextOf(scope))
  }

  /** The contexts since the last call. */
  take(): readonly MachineContext[] {
    const contexts = this.#contexts
    this.#contexts = []
    return contexts
  }
}
