/**
 * The state of a run: the fold of its journal, over the root machine and the scopes of its running foreach items.
 *
 * It owns what is open: effects by (path, visit), timers by path and name, items. It performs nothing, writes nothing and
 * reads no clock: the same events give the same state and the same effects on any machine (J4). An event that fits
 * nothing open is refused, not folded (J6): XState would take a stale one for that of a newer visit.
 *
 * What needs no outside is settled here within the same event: `set` steps, items that end, the end of a foreach. Work an
 * event causes does not grow with what is already done (J5).
 */

import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { MachineEvent } from '../compiler/link/machine-event.ts'
import type { MachineContext } from '../compiler/machine-context.ts'
import type { StepPlan } from '../compiler/plan.ts'
import { Defect } from '../core/defect.ts'
import type { FaultData } from '../core/fault.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import { CANCELLED, COMPLETED } from '../core/machine-ends.ts'
import { toolLoopMachine } from '../machines/tool-loop.ts'
import { foldOf, type MachineEffect } from './fold.ts'
import { type ItemEnd, ItemPool } from './item-pool.ts'
import type { MachineObserver } from './machine-observer.ts'
import type { OpenEffect, OpenTimer, RunEffect } from './run-effect.ts'
import type { CreatedData, Outcome, RunEvent } from './run-event.ts'
import { contextOf, itemPath, loopPath, nameTimer, type OpenStep, pathOf, type Scope } from './scope.ts'

/** Steps without an effect that one event may bring about before others have their turn: a few milliseconds of work. */
const MOST_AT_ONCE = 200

const TOOL_LOOP: Scope['linked'] = { machine: toolLoopMachine as never, steps: new Map() }

export class RunState {
  readonly #workflow: CompiledWorkflow
  readonly #open = new Map<string, { scope: Scope; step: string; visit: number; effect: OpenEffect }>()
  readonly #timers = new Map<string, { scope: Scope; xstateId: string; timer: OpenTimer; event: string }>()
  readonly #queue: (() => unknown)[] = []
  #effects: RunEffect[] = []
  #root: Scope | undefined
  #at = 0
  #stepsStarted = 0
  #pause: OpenTimer | undefined
  #pauses = 0
  #end: Extract<RunEffect, { type: 'ended' }>['end'] | undefined

  readonly #onScopeClosed: (scope: Scope) => void
  #observer: MachineObserver | undefined

  /** `onScopeClosed` is told of every foreach item, and of the root, when nothing of it can change any more: for reports. */
  constructor(workflow: CompiledWorkflow, onScopeClosed: (scope: Scope) => void = () => {}) {
    this.#workflow = workflow
    this.#onScopeClosed = onScopeClosed
  }

  /** From now on; of the machines that run already it hears that they have opened. */
  observe(observer: MachineObserver): void {
    this.#observer = observer
    const open = (scope: Scope): void => {
      observer.opened(scope)
      for (const { items } of scope.open.values()) for (const item of items?.values() ?? []) open(item)
    }
    if (this.#root !== undefined) open(this.#root)
  }

  /** Folds the row `created`. */
  start({ runId, at, data }: { runId: string; at: number; data: CreatedData }): RunEffect[] {
    return this.#collect(at, () => {
      const run = { id: runId, started_at: new Date(at).toISOString() }
      const input = { run, input: data.input, env: data.env, at, outer: null, item: null, index: 0 }
      this.#root = this.#openScope(this.#workflow.root, { input, path: '', parent: undefined })
    })
  }

  /** Folds one event. Undefined when it fits nothing that is open: then it changed nothing. */
  apply(event: RunEvent): RunEffect[] | undefined {
    const root = this.#root
    if (root === undefined || this.#end !== undefined) return undefined
    switch (event.kind) {
      case 'outcome': {
        const open = this.#open.get(event.path)
        if (open === undefined || open.visit !== event.visit) return undefined
        return this.#collect(event.at, () => {
          this.#open.delete(event.path)
          this.#settle(open.scope, open.step, { ...event.data, attempts: event.data.attempt })
        })
      }
      case 'timer': {
        if (event.data.timer === 'pause') return this.#goOn(event)
        const open = this.#timers.get(`${event.path}:${event.data.timer}`)
        if (open === undefined || open.timer.visit !== event.visit) return undefined
        return this.#collect(event.at, () => {
          this.#timers.delete(open.timer.id)
          open.scope.timers.delete(open.xstateId)
          this.#effects.push({ type: 'timer.stop', id: open.timer.id })
          this.#tell(open.scope, { type: open.event })
        })
      }
      case 'cancel':
        return this.#collect(event.at, () => this.#tell(root, { type: 'CANCEL' }))
      case 'budget':
        return this.#collect(event.at, () =>
          this.#tell(root, { type: 'BUDGET_EXCEEDED', fault: budgetExceeded(event.data.limit, event.data.details) }),
        )
    }
  }

  /** Effects that have been asked for and have no outcome. */
  openEffects(): OpenEffect[] {
    return [...this.#open.values()].map(({ effect }) => effect)
  }

  openTimers(): OpenTimer[] {
    const timers = [...this.#timers.values()].map(({ timer }) => timer)
    return this.#pause === undefined ? timers : [...timers, this.#pause]
  }

  isOpen(path: string, visit: number): boolean {
    return this.#open.get(path)?.visit === visit
  }

  get end(): Extract<RunEffect, { type: 'ended' }>['end'] | undefined {
    return this.#end
  }

  get root(): Scope | undefined {
    return this.#root
  }

  get stepsStarted(): number {
    return this.#stepsStarted
  }

  #collect(at: number, happen: () => void): RunEffect[] {
    this.#effects = []
    this.#at = at
    happen()
    for (let done = 0; done < MOST_AT_ONCE && this.#queue.length > 0; done++) this.#queue.shift()?.()
    if (this.#queue.length > 0 && this.#pause === undefined && this.#end === undefined) this.#startPause()
    return this.#effects
  }

  /** After a fixed amount of work, so that a replay pauses at the same places; what comes in meanwhile finds the run there. */
  #startPause(): void {
    this.#pauses++
    this.#pause = { id: 'pause', path: '', visit: this.#pauses, name: 'pause', dueAt: this.#at }
    this.#effects.push({ type: 'timer.start', timer: this.#pause })
  }

  #goOn({ at, visit }: { at: number; visit: number }): RunEffect[] | undefined {
    if (this.#pause?.visit !== visit) return undefined
    return this.#collect(at, () => {
      this.#pause = undefined
    })
  }

  #openScope(
    linked: Scope['linked'],
    { input, path, parent }: { input: unknown; path: string; parent: Scope['parent'] },
  ): Scope {
    const fold = foldOf(linked.machine)
    const [snapshot, effects] = fold.start(input as never)
    const scope: Scope = { path, linked, fold, snapshot, parent, open: new Map(), timers: new Map(), isClosed: false }
    if (parent !== undefined) parent.scope.open.get(parent.step)?.items?.set(parent.index, scope)
    else this.#root = scope
    this.#observer?.opened(scope)
    this.#take(scope, effects)
    return scope
  }

  #tell(scope: Scope, event: MachineEvent): void {
    if (scope.isClosed) return
    const [snapshot, effects] = scope.fold.step(scope.snapshot, { ...event, at: this.#at } as never)
    scope.snapshot = snapshot
    this.#observer?.told(scope, event)
    this.#take(scope, effects)
  }

  /** Gives an open step its outcome. */
  #settle(scope: Scope, step: string, outcome: Outcome & { attempts?: number }): void {
    if (!scope.open.delete(step)) return
    const attempts = outcome.attempts === undefined ? {} : { attempts: outcome.attempts }
    this.#tell(
      scope,
      'fault' in outcome
        ? { type: `xstate.error.actor.${step}`, actorId: step, error: outcome.fault, ...attempts, ...originOf(outcome) }
        : { type: `xstate.done.actor.${step}`, actorId: step, output: outcome.output, ...attempts },
    )
  }

  /** Takes up what one macrostep of a machine asked for. What it asked for and called off again never was. */
  #take(scope: Scope, effects: readonly MachineEffect[]): void {
    const started = new Set<string>()
    for (const effect of effects) {
      if (effect.type === 'spawn') started.add(effect.id)
      else if (effect.type === 'stop') started.delete(effect.id) || this.#stop(scope, effect.id)
      else if (effect.type === 'schedule') this.#startTimer(scope, effect)
      else this.#stopTimer(scope, effect.timer)
    }
    if (scope.snapshot.status === 'error')
      throw new Defect(`J8: a machine failed by itself: ${String(scope.snapshot.error)}`, {
        cause: scope.snapshot.error,
      })
    if (scope.snapshot.status === 'done') this.#endScope(scope)
    else for (const step of started) this.#startStep(scope, step)
  }

  #startStep(scope: Scope, step: string): void {
    const record = contextOf(scope).steps[step]
    const entered = record?.entered
    if (record === undefined || entered?.kind !== 'input')
      throw new Defect(`J4: step '${step}' started without an input`)
    const open: OpenStep = { visit: record.visits, pool: undefined, items: undefined }
    scope.open.set(step, open)
    const kind = scope.linked.steps.get(step)?.kind
    // A foreach does nothing but its items, which count.
    if (kind !== 'foreach' && ++this.#stepsStarted > this.#workflow.limits.steps) this.#exceedSteps()
    const loop = this.#workflow.plans.get(step)?.toolLoop
    if (kind === 'set')
      this.#queue.push(() => scope.open.get(step) === open && this.#settle(scope, step, { output: entered.input }))
    else if (kind === 'foreach') this.#startItems(scope, step, { open, items: entered.input })
    else if (kind === 'llm' && loop !== undefined)
      this.#startToolLoop(scope, step, { open, loop, input: entered.input })
    else {
      const { visits: visit, calls } = record
      const effect: OpenEffect = {
        path: pathOf(scope, step),
        visit,
        step: entered.plan ?? step,
        input: entered.input,
        calls,
      }
      if (entered.key !== undefined) effect.key = entered.key
      this.#open.set(effect.path, { scope, step, visit, effect })
      this.#effects.push({ type: 'perform', effect })
    }
  }

  #exceedSteps(): void {
    const root = this.#root
    const fault = budgetExceeded('steps', { allowed: this.#workflow.limits.steps })
    if (root !== undefined) this.#queue.unshift(() => this.#end ?? this.#tell(root, { type: 'BUDGET_EXCEEDED', fault }))
  }

  #startItems(scope: Scope, step: string, { open, items }: { open: OpenStep; items: JsonValue }): void {
    const policy = this.#workflow.plans.get(step)?.foreach
    if (policy === undefined || !Array.isArray(items)) throw new Defect(`J4: foreach '${step}' started without a list`)
    open.pool = new ItemPool(items, policy)
    open.items = new Map()
    const outer = contextOf(scope)
    this.#queue.push(() => this.#fillItems(scope, step, { open, outer }))
  }

  /** Starts items while there is a place for them, and ends the foreach when all have ended. */
  #fillItems(scope: Scope, step: string, { open, outer }: { open: OpenStep; outer: MachineContext }): void {
    const body = this.#workflow.bodies.get(step)
    if (scope.open.get(step) !== open || open.pool === undefined || body === undefined) return
    for (let taken = open.pool.take(); taken !== undefined; taken = open.pool.take()) {
      const { index, item } = taken
      const { run, input, env } = outer
      const path = itemPath(scope, { step, visit: open.visit, index })
      this.#openScope(body, {
        input: { run, input, env, at: this.#at, outer, item, index },
        path,
        parent: { scope, step, index },
      })
    }
    const outcome = open.pool.outcome()
    if (outcome === undefined) return
    for (const item of open.items?.values() ?? []) this.#closeScope(item)
    this.#settle(scope, step, outcome)
  }

  /** A model step with tools is a scope of its own, with the same machine for every such step. */
  #startToolLoop(
    scope: Scope,
    step: string,
    { open, loop, input }: { open: OpenStep; loop: NonNullable<StepPlan['toolLoop']>; input: JsonValue },
  ): void {
    open.items = new Map()
    const path = loopPath(scope, { step, visit: open.visit })
    this.#queue.push(() => {
      if (scope.open.get(step) !== open) return
      const given = { ...(input as JsonObject), step, tools: loop.tools, maxTurns: loop.maxTurns }
      this.#openScope(TOOL_LOOP, { input: { loop: given, at: this.#at }, path, parent: { scope, step, index: 0 } })
    })
  }

  #endScope(scope: Scope): void {
    const context = contextOf(scope)
    const end = readEnd(scope)
    this.#closeScope(scope)
    const { parent } = scope
    if (parent === undefined) {
      this.#endRun(end, context)
      return
    }
    const open = parent.scope.open.get(parent.step)
    if (open?.items?.get(parent.index) !== scope) return
    open.items.delete(parent.index)
    if (open.pool === undefined) {
      const outcome =
        end === 'cancelled' ? { output: null } : 'fault' in end ? { fault: end.fault, origin: end.step } : end
      this.#queue.push(
        () => parent.scope.open.get(parent.step) === open && this.#settle(parent.scope, parent.step, outcome),
      )
      return
    }
    open.pool.end(parent.index, end === 'cancelled' ? { output: null } : end)
    // The items still to start close over what the first one did.
    this.#queue.push(() => this.#fillItems(parent.scope, parent.step, { open, outer: context.outer ?? context }))
  }

  #endRun(end: ItemEnd | 'cancelled', { output }: MachineContext): void {
    if (end === 'cancelled') this.#end = { status: 'cancelled', output: null, error: null }
    else if ('output' in end) this.#end = { status: 'completed', output, error: null }
    else
      this.#end = { status: 'failed', output: null, error: { ...end.fault, step: end.step === '' ? null : end.step } }
    this.#effects.push({ type: 'ended', end: this.#end })
  }

  /** Calls off all that a scope has open, its items included. */
  #closeScope(scope: Scope): void {
    if (!scope.isClosed) {
      this.#onScopeClosed(scope)
      this.#observer?.closed(scope)
    }
    scope.isClosed = true
    for (const step of [...scope.open.keys()]) this.#stop(scope, step)
    for (const timer of [...scope.timers.keys()]) this.#stopTimer(scope, timer)
  }

  #stop(scope: Scope, step: string): void {
    const open = scope.open.get(step)
    if (open === undefined) return
    scope.open.delete(step)
    for (const item of open.items?.values() ?? []) this.#closeScope(item)
    const path = pathOf(scope, step)
    if (this.#open.get(path)?.visit !== open.visit) return
    this.#open.delete(path)
    this.#effects.push({ type: 'stop', path, visit: open.visit })
  }

  #startTimer(scope: Scope, { timer: xstateId, delayMs, event }: Extract<MachineEffect, { type: 'schedule' }>): void {
    const { step, name } = nameTimer(xstateId)
    const path = pathOf(scope, step)
    const visit = contextOf(scope).steps[step]?.visits ?? 0
    const timer: OpenTimer = { id: `${path}:${name}`, path, visit, name, dueAt: this.#at + delayMs }
    scope.timers.set(xstateId, { timer, event })
    this.#timers.set(timer.id, { scope, xstateId, timer, event })
    this.#effects.push({ type: 'timer.start', timer })
  }

  #stopTimer(scope: Scope, xstateId: string): void {
    const open = scope.timers.get(xstateId)
    if (open === undefined) return
    scope.timers.delete(xstateId)
    this.#timers.delete(open.timer.id)
    this.#effects.push({ type: 'timer.stop', id: open.timer.id })
  }
}

const originOf = ({ origin }: { origin?: string }): { origin?: string } => (origin === undefined ? {} : { origin })

const readEnd = (scope: Scope): ItemEnd | 'cancelled' => {
  const { value } = scope.snapshot
  const { fault, output } = contextOf(scope)
  if (value === COMPLETED) return { output }
  if (value === CANCELLED) return 'cancelled'
  if (fault === null) throw new Defect('J8: a machine failed without a fault')
  const step = fault.origin ?? (fault.step === '' ? scope.path : pathOf(scope, fault.step))
  return { fault: fault.fault, step }
}

const budgetExceeded = (limit: 'steps' | 'time' | 'cost_usd' | 'tokens', details: JsonObject = {}): FaultData => {
  const { allowed, spent, needed } = details
  const of = allowed === undefined ? '' : ` of ${allowed}`
  const why = needed === undefined ? '' : `: ${spent} is spent, and the next call may need ${needed}`
  return {
    code: 'budget_exceeded',
    message: `the run has reached limits.${limit}${of}${why}`,
    retryable: false,
    details: { limit, ...details },
  }
}
