/**
 * Saves the state of a run as plain data. It copies no values: the parts of the state that are immutable are referred to, so that what is
 * saved stays as it is while the run goes on.
 */
import type { MachineContext, UndoEntry } from '../../compiler/machine-context.ts'
import type { OpenOutcome } from '../scope/item-scopes.ts'
import type { RunScopes } from '../scope/run-scopes.ts'
import { contextOf, type OpenStep, type Scope } from '../scope/scope.ts'
import type { WaitingStep } from '../waits/open-waits.ts'
import type {
  SavedContext,
  SavedEffect,
  SavedScope,
  SavedState,
  SavedStep,
  SavedUndoEntry,
  SavedWait,
} from './saved-state.ts'

/** Undefined: the run has not begun, has ended, or is in the middle of work without an effect. */
export const saveState = (scopes: RunScopes, begunAt: number | undefined): SavedState | undefined => {
  const { root, end, queue } = scopes
  if (begunAt === undefined || root === undefined || end !== undefined || !queue.isAtRest) return undefined
  return new StateSaver(root).save(scopes, begunAt)
}

class StateSaver {
  readonly #scopes: Scope[]
  readonly #places: ReadonlyMap<Scope, number>
  readonly #contexts = new Map<MachineContext, SavedContext>()
  readonly #undo: SavedUndoEntry[] = []
  readonly #entries = new Map<UndoEntry, number>()

  constructor(root: Scope) {
    this.#scopes = listScopes(root)
    this.#places = new Map(this.#scopes.map((scope, place) => [scope, place]))
  }

  save({ stepsStarted, queue, open, timers, waits, items, undoing }: RunScopes, begunAt: number): SavedState {
    return {
      begunAt,
      stepsStarted,
      pauses: queue.pauses,
      scopes: this.#scopes.map((scope) => this.#toScope(scope)),
      effects: [...open.values()].map((one) => this.#toEffect(one)),
      timers: timers.listArmed().map(({ scope, ...armed }) => ({ ...armed, scope: this.#placeOf(scope) })),
      waits: waits.listSteps().map((waiting) => this.#toWait(waiting)),
      kept: waits.listKept(),
      paces: items.listPaces().map(({ place, timer }) => ({ ...this.#toPlace(place), timer })),
      undoing: undoing.save((scope) => this.#placeOf(scope)),
      // Last, since contexts fill it.
      undo: this.#undo,
    }
  }

  #placeOf(scope: Scope): number {
    const place = this.#places.get(scope)
    if (place === undefined) throw new Error(`scope '${scope.path}' is not open`)
    return place
  }

  #toPlace({ scope, step }: { scope: Scope; step: string }): { scope: number; step: string } {
    return { scope: this.#placeOf(scope), step }
  }

  #toScope(scope: Scope): SavedScope {
    const { path, fold, snapshot, parent, open } = scope
    return {
      path,
      machine: fold.save(snapshot),
      context: this.#toContext(contextOf(scope)),
      parent: parent && { ...this.#toPlace(parent), index: parent.index },
      open: [...open].map(([step, one]) => this.#toStep(step, one)),
    }
  }

  #toStep(step: string, { visit, pool, outer, items }: OpenStep): SavedStep {
    const saved = { pool: pool?.save(), outer: outer && this.#toContext(outer) }
    return { step, visit, ...saved, hasItems: items !== undefined }
  }

  #toEffect({ visit, effect, part, ...place }: OpenOutcome): SavedEffect {
    return { ...this.#toPlace(place), visit, effect, part }
  }

  #toWait({ wait, seen, call, ...place }: WaitingStep): SavedWait {
    const { visit = 0, input = null, key, bounds = {}, at = 0 } = call ?? {}
    return {
      ...this.#toPlace(place),
      wait,
      seen: seen && this.#toContext(seen),
      call: call && { visit, input, key, bounds, at },
    }
  }

  #toContext(context: MachineContext): SavedContext {
    const known = this.#contexts.get(context)
    if (known !== undefined) return known
    const { undo, outer, ...rest } = context
    const saved = { given: rest, undo: this.#toUndo(undo), outer: outer ? this.#toContext(outer) : null }
    // Most contexts refer to none: they are kept as they are.
    const whole = saved.undo < 0 && saved.outer === null ? { ...saved, given: context } : saved
    this.#contexts.set(context, whole)
    return whole
  }

  /** A list may be too long to be followed link by link when it is encoded. */
  #toUndo(last: UndoEntry | null | undefined): number {
    const added: UndoEntry[] = []
    let entry = last ?? null
    for (; entry !== null && !this.#entries.has(entry); entry = entry.before) added.push(entry)
    let before = entry === null ? -1 : (this.#entries.get(entry) ?? -1)
    for (const one of added.reverse()) {
      before = this.#undo.push({ ...one, before }) - 1
      this.#entries.set(one, before)
    }
    return before
  }
}

/** A scope before those inside of it. */
const listScopes = (root: Scope): Scope[] => {
  const scopes = [root]
  for (const { open } of scopes) for (const { items } of open.values()) scopes.push(...(items?.values() ?? []))
  return scopes
}
