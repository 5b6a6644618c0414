/**
 * The scopes of a run: its root machine, and one machine for each running foreach item, tool loop and undoing. This file passes
 * machines events, takes the effects that they ask for, and turns those into effects of the run.
 *
 * It owns the open effects, timers, waits and items, and the queue of work without an effect.
 *
 * Invariants
 * 1. An effect that a machine starts and stops within one step never happens.
 * 2. An effect, timer or wait is open until it is settled or stopped; both remove it, so that a late outcome fits nothing.
 * 3. Closing a scope stops everything open in it, its inner scopes included. A closed scope takes no event.
 * 4. Steps without an effect, ended items and inner machines are settled through the queue, in order: a long chain of them
 *    neither deepens the stack nor keeps other runs from their turn.
 */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { StartWay } from '../../compiler/link/linked-step.ts'
import type { MachineEvent } from '../../compiler/link/machine-event.ts'
import { Defect } from '../../core/defect.ts'
import type { JsonObject } from '../../core/json.ts'
import { UNDO } from '../../core/machine-ends.ts'
import { removeFrom } from '../../core/remove-from.ts'
import { prepareCall } from '../effects/prepare-call.ts'
import type { EndedRun, RunEffect } from '../effects/run-effect.ts'
import { foldOf, type MachineEffect } from '../fold.ts'
import type { FinallyCut, Outcome } from '../run-event.ts'
import { findTooFew, toApprovalWait, toEmitted, toEventWait, toSignalled } from '../waits/answered-step.ts'
import { OpenTimers } from '../waits/open-timers.ts'
import { OpenWaits, type WaitingStep } from '../waits/open-waits.ts'
import { readFinallyCut, toEndingEffects } from './finally.ts'
import { ItemScopes, type OpenOutcome } from './item-scopes.ts'
import { type MachineObserver, MachineObservers } from './machine-observer.ts'
import { type Folded, PacedFolds } from './paced-folds.ts'
import { type AskedStep, contextOf, loopPath, pathOf, type Scope, type ScopePlace, TOOL_LOOP } from './scope.ts'
import { limitExceeded, readEnd, type ScopeEnd, toOutcomeEvent, toRunEnd } from './scope-end.ts'
import { isCompensation, isUndoState, UNDOING, Undoing } from './undoing.ts'
import { WorkQueue } from './work-queue.ts'

export class RunScopes {
  readonly open = new Map<string, OpenOutcome>()
  readonly timers = new OpenTimers()
  readonly waits = new OpenWaits()
  readonly queue: WorkQueue
  readonly undoing: Undoing
  readonly #workflow: CompiledWorkflow
  readonly items: ItemScopes
  /** Effects of the event that is being folded. */
  #effects: RunEffect[] = []
  /** Time of that event. */
  #at = 0
  #root: Scope | undefined
  #stepsStarted = 0
  #end: EndedRun | undefined
  readonly #observers = new MachineObservers()
  readonly #folds = new PacedFolds()

  constructor(workflow: CompiledWorkflow) {
    this.#workflow = workflow
    this.queue = new WorkQueue(workflow)
    this.undoing = new Undoing(workflow.plans)
    this.items = new ItemScopes({
      bodies: workflow.bodies,
      queue: this.queue,
      now: () => this.#at,
      openScope: (linked, place, later) => this.#openScope(linked, place, later),
      closeScope: (scope) => this.#closeScope(scope),
      settle: ({ scope, step }, outcome) => this.settle(scope, step, outcome),
      perform: (place, effect) =>
        this.#perform({ ...place, visit: effect.visit, effect: this.isEnding ? { ...effect, isFinal: true } : effect }),
      addEffect: (effect) => this.add(effect),
      stopEffect: (path) => this.#stopEffect(path),
    })
  }

  get root(): Scope | undefined {
    return this.#root
  }

  get end(): EndedRun | undefined {
    return this.#end
  }

  get stepsStarted(): number {
    return this.#stepsStarted
  }

  /** Observes from now on; machines that run already are reported as opened. */
  observe(observer: MachineObserver): void {
    this.#observers.add(observer, this.#root)
  }

  /** Folds one event but for the work that it queues. The effects of that join the returned ones. */
  collect(at: number, happen: () => void): RunEffect[] {
    this.#at = at
    this.queue.begin()
    this.#effects = []
    happen()
    return this.#effects
  }

  /** Does the queued work of the event, up to a bound. False: `goesOn` has stopped it before. */
  work(goesOn: () => boolean): boolean {
    if (!this.#folds.goOn(goesOn) || !this.queue.run(goesOn, this.#folds)) return false
    const pause = this.queue.startPause(this.#at)
    if (pause !== undefined && this.#end === undefined) this.#effects.push({ type: 'timer.start', timer: pause })
    return true
  }

  add(effect: RunEffect): void {
    this.#effects.push(effect)
  }

  openRoot(input: object): void {
    this.#openScope(this.#workflow.root, { input, path: '', parent: undefined })
  }

  /** False: it is opened in a later slice, and `later` called then. */
  #openScope(linked: Scope['linked'], place: ScopePlace, later?: () => void): boolean {
    const { input, path, parent } = place
    const fold = foldOf(linked.machine)
    const folded = this.#folds.start(fold, input)
    if (folded === undefined) {
      this.#folds.leave(() => this.#openScope(linked, place, later) && later?.())
      return false
    }
    const [snapshot, effects] = folded
    const scope: Scope = { path, linked, fold, snapshot, parent, open: new Map(), timers: new Map(), isClosed: false }
    if (parent !== undefined) parent.scope.open.get(parent.step)?.items?.set(parent.index, scope)
    else this.#root = scope
    this.#observers.opened(scope)
    this.undoing.open(scope)
    this.#effects.push(...toEndingEffects(contextOf(scope), undefined))
    this.#take(scope, effects)
    return true
  }

  /** Puts the machines of a snapshot in the place of none (snapshot/restore-state.ts). */
  restore(root: Scope, stepsStarted: number): void {
    this.#root = root
    this.#stepsStarted = stepsStarted
  }

  /** True while the steps of `finally` run, after the end of the run. */
  get isEnding(): boolean {
    return this.#root !== undefined && contextOf(this.#root).ending !== undefined
  }

  tell(scope: Scope, event: MachineEvent): void {
    if (scope.isClosed) return
    const folded = this.#folds.step(scope, { ...event, at: this.#at })
    if (folded === undefined) this.#folds.leave(() => this.tell(scope, event))
    else this.#told(scope, event, folded)
  }

  #told(scope: Scope, event: MachineEvent, [snapshot, effects]: Folded): void {
    const { ending } = contextOf(scope)
    scope.snapshot = snapshot
    this.#observers.told(scope, event)
    this.#effects.push(...this.undoing.collect(scope), ...toEndingEffects(contextOf(scope), ending))
    this.#take(scope, effects)
  }

  /** Tells the root of a cancel or an exceeded limit, behind the compensating calls in flight. */
  interrupt(event: MachineEvent): void {
    if (this.#root === undefined || this.#end !== undefined) return
    const busy = this.undoing.holdUp(event)
    if (busy.length === 0) this.tell(this.#root, event)
    for (const scope of busy) this.tell(scope, { type: 'HALT' })
  }

  /** Gives an open step its outcome. */
  settle(scope: Scope, step: string, outcome: Outcome & { attempts?: number }): void {
    if (scope.open.delete(step)) this.tell(scope, toOutcomeEvent(step, outcome))
  }

  /** Takes the effects of one step of a machine. */
  #take(scope: Scope, effects: readonly MachineEffect[]): void {
    const started: string[] = []
    for (const effect of effects) {
      if (effect.type === 'spawn') started.push(effect.id)
      else if (effect.type === 'stop') removeFrom(started, effect.id) || this.#stop(scope, effect.id)
      else if (effect.type === 'schedule') this.#effects.push(this.timers.start(scope, effect, this.#at))
      else this.#stopTimer(scope, effect.timer)
    }
    const { status, error: cause } = scope.snapshot
    if (status === 'error') throw new Defect(`J8: a machine failed by itself: ${String(cause)}`, { cause })
    if (status === 'done') this.#endScope(scope)
    else for (const step of started) this.#startStep(scope, step)
  }

  #startStep(scope: Scope, step: string): void {
    if (isUndoState(step)) {
      scope.open.set(step, { visit: 1, pool: undefined, items: undefined })
      const toInput = (): object => ({ calls: this.undoing.take(scope, step) })
      this.#startInner(scope, step, { linked: UNDOING, path: UNDO, toInput })
      return
    }
    const record = contextOf(scope).steps[step]
    const entered = record?.entered
    if (record === undefined || entered?.kind !== 'input')
      throw new Defect(`J4: step '${step}' started without an input`)
    scope.open.set(step, { visit: record.visits, pool: undefined, items: undefined })
    const way = scope.linked.steps.get(step)?.start ?? 'call'
    // Of a foreach only its items count. Steps of `finally` and compensating calls run also when the limit is used up.
    const counts = way !== 'items' && !this.isEnding && !isCompensation(scope)
    const { steps: allowed } = this.#workflow.limits
    if (counts && ++this.#stepsStarted > allowed)
      this.queue.addFirst(() => this.interrupt({ type: 'BUDGET_EXCEEDED', fault: limitExceeded('steps', { allowed }) }))
    const plan = this.#workflow.plans.get(entered.plan ?? step)
    const { input, key } = entered
    const { visits: visit, bounds = {} } = record
    RunScopes.#STARTS[way](this, { scope, step, visit, input, key, plan, bounds, at: this.#at })
  }

  /** How a step starts, by the way that the descriptor of its kind names. */
  static readonly #STARTS: { readonly [W in StartWay]: (state: RunScopes, asked: AskedStep) => void } = {
    call: (state, asked) => (asked.plan?.toolLoop ? state.#startToolLoop(asked) : state.startCall(asked)),
    output: (state, asked) => state.#settleSoon(asked, { output: asked.input }),
    emit: (state, asked) => state.#emit(asked),
    items: (state, asked) => state.items.start(asked),
    approval: (state, asked) => state.#askPeople(asked),
    event: (state, asked) => state.#ask(toEventWait(asked)),
  }

  /** Settles a step without an effect, behind the work that is queued before it. */
  #settleSoon({ scope, step }: { scope: Scope; step: string }, outcome: Outcome): void {
    const open = scope.open.get(step)
    this.queue.add(() => scope.open.get(step) === open && this.settle(scope, step, outcome))
  }

  #emit(asked: AskedStep): void {
    const emitted = toEmitted(asked, { workflow: this.#workflow.name, key: asked.key })
    if ('event' in emitted) this.#effects.push({ type: 'emit', ...emitted })
    this.#settleSoon(asked, 'event' in emitted ? { output: {} } : emitted)
  }

  #askPeople(asked: AskedStep): void {
    const waiting = toApprovalWait(asked)
    const fault = findTooFew(waiting)
    if (fault === undefined) this.#ask(waiting)
    else this.#settleSoon(asked, { fault })
  }

  #ask(waiting: WaitingStep): void {
    const kept = this.waits.takeKept(waiting)
    if (kept === undefined) {
      this.waits.open(waiting)
      this.#effects.push({ type: 'wait.open', wait: waiting.wait })
    } else this.#settleSoon(waiting, toSignalled(kept))
  }

  /** Starts a step that an actor performs: at once, or when its approval is given. */
  startCall(asked: AskedStep, isApproved = false): void {
    const { scope, step, visit } = asked
    const prepared = prepareCall(asked, { root: contextOf(this.#root ?? scope), isApproved })
    if (prepared.kind === 'ask') this.#ask(prepared.waiting)
    else if (prepared.kind === 'fault') this.#settleSoon(asked, prepared)
    else this.#perform({ scope, step, visit, effect: prepared.effect })
  }

  #perform(open: OpenOutcome): void {
    this.open.set(open.effect.path, open)
    this.#effects.push({ type: 'perform', effect: open.effect })
  }

  /** Gives an effect its outcome. */
  settleEffect({ effect: { path }, part, scope, step }: OpenOutcome, outcome: Outcome & { attempts: number }): void {
    this.open.delete(path)
    if (part === undefined) this.settle(scope, step, outcome)
    else this.items.takeOutcome({ scope, step, part }, outcome)
  }

  #startToolLoop({ scope, step, visit, input, plan, bounds }: AskedStep): void {
    const loop = { ...(input as JsonObject), step, ...plan?.toolLoop, bounds }
    this.#startInner(scope, step, {
      linked: TOOL_LOOP,
      path: loopPath(scope, { step, visit }),
      toInput: () => ({ loop }),
    })
  }

  /** Opens a machine of the runtime inside a step, in a scope of its own. */
  #startInner(scope: Scope, step: string, inner: { linked: Scope['linked']; path: string; toInput(): object }): void {
    const open = scope.open.get(step)
    if (open !== undefined) open.items = new Map()
    this.queue.add(() => {
      if (open === undefined || scope.open.get(step) !== open) return
      const input = { ...inner.toInput(), at: this.#at }
      this.#openScope(inner.linked, { input, path: inner.path, parent: { scope, step, index: 0 } })
    })
  }

  endRun(end: ScopeEnd, finallyCut?: FinallyCut): void {
    this.#end = toRunEnd(end, { undone: this.undoing.undone, finallyCut })
    if (finallyCut !== undefined) this.#effects.push({ type: 'finally.cut', cut: finallyCut })
    this.#effects.push({ type: 'ended', end: this.#end })
  }

  #endScope(scope: Scope): void {
    const end: ScopeEnd = readEnd(scope)
    this.#closeScope(scope)
    const { parent } = scope
    if (parent === undefined) {
      this.endRun(end, readFinallyCut(scope))
      return
    }
    const open = parent.scope.open.get(parent.step)
    if (open?.items?.get(parent.index) !== scope) return
    open.items.delete(parent.index)
    const result = end === 'cancelled' ? { output: null } : end
    if (open.pool === undefined) {
      this.#settleSoon(parent, 'fault' in result ? { fault: result.fault, origin: result.step } : result)
      return
    }
    open.pool.end(parent.index, result)
    this.items.goOn(parent, open)
  }

  /** Stops everything that a scope has open, its inner scopes included. */
  #closeScope(scope: Scope): void {
    if (!scope.isClosed) this.#observers.closed(scope)
    scope.isClosed = true
    this.#effects.push(...this.undoing.close(scope))
    for (const step of [...scope.open.keys()]) this.#stop(scope, step)
    for (const timer of [...scope.timers.keys()]) this.#stopTimer(scope, timer)
    const waiting = this.undoing.takeWaiting()
    if (waiting !== undefined) this.queue.addFirst(() => this.interrupt(waiting))
  }

  #stop(scope: Scope, step: string): void {
    const open = scope.open.get(step)
    if (open === undefined) return
    scope.open.delete(step)
    for (const item of open.items?.values() ?? []) this.#closeScope(item)
    this.items.stop({ scope, step }, open)
    const path = pathOf(scope, step)
    const waiting = this.waits.close(path, open.visit)
    if (waiting !== undefined) this.#effects.push({ type: 'wait.close', wait: waiting.wait })
    if (this.open.get(path)?.visit === open.visit) this.#stopEffect(path)
  }

  #stopEffect(path: string): void {
    const open = this.open.get(path)
    if (open !== undefined && this.open.delete(path)) this.#effects.push({ type: 'stop', path, visit: open.visit })
  }

  #stopTimer(scope: Scope, xstateId: string): void {
    const stopped = this.timers.stop(scope, xstateId)
    if (stopped !== undefined) this.#effects.push(stopped)
  }
}
