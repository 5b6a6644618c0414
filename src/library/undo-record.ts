import type { MachineContext, UndoEntry } from '../compiler/machine-context.ts'
import { toUndoPlan } from '../compiler/plan.ts'
import type { UndoCall } from '../machines/undo.ts'

/**
 * Keeps the calls that undo completed steps, in the order of completion, over the machine of XState and the items below it. One run is
 * one object `run` in the contexts of its machines.
 */
export class UndoRecord {
  readonly #calls = new WeakMap<MachineContext['run'], UndoCall[]>()
  readonly #seen = new WeakMap<MachineContext['run'], UndoEntry>()

  /** Adds the entries that the root machine has made since the last call. */
  collect({ run, undo }: MachineContext): void {
    if (undo === undefined || undo === null) return
    const last = this.#seen.get(run) ?? null
    const added: UndoCall[] = []
    for (let entry: UndoEntry | null = undo; entry !== null && entry !== last; entry = entry.before)
      added.unshift(toCall(entry))
    this.#seen.set(run, undo)
    for (const call of added) this.add(run, call)
  }

  add(run: MachineContext['run'], call: UndoCall): void {
    const calls = this.#calls.get(run)
    if (calls === undefined) this.#calls.set(run, [call])
    else calls.push(call)
  }

  /** Removes and returns the calls, the last first. */
  take({ run }: MachineContext): UndoCall[] {
    const calls = this.#calls.get(run) ?? []
    this.#calls.delete(run)
    return calls.toReversed()
  }
}

const toCall = ({ step, visit, call, key }: UndoEntry): UndoCall => ({
  path: step,
  visit,
  plan: toUndoPlan(step),
  call,
  ...(key === undefined ? {} : { key: `${key}-undo` }),
})
