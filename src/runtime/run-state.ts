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
import type { StartWay } from '../compiler/link/linked-step.ts'
import type { MachineEvent } from '../compiler/link/machine-event.ts'
import type { MachineContext } from '../compiler/machine-context.ts'
import { Defect } from '../core/defect.ts'
import type { JsonObject } from '../core/json.ts'
import { UNDO } from '../core/machine-ends.ts'
import { toolLoopMachine } from '../machines/tool-loop.ts'
import { type Undone, undoMachine } from '../machines/undo.ts'
import { toApprovalWait, toDecided, toEmitted, toEventWait, toSignalled } from './effects/answered-step.ts'
import { prepareCall } from './effects/prepare-call.ts'
import type { EndedRun, OpenEffect, OpenTimer, OpenWait, RunEffect } from './effects/run-effect.ts'
import { foldOf, type MachineEffect } from './fold.ts'
import type { MachineObserver } from './machine-observer.ts'
import type { CreatedData, Outcome, RunEvent } from './run-event.ts'
import { ItemPool } from './scope/item-pool.ts'
import { type AskedStep, contextOf, itemPath, loopPath, type OpenStep, pathOf, type Scope } from './scope/scope.ts'
import { limitExceeded, originOf, readEnd, type ScopeEnd, toRunEnd } from './scope/scope-end.ts'
import { UndoStack } from './scope/undo-stack.ts'
import { OpenTimers } from './waits/open-timers.ts'
import { OpenWaits, type WaitingStep } from './waits/open-waits.ts'
import { WorkQueue } from './work-queue.ts'

const TOOL_LOOP: Scope['linked'] = { machine: toolLoopMachine as never, steps: new Map() }
const UNDOING: Scope['linked'] = { machine: undoMachine as never, steps: new Map() }

export class RunState {
  readonly #workflow: CompiledWorkflow
  readonly #open = new Map<string, { scope: Scope; step: string; visit: number; effect: OpenEffect }>()
  readonly #timers = new OpenTimers()
  readonly #waits = new OpenWaits()
  readonly #undo = new UndoStack()
  readonly #queue: WorkQueue
  #effects: RunEffect[] = []
  #root: Scope | undefined
  #at = 0
  #stepsStarted = 0
  #undone: readonly Undone[] = []
  #end: EndedRun | undefined
  #observer: MachineObserver | undefined

  constructor(workflow: CompiledWorkflow) {
    this.#workflow = workflow
    this.#queue = new WorkQueue(workflow)
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
        if (event.data.timer === 'pause')
          return this.#queue.endPause(event.visit) ? this.#collect(event.at, () => {}) : undefined
        const due = this.#timers.take({ ...event, name: event.data.timer })
        if (due === undefined) return undefined
        return this.#collect(event.at, () => {
          this.#effects.push({ type: 'timer.stop', id: due.timer.id })
          this.#tell(due.scope, { type: due.event })
        })
      }
      case 'decision':
        return this.#decide(event)
      case 'signal':
        return this.#signal(event)
      case 'cancel':
        return this.#collect(event.at, () => this.#tell(root, { type: 'CANCEL' }))
      case 'budget':
        return this.#collect(event.at, () =>
          this.#tell(root, { type: 'BUDGET_EXCEEDED', fault: limitExceeded(event.data.limit, event.data.details) }),
        )
    }
  }

  /** Effects that have been asked for and have no outcome. */
  openEffects(): OpenEffect[] {
    return [...this.#open.values()].map(({ effect }) => effect)
  }

  openTimers(): OpenTimer[] {
    const { pause } = this.#queue
    return pause === undefined ? this.#timers.list() : [...this.#timers.list(), pause]
  }

  /** What only people and events from outside can bring to an end. */
  openWaits(): OpenWait[] {
    return this.#waits.list()
  }

  isOpen(path: string, visit: number): boolean {
    return this.#open.get(path)?.visit === visit
  }

  get end(): EndedRun | undefined {
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
    const pause = this.#queue.run(at)
    if (pause !== undefined && this.#end === undefined) this.#effects.push({ type: 'timer.start', timer: pause })
    return this.#effects
  }

  #decide({ at, path, visit, data }: Extract<RunEvent, { kind: 'decision' }>): RunEffect[] | undefined {
    const { wait } = this.#waits.find(path, visit) ?? {}
    if (wait?.kind !== 'approval') return undefined
    return this.#collect(at, () => {
      const waiting = this.#waits.close(path, visit)
      if (waiting === undefined) return
      this.#effects.push({ type: 'wait.close', wait })
      const { scope, step, call } = waiting
      if (call !== undefined && data.verdict === 'approved') this.#startCall(call, true)
      else this.#settle(scope, step, toDecided(wait, data, at))
    })
  }

  #signal({ at, data }: Extract<RunEvent, { kind: 'signal' }>): RunEffect[] | undefined {
    const taken = this.#waits.give(data)
    if (taken === 'full') return undefined
    return this.#collect(at, () => {
      if (taken === 'kept') return
      this.#effects.push({ type: 'wait.close', wait: taken.wait })
      this.#settle(taken.scope, taken.step, toSignalled(data))
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
    this.#undo.collect(scope)
    this.#take(scope, effects)
    return scope
  }

  #tell(scope: Scope, event: MachineEvent): void {
    if (scope.isClosed) return
    const [snapshot, effects] = scope.fold.step(scope.snapshot, { ...event, at: this.#at } as never)
    scope.snapshot = snapshot
    this.#observer?.told(scope, event)
    for (const undo of this.#undo.collect(scope)) this.#effects.push({ type: 'undo.keep', ...undo })
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
      else if (effect.type === 'schedule') this.#effects.push(this.#timers.start(scope, effect, this.#at))
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
    if (step === UNDO) {
      scope.open.set(UNDO, { visit: 1, pool: undefined, items: undefined })
      this.#startInner(scope, UNDO, { linked: UNDOING, path: UNDO, input: { calls: this.#undo.toCalls() } })
      return
    }
    const record = contextOf(scope).steps[step]
    const entered = record?.entered
    if (record === undefined || entered?.kind !== 'input')
      throw new Defect(`J4: step '${step}' started without an input`)
    scope.open.set(step, { visit: record.visits, pool: undefined, items: undefined })
    const way = scope.linked.steps.get(step)?.start ?? 'call'
    // A foreach does nothing but its items, which count.
    if (way !== 'items' && ++this.#stepsStarted > this.#workflow.limits.steps) this.#exceedSteps()
    const plan = this.#workflow.plans.get(entered.plan ?? step)
    const { input, key } = entered
    RunState.#STARTS[way](this, { scope, step, visit: record.visits, input, key, plan, at: this.#at })
  }

  /** How a step starts, by the way that the descriptor of its kind names. */
  static readonly #STARTS: { readonly [W in StartWay]: (state: RunState, asked: AskedStep) => void } = {
    call: (state, asked) => (asked.plan?.toolLoop ? state.#startToolLoop(asked) : state.#startCall(asked)),
    output: (state, asked) => state.#settleSoon(asked, { output: asked.input }),
    emit: (state, asked) => state.#emit(asked),
    items: (state, asked) => state.#startItems(asked),
    approval: (state, asked) => state.#ask(toApprovalWait(asked)),
    event: (state, asked) => state.#ask(toEventWait(asked)),
  }

  /** What needs no outside ends as soon as what is on its way before it has ended. */
  #settleSoon({ scope, step }: { scope: Scope; step: string }, outcome: Outcome): void {
    const open = scope.open.get(step)
    this.#queue.add(() => scope.open.get(step) === open && this.#settle(scope, step, outcome))
  }

  #emit(asked: AskedStep): void {
    const emitted = toEmitted(asked, { workflow: this.#workflow.name, key: asked.key })
    if ('event' in emitted) this.#effects.push({ type: 'emit', ...emitted })
    this.#settleSoon(asked, 'event' in emitted ? { output: {} } : emitted)
  }

  #ask(waiting: WaitingStep): void {
    const kept = this.#waits.takeKept(waiting)
    if (kept === undefined) {
      this.#waits.open(waiting)
      this.#effects.push({ type: 'wait.open', wait: waiting.wait })
    } else this.#settleSoon(waiting, toSignalled(kept))
  }

  /** An actor performs it: at once, or when somebody has agreed to it. */
  #startCall(asked: AskedStep, isApproved = false): void {
    const { scope, step, visit } = asked
    const prepared = prepareCall(asked, { root: contextOf(this.#root ?? scope), isApproved })
    if (prepared.kind === 'ask') this.#ask(prepared.waiting)
    else if (prepared.kind === 'fault') this.#settleSoon(asked, prepared)
    else {
      const { effect } = prepared
      this.#open.set(effect.path, { scope, step, visit, effect })
      this.#effects.push({ type: 'perform', effect })
    }
  }

  #exceedSteps(): void {
    const root = this.#root
    const fault = limitExceeded('steps', { allowed: this.#workflow.limits.steps })
    if (root !== undefined)
      this.#queue.addFirst(() => this.#end ?? this.#tell(root, { type: 'BUDGET_EXCEEDED', fault }))
  }

  #startItems({ scope, step, input: items }: AskedStep): void {
    const open = scope.open.get(step)
    const policy = this.#workflow.plans.get(step)?.foreach
    if (!policy || !open || !Array.isArray(items)) throw new Defect(`J4: foreach '${step}' started without a list`)
    open.pool = new ItemPool(items, policy)
    open.items = new Map()
    const outer = contextOf(scope)
    this.#queue.add(() => this.#fillItems(scope, step, { open, outer }))
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

  #startToolLoop({ scope, step, visit, input, plan }: AskedStep): void {
    const loop = { ...(input as JsonObject), step, ...plan?.toolLoop }
    this.#startInner(scope, step, { linked: TOOL_LOOP, path: loopPath(scope, { step, visit }), input: { loop } })
  }

  /** A machine of the runtime's own works inside a step, in a scope of its own. */
  #startInner(scope: Scope, step: string, inner: { linked: Scope['linked']; path: string; input: object }): void {
    const open = scope.open.get(step)
    if (open !== undefined) open.items = new Map()
    this.#queue.add(() => {
      if (open === undefined || scope.open.get(step) !== open) return
      const { linked, path, input } = inner
      this.#openScope(linked, { input: { ...input, at: this.#at }, path, parent: { scope, step, index: 0 } })
    })
  }

  #endScope(scope: Scope): void {
    const context = contextOf(scope)
    const end: ScopeEnd = readEnd(scope)
    this.#closeScope(scope)
    const { parent } = scope
    if (parent === undefined) {
      this.#end = toRunEnd(end, this.#undone)
      this.#effects.push({ type: 'ended', end: this.#end })
      return
    }
    const open = parent.scope.open.get(parent.step)
    if (open?.items?.get(parent.index) !== scope) return
    open.items.delete(parent.index)
    if (parent.step === UNDO) this.#undone = context.output as unknown as readonly Undone[]
    if (open.pool === undefined) {
      this.#settleSoon(
        parent,
        end === 'cancelled' ? { output: null } : 'fault' in end ? { fault: end.fault, origin: end.step } : end,
      )
      return
    }
    open.pool.end(parent.index, end === 'cancelled' ? { output: null } : end)
    // The items still to start close over what the first one did.
    this.#queue.add(() => this.#fillItems(parent.scope, parent.step, { open, outer: context.outer ?? context }))
  }

  /** Calls off all that a scope has open, its items included. */
  #closeScope(scope: Scope): void {
    if (!scope.isClosed) this.#observer?.closed(scope)
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
    const waiting = this.#waits.close(path, open.visit)
    if (waiting !== undefined) this.#effects.push({ type: 'wait.close', wait: waiting.wait })
    if (this.#open.get(path)?.visit === open.visit && this.#open.delete(path))
      this.#effects.push({ type: 'stop', path, visit: open.visit })
  }

  #stopTimer(scope: Scope, xstateId: string): void {
    const stopped = this.#timers.stop(scope, xstateId)
    if (stopped !== undefined) this.#effects.push(stopped)
  }
}
