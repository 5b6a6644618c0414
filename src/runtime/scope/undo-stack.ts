/**
 * Calls that undo the steps of a run, in the order in which the steps completed, over all scopes. Blocks with `compensate` have a mark
 * in it for each visit: the calls of a block are those behind its last mark.
 */
import type { UndoableStep, UndoEntry } from '../../compiler/machine-context.ts'
import { toUndoPlan } from '../../compiler/plan.ts'
import type { UndoCall } from '../../machines/undo.ts'
import { pathOf } from './scope.ts'

/** The part of a machine that adds entries. */
export interface UndoSource {
  /** Path of its scope, empty for the root. */
  path: string
  undo: UndoEntry | null
}

/** A block in its scope. */
export interface UndoneBlock {
  /** Path of the scope. */
  path: string
  step: string
  /** Ids of the steps inside, as far as they belong to the same scope. */
  within: readonly string[]
}

export type StackEntry = UndoCall | { mark: string }

export class UndoStack {
  readonly #entries: StackEntry[] = []
  readonly #seen = new WeakMap<object, UndoEntry>()

  save(): StackEntry[] {
    return [...this.#entries]
  }

  restore(entries: readonly StackEntry[]): void {
    this.#entries.push(...entries)
  }

  /** The entries of a machine up to this one are collected already. */
  see(owner: object, undo: UndoEntry): void {
    this.#seen.set(owner, undo)
  }

  /** Collects the calls that a machine has added since the last time, oldest first. @param owner Stands for the machine. */
  collect(owner: object, source: UndoSource): readonly UndoCall[] {
    const { undo } = source
    if (undo === null) return NOTHING
    const seen = this.#seen.get(owner) ?? null
    const added: UndoEntry[] = []
    for (let entry: UndoEntry | null = undo; entry !== null && entry !== seen; entry = entry.before)
      added.unshift(entry)
    this.#seen.set(owner, undo)
    return added.flatMap((entry) => {
      if (entry.isMark) this.#mark(pathOf(source, entry.step))
      return entry.isMark ? [] : this.add(toCall(source, entry))
    })
  }

  /** A visit that has added nothing needs no mark behind that of the next one. */
  #mark(mark: string): void {
    const last = this.#entries.at(-1)
    if (last === undefined || !('mark' in last) || last.mark !== mark) this.#entries.push({ mark })
  }

  add(call: UndoCall): UndoCall {
    this.#entries.push(call)
    return call
  }

  /** Puts back calls that were taken and not made. @param calls The last step first, as they were taken. */
  putBack(calls: readonly UndoCall[]): void {
    this.#entries.push(...calls.toReversed())
  }

  /** Removes the call of one step. */
  remove({ path, visit }: Pick<UndoCall, 'path' | 'visit'>): void {
    const at = this.#entries.findLastIndex((one) => !('mark' in one) && one.path === path && one.visit === visit)
    if (at !== -1) this.#entries.splice(at, 1)
  }

  /** Takes all calls in the order in which they are made: the last step first. */
  takeAll(): UndoCall[] {
    return toCalls(this.#entries.splice(0))
  }

  /** Takes the calls of the last visit of a block, the last step first. Its work follows from what that visit has done. */
  takeBlock({ path, step, within }: UndoneBlock): UndoCall[] {
    const mark = pathOf({ path }, step)
    const from = this.#entries.findLastIndex((entry) => 'mark' in entry && entry.mark === mark)
    if (from === -1) return []
    const ids = new Set([step, ...within])
    const behind = this.#entries.splice(from)
    const isOwn = (entry: StackEntry): boolean =>
      ids.has(idAfter(path, 'mark' in entry ? entry.mark : entry.path) ?? '')
    this.#entries.push(...behind.filter((entry) => !isOwn(entry)))
    return toCalls(behind.filter(isOwn))
  }
}

const NOTHING: readonly UndoCall[] = []

/** Id of the step of this scope that the path leads through: `items:2[0]/book` → `items`. Undefined: it leads elsewhere. */
const idAfter = (scope: string, path: string): string | undefined => {
  if (scope !== '' && !path.startsWith(`${scope}/`)) return undefined
  return /^[^/:[]+/.exec(scope === '' ? path : path.slice(scope.length + 1))?.[0]
}

const toCalls = (entries: readonly StackEntry[]): UndoCall[] =>
  entries.flatMap((entry) => ('mark' in entry ? [] : [entry])).toReversed()

const toCall = (source: UndoSource, { step, visit, call, key }: UndoableStep): UndoCall => ({
  path: pathOf(source, step),
  visit,
  plan: toUndoPlan(step),
  call,
  // A key of its own: the receiver must not take it for a repetition of the call that it undoes.
  ...(key === undefined ? {} : { key: `${key}-undo` }),
})
