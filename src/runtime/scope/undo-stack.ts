/** Calls that undo the steps of a run when it ends badly, in the order in which the steps completed, over all scopes. */
import type { UndoEntry } from '../../compiler/machine-context.ts'
import { toUndoPlan } from '../../compiler/plan.ts'
import type { UndoCall } from '../../machines/undo.ts'
import { contextOf, pathOf, type Scope } from './scope.ts'

export class UndoStack {
  readonly #calls: UndoCall[] = []
  readonly #seen = new WeakMap<Scope, UndoEntry>()

  /** Collects the calls that a scope has added since the last time, oldest first. */
  collect(scope: Scope): readonly UndoCall[] {
    const undo = contextOf(scope).undo ?? null
    if (undo === null) return NOTHING
    const seen = this.#seen.get(scope) ?? null
    const added: UndoCall[] = []
    for (let entry: UndoEntry | null = undo; entry !== null && entry !== seen; entry = entry.before)
      added.unshift(toCall(scope, entry))
    this.#seen.set(scope, undo)
    this.#calls.push(...added)
    return added
  }

  /** The calls in the order in which they are made: the last step first. */
  toCalls(): UndoCall[] {
    return this.#calls.toReversed()
  }
}

const NOTHING: readonly UndoCall[] = []

const toCall = (scope: Scope, { step, visit, call, key }: UndoEntry): UndoCall => ({
  path: pathOf(scope, step),
  visit,
  plan: toUndoPlan(step),
  call,
  // A key of its own: the receiver must not take it for a repetition of the call that it undoes.
  ...(key === undefined ? {} : { key: `${key}-undo` }),
})
