/**
 * The state of a run: the fold of its journal. An event goes to the machine that it is for; the effects that follow come back as data.
 *
 * RunState decides which open effect, timer or wait an event fits. The scopes (scope/run-scopes.ts) own what is open.
 *
 * Invariants
 * 1. J4: nothing is performed, written or read from outside, no clock either: the same events give the same state and the same
 *    effects on any machine.
 * 2. J6: an event that fits nothing open is refused, not folded. XState would take a stale one for that of a newer visit.
 * 3. J5: the work of an event does not grow with what is already done.
 * 4. J7: an ended run takes no event.
 */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { MachineEvent } from '../compiler/link/machine-event.ts'
import type { EndedRun, OpenEffect, OpenTimer, OpenWait, RunEffect } from './effects/run-effect.ts'
import type { CreatedData, RunEvent } from './run-event.ts'
import type { MachineObserver } from './scope/machine-observer.ts'
import { RunScopes } from './scope/run-scopes.ts'
import type { Scope } from './scope/scope.ts'
import { limitExceeded } from './scope/scope-end.ts'
import { restoreState } from './snapshot/restore-state.ts'
import { saveState } from './snapshot/save-state.ts'
import type { SavedState } from './snapshot/saved-state.ts'
import { toDecided, toSignalled } from './waits/answered-step.ts'
import { addApproval, hasApproved, isComplete, toGivenDetails } from './waits/approval-progress.ts'

export class RunState {
  readonly #scopes: RunScopes
  /** A queued run, until it begins. */
  #queued: StartedRun | undefined
  #begunAt: number | undefined

  constructor(workflow: CompiledWorkflow) {
    this.#scopes = new RunScopes(workflow)
  }

  /** The state as plain data; undefined while it cannot be told so. */
  save(): SavedState | undefined {
    return saveState(this.#scopes, this.#begunAt)
  }

  /** A state that was saved. @throws Error when it does not fit the workflow */
  static restore(workflow: CompiledWorkflow, saved: SavedState): RunState {
    const state = new RunState(workflow)
    restoreState(saved, state.#scopes, workflow)
    state.#begunAt = saved.begunAt
    return state
  }

  /** Observes from now on; machines that run already are reported as opened. */
  observe(observer: MachineObserver): void {
    this.#scopes.observe(observer)
  }

  /** Folds the row `created`. A run that was queued has no machine before the row `begun`. */
  start(started: StartedRun): RunEffect[] {
    const effects = this.open(started)
    this.work()
    return effects
  }

  /** Folds one event. Undefined when it fits nothing open: then it changed nothing. */
  apply(event: RunEvent): RunEffect[] | undefined {
    const effects = this.take(event)
    if (effects !== undefined) this.work()
    return effects
  }

  /**
   * Does the work that `open` or `take` has left, such as `set` steps, while `goesOn`; its effects join those that they have returned.
   * False: some is left, and no other event may be folded before. Where it stops changes nothing.
   */
  work(goesOn: () => boolean = ALWAYS): boolean {
    return this.#scopes.work(goesOn)
  }

  /** The first part of `start`, before `work`. */
  open(started: StartedRun): RunEffect[] {
    if (started.data.queued !== true) return this.#begin(started)
    this.#queued = started
    return []
  }

  #begin({ runId, at, data }: StartedRun): RunEffect[] {
    this.#queued = undefined
    this.#begunAt = at
    const run = { id: runId, started_at: new Date(at).toISOString() }
    const input = { run, input: data.input, env: data.env, at, outer: null, item: null, index: 0 }
    return this.#scopes.collect(at, () => this.#scopes.openRoot(input))
  }

  /** The first part of `apply`, before `work`. */
  take(event: RunEvent): RunEffect[] | undefined {
    const { root, end } = this.#scopes
    if (end !== undefined) return undefined
    if (root === undefined) return this.#applyQueued(event)
    switch (event.kind) {
      case 'begun':
        return undefined
      case 'outcome':
        return this.#settle(event)
      case 'timer':
        return this.#fire(event)
      case 'decision':
        return this.#decide(event)
      case 'signal':
        return this.#signal(event)
      case 'cancel':
        return this.#interrupt({ at: event.at, type: 'CANCEL' })
      case 'budget': {
        if (event.data.limit === 'time' && this.isEnding) return undefined
        const fault = limitExceeded(event.data.limit, event.data.details)
        return this.#interrupt({ at: event.at, type: 'BUDGET_EXCEEDED', fault })
      }
    }
  }

  /** Before it begins, a run can be cancelled, and keeps signals for its waits. */
  #applyQueued(event: RunEvent): RunEffect[] | undefined {
    if (this.#queued === undefined) return undefined
    if (event.kind === 'begun') return this.#begin({ ...this.#queued, at: event.at })
    if (event.kind === 'cancel') return this.#scopes.collect(event.at, () => this.#scopes.endRun('cancelled'))
    return event.kind === 'signal' ? this.#signal(event) : undefined
  }

  /** When the run began, in epoch milliseconds; undefined: it is queued. */
  get begunAt(): number | undefined {
    return this.#begunAt
  }

  /** Effects without an outcome. */
  openEffects(): OpenEffect[] {
    return [...this.#scopes.open.values()].map(({ effect }) => effect)
  }

  openTimers(): OpenTimer[] {
    const { timers, items, queue } = this.#scopes
    return [...timers.list(), ...items.listTimers(), ...(queue.pause === undefined ? [] : [queue.pause])]
  }

  /** Waits that only people and events from outside can end. */
  openWaits(): OpenWait[] {
    return this.#scopes.waits.list()
  }

  openEffect(path: string): OpenEffect | undefined {
    return this.#scopes.open.get(path)?.effect
  }

  isOpen(path: string, visit: number): boolean {
    return this.#scopes.open.get(path)?.visit === visit
  }

  get end(): EndedRun | undefined {
    return this.#scopes.end
  }

  /** True while the steps of `finally` run, after the end of the run. */
  get isEnding(): boolean {
    return this.#scopes.isEnding
  }

  get root(): Scope | undefined {
    return this.#scopes.root
  }

  get stepsStarted(): number {
    return this.#scopes.stepsStarted
  }

  /** Steps that were undone, and that could not be, in order. */
  get undone(): NonNullable<EndedRun['undone']> {
    return this.#scopes.undoing.undone
  }

  #interrupt({ at, ...event }: MachineEvent & { at: number }): RunEffect[] {
    return this.#scopes.collect(at, () => this.#scopes.interrupt(event))
  }

  #settle({ at, path, visit, data }: EventOf<'outcome'>): RunEffect[] | undefined {
    const scopes = this.#scopes
    const open = scopes.open.get(path)
    if (open === undefined || open.visit !== visit) return undefined
    return scopes.collect(at, () => scopes.settleEffect(open, { ...data, attempts: data.attempt }))
  }

  #fire({ at, path, visit, data: { timer: name } }: EventOf<'timer'>): RunEffect[] | undefined {
    const scopes = this.#scopes
    if (name === 'pause') return scopes.queue.endPause(visit) ? scopes.collect(at, () => {}) : undefined
    if (name === 'rate') {
      const goOn = scopes.items.takePace({ path, visit })
      return goOn && scopes.collect(at, goOn)
    }
    const due = scopes.timers.take({ path, visit, name })
    if (due === undefined) return undefined
    const { wait } = scopes.waits.find(path, visit) ?? {}
    return scopes.collect(at, () => {
      scopes.add({ type: 'timer.stop', id: due.timer.id })
      scopes.tell(due.scope, { type: due.event, ...toShortfall(wait) })
    })
  }

  #decide({ at, path, visit, data }: EventOf<'decision'>): RunEffect[] | undefined {
    const scopes = this.#scopes
    const { wait } = scopes.waits.find(path, visit) ?? {}
    if (wait?.kind !== 'approval') return undefined
    if (data.verdict === 'rejected') return this.#endWait(wait, { at, data })
    if (hasApproved(wait, data.by)) return undefined
    const approved = addApproval(wait, data, at)
    if (isComplete(approved)) return this.#endWait(wait, { at, data })
    return scopes.collect(at, () => {
      scopes.waits.change(approved)
      scopes.add({ type: 'wait.change', wait: approved })
    })
  }

  #endWait(
    wait: Extract<OpenWait, { kind: 'approval' }>,
    { at, data }: Pick<EventOf<'decision'>, 'at' | 'data'>,
  ): RunEffect[] {
    const scopes = this.#scopes
    return scopes.collect(at, () => {
      const waiting = scopes.waits.close(wait.path, wait.visit)
      if (waiting === undefined) return
      scopes.add({ type: 'wait.close', wait })
      const { scope, step, call } = waiting
      if (call !== undefined && data.verdict === 'approved') scopes.startCall(call, true)
      else scopes.settle(scope, step, toDecided(wait, data, at))
    })
  }

  #signal({ at, data }: EventOf<'signal'>): RunEffect[] | undefined {
    const scopes = this.#scopes
    const taken = scopes.waits.give(data)
    if (taken === 'full') return undefined
    return scopes.collect(at, () => {
      if (taken === 'kept') return
      scopes.add({ type: 'wait.close', wait: taken.wait })
      scopes.settle(taken.scope, taken.step, toSignalled(data))
    })
  }
}

const ALWAYS = (): boolean => true

/** The row `created` of a run. */
interface StartedRun {
  runId: string
  at: number
  data: CreatedData
}

/** The approvals that were there, for the fault of a timeout. */
const toShortfall = (wait: OpenWait | undefined): Pick<MachineEvent, 'shortfall'> => {
  if (wait?.kind !== 'approval' || wait.count === 1) return {}
  const { count, decisions } = wait
  const people = decisions.length === 0 ? '' : `: ${decisions.map(({ by }) => by).join(', ')}`
  const message = `${decisions.length} of ${count} people had approved${people}`
  return { shortfall: { message, details: toGivenDetails(wait) } }
}

type EventOf<K extends RunEvent['kind']> = Extract<RunEvent, { kind: K }>
