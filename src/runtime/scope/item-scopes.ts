/**
 * The scopes of foreach items: starts items up to the concurrency, performs what the foreach itself needs (pages of its file, batches of
 * its results), and settles the step when all items have ended.
 *
 * 1. Items start through the queue, behind the work before them.
 * 2. A page is an effect `STEP[read]`, whose visit is the number of the page, and a batch is an effect `STEP[write]`. Both belong to one visit of
 *    the foreach, and are stopped with it.
 * 3. Where only the rate holds items back, one timer of the foreach is armed: its event starts the next ones.
 */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { FOREACH_PARTS, type ForeachPart, type ForeachPlan, toPartPlan } from '../../compiler/plan.ts'
import { Defect } from '../../core/defect.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { OpenEffect, OpenTimer, RunEffect } from '../effects/run-effect.ts'
import type { Outcome } from '../run-event.ts'
import { ItemPool } from './item-pool.ts'
import { type ItemResults, KeptResults, WrittenResults } from './item-results.ts'
import { FileItems, type ItemSource, ListedItems } from './item-source.ts'
import {
  type AskedStep,
  contextOf,
  itemPath,
  type OpenStep,
  partPath,
  pathOf,
  type Scope,
  type ScopePlace,
} from './scope.ts'
import type { WorkQueue } from './work-queue.ts'

/** A foreach step that is open. */
export interface ItemPlace {
  scope: Scope
  step: string
}

/** An effect without an outcome, and the step that takes it. */
export interface OpenOutcome extends ItemPlace {
  visit: number
  effect: OpenEffect
  /** Set for an effect of a foreach itself. */
  part?: ForeachPart
}

/** The scopes of the run, as those of items need them. */
export interface ItemHost {
  bodies: CompiledWorkflow['bodies']
  queue: Pick<WorkQueue, 'add'>
  /** Time of the event that is being folded. */
  now(): number
  /** False: it is opened in a later slice, and `later` called then. */
  openScope(linked: Scope['linked'], place: ScopePlace, later: () => void): boolean
  closeScope(scope: Scope): void
  settle(place: ItemPlace, outcome: Outcome): void
  addEffect(effect: RunEffect): void
  perform(part: ItemPlace & { part: ForeachPart }, effect: OpenEffect): void
  stopEffect(path: string): void
}

export class ItemScopes {
  readonly #host: ItemHost
  /** Timers of rates by the path of their foreach. */
  readonly #paces = new Map<string, PaceTimer>()

  constructor(host: ItemHost) {
    this.#host = host
  }

  start(asked: AskedStep): void {
    const { scope, step } = asked
    const open = scope.open.get(step)
    if (!open) throw new Defect(`J4: foreach '${step}' started without a visit`)
    open.pool = createPool(asked)
    open.items = new Map()
    open.outer = contextOf(scope)
    this.goOn({ scope, step }, open)
  }

  /** The timers of rates, with their places. */
  listPaces(): readonly PaceTimer[] {
    return [...this.#paces.values()]
  }

  /** Puts back a timer of a rate, which is armed already. */
  restorePace(pace: PaceTimer): void {
    this.#paces.set(pace.timer.path, pace)
  }

  /** An item has ended: others may start. */
  goOn(place: ItemPlace, open: OpenStep): void {
    this.#host.queue.add(() => this.#fill(place, open))
  }

  takeOutcome({ scope, step, part }: ItemPlace & { part: ForeachPart }, outcome: Outcome): void {
    const open = scope.open.get(step)
    open?.pool?.takeOutcome(part, outcome)
    if (open !== undefined) this.goOn({ scope, step }, open)
  }

  /** Stops the effects of a foreach itself. */
  stop({ scope, step }: ItemPlace, { pool, visit }: OpenStep): void {
    if (pool === undefined) return
    this.#stopPace(pathOf(scope, step))
    for (const part of FOREACH_PARTS) this.#host.stopEffect(partPath(scope, { step, visit, part }))
  }

  /** Starts items up to the concurrency, and settles the foreach when all have ended. */
  #fill(place: ItemPlace, open: OpenStep): void {
    const { scope, step } = place
    const { pool } = open
    if (scope.open.get(step) !== open || pool === undefined) return
    const at = this.#host.now()
    for (let taken = pool.take(at); taken !== undefined; taken = pool.take(at))
      if (!this.#open(place, { open, ...taken })) return
    this.#keepPace(place, open)
    for (const { part, visit, input } of pool.ask()) {
      const path = partPath(scope, { step, visit: open.visit, part })
      this.#host.perform({ ...place, part }, { path, visit, step: toPartPlan(step, part), input, calls: 0 })
    }
    const outcome = pool.outcome()
    if (outcome === undefined) return
    for (const item of open.items?.values() ?? []) this.#host.closeScope(item)
    this.stop(place, open)
    this.#host.settle(place, outcome)
  }

  /** The timers of rates. */
  listTimers(): OpenTimer[] {
    return [...this.#paces.values()].map(({ timer }) => timer)
  }

  /** Goes on with a foreach whose rate lets an item start; undefined when this visit has no such timer. */
  takePace({ path, visit }: { path: string; visit: number }): (() => void) | undefined {
    const pace = this.#paces.get(path)
    if (pace?.timer.visit !== visit) return undefined
    return () => {
      this.#stopPace(path)
      this.goOn(pace.place, pace.open)
    }
  }

  /** Sets a timer for the next start, if only the rate holds it back. */
  #keepPace(place: ItemPlace, open: OpenStep): void {
    const path = pathOf(place.scope, place.step)
    const dueAt = open.pool?.nextStartAt()
    if (dueAt === undefined || dueAt <= this.#host.now() || this.#paces.has(path)) return
    const timer: OpenTimer = { id: `${path}:rate`, path, visit: open.visit, name: 'rate', dueAt }
    this.#paces.set(path, { place, open, timer })
    this.#host.addEffect({ type: 'timer.start', timer })
  }

  #stopPace(path: string): void {
    const pace = this.#paces.get(path)
    if (pace === undefined) return
    this.#paces.delete(path)
    this.#host.addEffect({ type: 'timer.stop', id: pace.timer.id })
  }

  /** False: it is opened in a later slice, and the others follow it. */
  #open(place: ItemPlace, { open, index, item }: { open: OpenStep; index: number; item: JsonValue }): boolean {
    const { scope, step } = place
    const { visit, outer } = open
    const body = this.#host.bodies.get(step)
    if (body === undefined || outer === undefined) throw new Defect(`J4: foreach '${step}' has no body`)
    const { run, input, env } = outer
    const opened = {
      input: { run, input, env, at: this.#host.now(), outer, item, index },
      path: itemPath(scope, { step, visit, index }),
      parent: { scope, step, index },
    }
    return this.#host.openScope(body, opened, () => this.#fill(place, open))
  }
}

/** The pool of a foreach that is entered. */
export const createPool = ({
  scope,
  step,
  visit,
  input,
  plan,
  bounds: { concurrency },
}: Omit<AskedStep, 'at'>): ItemPool => {
  const policy = plan?.foreach
  if (!policy) throw new Defect(`J4: foreach '${step}' started without a plan`)
  return new ItemPool(toEnds(input, { step, policy }), {
    step,
    pathOf: (index) => itemPath(scope, { step, visit, index }),
    ...policy,
    concurrency: concurrency ?? policy.concurrency,
  })
}

export interface PaceTimer {
  place: ItemPlace
  open: OpenStep
  timer: OpenTimer
}

interface PoolEnds {
  source: ItemSource
  results: ItemResults
}

/** @param input Evaluated when the foreach was entered: the list, or an object with the list or the paths of files. */
const toEnds = (input: JsonValue, { step, policy }: { step: string; policy: ForeachPlan }): PoolEnds => {
  const { items, file, results_to: path }: JsonObject = isJsonObject(input) ? input : { items: input }
  const reads = typeof file === 'string' ? file : undefined
  return {
    source: toSource({ items, file: reads }, { step, policy }),
    results:
      typeof path === 'string'
        ? new WrittenResults({ path, reads, isSettled: policy.onItemError === 'collect' })
        : new KeptResults(),
  }
}

const toSource = (
  { items, file }: { items: JsonValue | undefined; file: string | undefined },
  { step, policy }: { step: string; policy: ForeachPlan },
): ItemSource => {
  if (Array.isArray(items)) return new ListedItems(items)
  if (policy.file === undefined || file === undefined) throw new Defect(`J4: foreach '${step}' started without a list`)
  return new FileItems({ path: file, ...policy.file })
}
