/**
 * Taking over: how a lease holder starts with the effects that are open in a run.
 *
 * The effects of a new run are simply started. Those of a resumed run may have been started by an earlier lease holder, so that
 * their outcome is unknown: they are suspected until this process starts them again.
 *
 * Invariants
 * 1. Before a suspected effect is started again, its `lost` row is durable: the lost attempt counts, and its worst case is charged.
 * 2. An effect that surely has not begun is never suspected: it was asked for during a pause, or its holder left with nothing in
 *    flight. The `left` row which says that such effects begin now is durable before the first of them starts.
 * 3. A child run is never suspected: its id follows from its effect, so starting it again finds the same run.
 * 4. Deadlines that came due while no process held the run fire first, since they may stop open effects. The bound of `finally` does
 *    not, unless it only waits: what cleans up after a run must not be lost because its process was down.
 */
import type { Clock } from '../core/clock.ts'
import { FINALLY_MS } from '../core/machine-ends.ts'
import type { JournalRow } from '../store/journal-row.ts'
import type { RunChange, TimerRecord } from '../store/store.ts'
import type { Budget } from './budget/budget.ts'
import { nextAttempt, toEffectId } from './effects/effect-history.ts'
import type { EffectRunner } from './effects/effect-runner.ts'
import { isChildRun, isCleanup, type OpenEffect } from './effects/run-effect.ts'
import type { RecoveredRun } from './recovery.ts'
import { toApprovalRecord } from './run-change.ts'
import type { RunEvent } from './run-event.ts'
import type { RunJournal } from './run-journal.ts'
import type { RunOptions } from './run-options.ts'
import { isFinallyBound } from './waits/open-timers.ts'
import type { RunAlarms } from './waits/run-alarms.ts'

export interface TakeOverOptions {
  recovered: RecoveredRun
  journal: RunJournal
  alarms: RunAlarms
  runner: EffectRunner
  budget: Budget | undefined
  clock: Clock
}

/** Author of the cancel of a run whose time in the queue is over. */
const EXPIRED = 'flow: its time in the queue is over'

export class TakeOver {
  readonly #options: TakeOverOptions
  readonly #suspected = new Set<string>()

  constructor(options: TakeOverOptions) {
    this.#options = options
  }

  /** Arms the deadlines of the run and fires those that are due. Returns the timers that the store does not have yet. */
  armTimers({ isResumed }: { isResumed: boolean }): TimerRecord[] {
    const { recovered, alarms } = this.#options
    const timers = recovered.state.openTimers()
    alarms.armRun()
    for (const timer of timers.toSorted((a, b) => a.dueAt - b.dueAt))
      if (!isFinallyBound(timer)) alarms.armOrFire(timer)
    this.#armFinallyBound()
    return isResumed ? [] : [...timers, ...alarms.ofRun]
  }

  /** Steps of `finally` that no process performed meanwhile have the whole time again. */
  #armFinallyBound(): void {
    const { recovered, alarms, clock } = this.#options
    const bound = recovered.state.openTimers().find(isFinallyBound)
    if (bound === undefined) return
    if (recovered.state.openEffects().length === 0) alarms.armOrFire(bound)
    else alarms.arm({ ...bound, dueAt: clock.now() + FINALLY_MS })
  }

  /** The first event of a run that was queued. `isExpired`: its time in the queue is over, so that it is cancelled. */
  toBegin({ isExpired = false }: Pick<RunOptions, 'isExpired'>): { event: RunEvent; begunAt?: number } {
    const at = this.#options.clock.now()
    if (isExpired) return { event: { kind: 'cancel', at, data: { by: EXPIRED } } }
    return { event: { kind: 'begun', at, data: {} }, begunAt: at }
  }

  /** Arms the deadline of a run that begins, if it has one, and has the store keep it. */
  armRun(): void {
    const { alarms, journal } = this.#options
    alarms.armRun()
    if (alarms.ofRun.length > 0) journal.write({ timersSet: alarms.ofRun }, () => {})
  }

  /**
   * The effects that start now, and the change that must be durable before the first of them does. Of a resumed run, each effect
   * that may have begun is suspected from now on.
   */
  plan(
    effects: readonly OpenEffect[],
    { isResumed, isPaused }: { isResumed: boolean; isPaused: boolean },
  ): { wanted: OpenEffect[]; change: RunChange } {
    if (isResumed)
      for (const effect of effects)
        if (!isChildRun(effect) && this.#mayHaveBegun(effect)) this.#suspected.add(toEffectId(effect))
    const wanted = effects.filter((effect) => !isPaused || this.#startsInPause(effect))
    return { wanted, change: this.#toChange(wanted, { isPaused }) }
  }

  #mayHaveBegun(effect: OpenEffect): boolean {
    return !this.#options.recovered.untouched.has(toEffectId(effect)) && !this.#isPausing(effect)
  }

  /** True in a long pause between two attempts: nothing is in flight. */
  #isPausing(effect: OpenEffect): boolean {
    return this.#options.recovered.histories.of(effect).retryAt !== undefined
  }

  /** A child run goes on, and pauses itself. A long pause between two attempts goes on; its end is held back (long-pauses.ts). */
  #startsInPause(effect: OpenEffect): boolean {
    return isCleanup(effect) || this.#isPausing(effect) || (isChildRun(effect) && this.#mayHaveBegun(effect))
  }

  #toChange(effects: readonly OpenEffect[], { isPaused }: { isPaused: boolean }): RunChange {
    const { recovered } = this.#options
    const begins = recovered.untouched.size > 0 && !isPaused ? [this.toLeftRow(false)] : []
    // The store has no approval of a new run. A newer release may ask the approvals of a resumed run in other words.
    const asked = recovered.state
      .openWaits()
      .flatMap((wait) => (wait.kind === 'approval' ? [toApprovalRecord(wait)] : []))
    return {
      rows: [...begins, ...this.toLostRows(effects)],
      ...(asked.length === 0 ? {} : { approvalsOpened: asked }),
    }
  }

  /** The rows without which these effects may not start. */
  toLostRows(effects: readonly OpenEffect[]): JournalRow[] {
    return effects.filter((effect) => this.#suspected.has(toEffectId(effect))).map((effect) => this.#toLostRow(effect))
  }

  /** `isLeft`: nothing is in flight any more. Else: what was left so begins now. */
  toLeftRow(isLeft: boolean): JournalRow {
    const { journal, clock } = this.#options
    return journal.row({ kind: 'left', at: clock.now(), path: '', visit: 0, data: { is_left: isLeft } })
  }

  /** Starts an effect; a suspected one as lost. */
  start(effect: OpenEffect): void {
    const { runner, recovered } = this.#options
    const isLost = this.#suspected.delete(toEffectId(effect))
    runner.start(effect, { history: recovered.histories.of(effect), isLost })
  }

  #toLostRow(effect: OpenEffect): JournalRow {
    const { recovered, runner, budget, journal, clock } = this.#options
    const { path, visit } = effect
    const history = recovered.histories.of(effect)
    const charged = runner.worstCaseOf(effect, history)
    if (charged !== undefined) budget?.charge(path, charged)
    const data = { attempt: nextAttempt(history), ...(charged && { charged: { ...charged } }) }
    return journal.row({ kind: 'lost', at: clock.now(), path, visit, data })
  }
}
