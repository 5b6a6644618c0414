/** What has to be undone when a run ends badly: kept in the order in which its steps have completed, over all its scopes. */
import type { UndoEntry } from '../../compiler/machine-context.ts'
import { toUndoPlan } from '../../compiler/plan.ts'
import type { UndoCall } from '../../machines/undo.ts'
import { contextOf, pathOf, type Scope } from './scope.ts'

export class UndoStack {
  readonly #calls: UndoCall[] = []
  readonly #seen = new WeakMap<Scope, UndoEntry>()

  /** Takes up what a scope has added since it was last asked, oldest first. */
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

  /** In the order in which they are to be made: the last first. */
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
  // Its own key: whoever it is sent to must not take it for the call that it undoes.
  ...(key === undefined ? {} : { key: `${key}-undo` }),
})
