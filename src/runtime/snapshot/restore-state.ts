/**
 * Restores the state of a run from what was saved of it. What it throws means that the snapshot does not fit the definition or this
 * release: then it is of no use, and the journal is folded from its first row.
 */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { MachineContext, UndoEntry } from '../../compiler/machine-context.ts'
import { foldOf } from '../fold.ts'
import { createPool } from '../scope/item-scopes.ts'
import type { RunScopes } from '../scope/run-scopes.ts'
import { type AskedStep, contextOf, type OpenStep, type Scope, TOOL_LOOP } from '../scope/scope.ts'
import { isUndoState, UNDOING } from '../scope/undoing.ts'
import type { WaitingStep } from '../waits/open-waits.ts'
import type { SavedContext, SavedPlace, SavedScope, SavedState, SavedStep, SavedWait } from './saved-state.ts'

/** @param scopes Those of a run without machines. @throws Error */
export const restoreState = (saved: SavedState, scopes: RunScopes, workflow: CompiledWorkflow): void =>
  new StateRestorer(saved, workflow).restore(scopes)

class StateRestorer {
  readonly #saved: SavedState
  readonly #workflow: CompiledWorkflow
  readonly #scopes: Scope[] = []
  readonly #undo: UndoEntry[] = []
  readonly #contexts = new Map<SavedContext, MachineContext>()

  constructor(saved: SavedState, workflow: CompiledWorkflow) {
    this.#saved = saved
    this.#workflow = workflow
  }

  restore(scopes: RunScopes): void {
    const { undo, scopes: all, effects, timers, waits, kept, paces, undoing, pauses, stepsStarted } = this.#saved
    for (const { before, ...entry } of undo) this.#undo.push({ ...entry, before: this.#undoAt(before) } as UndoEntry)
    for (const one of all) this.#addScope(one)
    const [root] = this.#scopes
    if (root === undefined) throw new Error('no root')
    scopes.restore(root, stepsStarted)
    scopes.queue.restore(pauses)
    for (const { scope, step, part, ...effect } of effects)
      scopes.open.set(effect.effect.path, { ...effect, ...this.#placeOf({ scope, step }), ...(part && { part }) })
    for (const { scope, ...armed } of timers) scopes.timers.restore({ ...armed, scope: this.#scopeAt(scope) })
    for (const wait of waits) scopes.waits.open(this.#toWaiting(wait))
    scopes.waits.restoreKept(kept)
    for (const { timer, ...place } of paces) {
      const found = this.#placeOf(place)
      scopes.items.restorePace({ place: found, open: openOf(found), timer })
    }
    scopes.undoing.restore(undoing, this.#scopes)
  }

  #scopeAt(place: number): Scope {
    const scope = this.#scopes[place]
    if (scope === undefined) throw new Error(`no scope ${place}`)
    return scope
  }

  #undoAt(place: number): UndoEntry | null {
    return this.#undo[place] ?? null
  }

  #placeOf({ scope, step }: SavedPlace): { scope: Scope; step: string } {
    return { scope: this.#scopeAt(scope), step }
  }

  #addScope({ path, machine, context: saved, parent: above, open }: SavedScope): void {
    const parent = above && { ...this.#placeOf(above), index: above.index }
    const linked = this.#linkedOf(parent)
    const fold = foldOf(linked.machine)
    const snapshot = fold.restore(machine, this.#toContext(saved))
    const scope: Scope = { path, linked, fold, snapshot, parent, open: new Map(), timers: new Map(), isClosed: false }
    this.#scopes.push(scope)
    if (parent !== undefined) openOf(parent).items?.set(parent.index, scope)
    for (const { step, ...one } of open) scope.open.set(step, this.#toStep({ scope, step }, one))
  }

  #linkedOf(parent: Scope['parent']): Scope['linked'] {
    if (parent === undefined) return this.#workflow.root
    if (isUndoState(parent.step)) return UNDOING
    if (openOf(parent).pool === undefined) return TOOL_LOOP
    const body = this.#workflow.bodies.get(parent.step)
    if (body === undefined) throw new Error(`no body of '${parent.step}'`)
    return body
  }

  #toStep(place: { scope: Scope; step: string }, { visit, pool, outer, hasItems }: Omit<SavedStep, 'step'>): OpenStep {
    const open: OpenStep = { visit, pool: undefined, items: hasItems ? new Map() : undefined }
    if (outer !== undefined) open.outer = this.#toContext(outer)
    if (pool === undefined) return open
    const { entered } = contextOf(place.scope).steps[place.step] ?? {}
    if (entered?.kind !== 'input') throw new Error(`'${place.step}' has no input`)
    const { input } = entered
    open.pool = createPool({
      ...place,
      visit,
      input,
      plan: this.#planOf(place),
      bounds: { concurrency: pool.concurrency },
    })
    open.pool.restore(pool)
    return open
  }

  #planOf({ scope, step }: { scope: Scope; step: string }): AskedStep['plan'] {
    const { entered } = contextOf(scope).steps[step] ?? {}
    return this.#workflow.plans.get((entered?.kind === 'input' ? entered.plan : undefined) ?? step)
  }

  #toWaiting({ wait, seen, call, ...saved }: SavedWait): WaitingStep {
    const place = this.#placeOf(saved)
    const waiting: WaitingStep = { ...place, wait }
    if (seen !== undefined) waiting.seen = this.#toContext(seen)
    if (call !== undefined) waiting.call = { ...call, ...place, plan: this.#planOf(place) }
    return waiting
  }

  #toContext(saved: SavedContext): MachineContext {
    const known = this.#contexts.get(saved)
    if (known !== undefined) return known
    const { given, undo, outer } = saved
    const rest = undo < 0 && outer === null ? {} : { undo: this.#undoAt(undo), outer: outer && this.#toContext(outer) }
    const context = { ...given, ...rest } as MachineContext
    this.#contexts.set(saved, context)
    return context
  }
}

const openOf = ({ scope, step }: { scope: Scope; step: string }): OpenStep => {
  const open = scope.open.get(step)
  if (open === undefined) throw new Error(`'${step}' is not open`)
  return open
}
