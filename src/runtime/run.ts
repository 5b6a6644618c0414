/**
 * One run in this process: takes events, folds each, has it written, and carries out what follows.
 *
 * It owns the order of these things, and the phase (run-phase.ts). Durability belongs to the journal (run-journal.ts), the state to
 * the fold (run-state.ts), attempts to the effect runner, and effects that an earlier lease holder may have started to take-over.ts.
 *
 * Invariants
 * 1. Each event passes through `#happen`: it is folded (run-events.ts), its row is written, and its effects are carried out when the row
 *    is durable (J1).
 * 2. An event that fits nothing open becomes the note `late` and changes nothing (J6).
 * 3. Nothing is written behind an end (J7).
 * 4. A Defect ends the run as failed with it, not the process (J8).
 * 5. A message is redacted before it is read (J9), and is taken once: its id is kept until it is durable that it was taken.
 * 6. The run has left only when its actors have come back (effects/await-actors.ts): the next holder may start them again at once.
 */
import type { JournalRow, Untimed } from '../store/journal-row.ts'
import type { Claim, InboxMessage, RunChange, RunEnd, UsageTotals } from '../store/store.ts'
import { addUsage } from './budget/usage-totals.ts'
import { awaitActors } from './effects/await-actors.ts'
import type { EffectRunner } from './effects/effect-runner.ts'
import { type LongPauses, toPauseKept } from './effects/long-pauses.ts'
import { type Aftermath, isChildRun, isCleanup, type OpenEffect, type RunEffect } from './effects/run-effect.ts'
import type { RecoveredRun } from './recovery.ts'
import type { RunChanges } from './run-change.ts'
import type { AttemptFigures, RunEvent } from './run-event.ts'
import type { FoldedEvent, RunEvents } from './run-events.ts'
import type { RunJournal } from './run-journal.ts'
import type { RunOptions } from './run-options.ts'
import { createRunParts, type Taken } from './run-parts.ts'
import { nextPhase, type PhaseChange, type RunPhase, takesEvents } from './run-phase.ts'
import type { RunRest } from './run-rest.ts'
import type { RunState } from './run-state.ts'
import { toDefectEnd } from './scope/scope-end.ts'
import type { TakeOver } from './take-over.ts'
import type { Asked, Refused } from './waits/read-message.ts'
import type { RunAlarms } from './waits/run-alarms.ts'
import type { RunInbox } from './waits/run-inbox.ts'

/** How a run left this process. */
export type RunExit =
  | ({ kind: 'ended'; end: RunEnd; durationMs: number } & Aftermath)
  /** Nothing to do until a timer is due or a message comes. */
  | { kind: 'waiting' }
  /** Another process holds the lease. */
  | { kind: 'lost' }
  /** Its holder let go of it. */
  | { kind: 'left' }
  /** The store failed. The run can be resumed. */
  | { kind: 'broken'; cause: unknown }

export class Run {
  readonly id: string
  /** The workflow's name. */
  readonly workflow: string
  readonly claim: Claim
  /** Resolves when the run has left this process, with its actors back. Never rejects. */
  readonly exited: Promise<RunExit>
  readonly #options: RunOptions
  readonly #recovered: RecoveredRun
  readonly #state: RunState
  readonly #runner: EffectRunner
  readonly #alarms: RunAlarms
  readonly #journal: RunJournal
  readonly #inbox: RunInbox
  readonly #changes: RunChanges
  readonly #events: RunEvents<Taken>
  readonly #takeOver: TakeOver
  readonly #pauses: LongPauses
  readonly #rest: RunRest
  #exit: (exit: RunExit) => void = () => {}
  #phase: RunPhase
  #usage: UsageTotals

  constructor(recovered: RecoveredRun, options: RunOptions) {
    const { claim, workflow, isPaused = false } = options
    this.id = claim.runId
    this.claim = claim
    this.workflow = workflow.name
    this.#options = options
    this.#recovered = recovered
    this.#state = recovered.state
    this.#phase = { kind: 'running', isPaused }
    this.#usage = recovered.usage
    const parts = createRunParts(recovered, options, {
      happen: (event) => this.#happen(event),
      folded: (one) => this.#keep(one),
      idle: () => this.#idle(),
      take: (asked, taken) => this.#take(asked, taken),
      note: (note) => this.#note(note),
      isHeldBack: (effect) => this.#isHeldBack(effect),
      count: (figures) => this.#count(figures),
      returned: () => this.leaveWhenQuiet(),
      leave: (exit) => this.leave(exit),
      isCalm: () => this.#phase.kind === 'running' && !this.isPaused,
    })
    this.#alarms = parts.alarms
    this.#runner = parts.runner
    this.#journal = parts.journal
    this.#inbox = parts.inbox
    this.#changes = parts.changes
    this.#events = parts.events
    this.#takeOver = parts.takeOver
    this.#pauses = parts.pauses
    this.#rest = parts.rest
    this.exited = new Promise((resolve) => {
      this.#exit = resolve
    })
  }

  /** The state so far, for views. */
  get state(): RunState {
    return this.#state
  }

  get isPaused(): boolean {
    return this.#phase.isPaused
  }

  /** Starts the open effects: all of a new run, and those of a resumed run that have no outcome. */
  start({ isResumed, messages = [] }: { isResumed: boolean; messages?: readonly InboxMessage[] }): void {
    const { defect, initial, contexts } = this.#recovered
    this.#options.watch({ type: 'run.changed', contexts: contexts.take() })
    // Here and nowhere else, whichever way the run goes on: the first fold may have ended it already.
    const first = this.#changes.ofFirstFold(initial)
    if (first !== undefined) this.#journal.write(first, () => {})
    if (defect !== undefined) this.#write({}, [toDefectEnd(defect)])
    else if (this.#state.end !== undefined) this.#write({}, [{ type: 'ended', end: this.#state.end }])
    else this.#goOn(isResumed, messages)
  }

  #goOn(isResumed: boolean, messages: readonly InboxMessage[]): void {
    // Effects that the messages bring about are new: no earlier lease holder has started them.
    const before = this.#state.openEffects()
    // First the messages: a run that was cancelled while no process held it starts nothing more.
    this.receive(...messages)
    this.#inbox.whenRead(() => {
      if (this.#state.begunAt === undefined) this.#begin()
      else this.#startOpen(before, isResumed)
    })
  }

  /** Begins a run that was queued: its deadlines count from now. One whose time in the queue is over ends instead. */
  #begin(): void {
    const { event, ...begun } = this.#takeOver.toBegin(this.#options)
    this.#happen(event, begun)
    if (takesEvents(this.#phase)) this.#takeOver.armRun()
  }

  #startOpen(before: readonly OpenEffect[], isResumed: boolean): void {
    if (!takesEvents(this.#phase)) return
    const timersSet = this.#takeOver.armTimers({ isResumed })
    if (!takesEvents(this.#phase)) return
    const effects = before.filter(({ path, visit }) => this.#state.isOpen(path, visit))
    const { wanted, change } = this.#takeOver.plan(effects, { isResumed, isPaused: this.isPaused })
    this.#journal.write({ ...change, timersSet }, () => {
      for (const effect of wanted) this.#start(effect)
      this.leaveWhenQuiet()
    })
  }

  /** True for effects that a pause holds back. */
  #isHeldBack(effect: OpenEffect): boolean {
    return this.isPaused && !isCleanup(effect)
  }

  #start(effect: OpenEffect): void {
    const { path, visit } = effect
    if (this.#phase.kind !== 'running' || !this.#state.isOpen(path, visit) || this.#runner.isRunning(path, visit))
      return
    this.#takeOver.start(effect)
  }

  /** Takes messages of the inbox, in order of arrival. */
  receive(...messages: readonly InboxMessage[]): void {
    if (takesEvents(this.#phase)) this.#inbox.receive(messages)
  }

  #take(asked: Asked, taken: Taken): void {
    if (!takesEvents(this.#phase)) return
    if (asked.kind === 'event') this.#happen(asked.event, taken)
    else if (asked.kind === 'pause') this.#pause(asked, taken)
    else this.#write({ rows: [this.#toRefusedRow(asked)], ...taken }, [])
  }

  #toRefusedRow({ path, visit, data }: Refused): JournalRow {
    return this.#journal.row({ kind: 'late', at: this.#now(), path, visit, data })
  }

  #pause({ isPaused, by }: { isPaused: boolean; by: string }, taken: Taken): void {
    this.#change({ type: 'pause', isPaused })
    const data = { is_paused: isPaused, by }
    const row = this.#journal.row({ kind: 'pause', at: this.#now(), path: '', visit: 0, data })
    const effects = isPaused ? [] : this.#state.openEffects()
    this.#write(
      { rows: [row, ...this.#takeOver.toLostRows(effects)], isPaused, ...taken },
      effects.map((effect) => ({ type: 'perform', effect })),
    )
    if (!isPaused) this.#pauses.release()
  }

  /** How many child runs it waits for, when only they, a timer or a message can bring it further; else undefined. */
  restsOn(): number | undefined {
    return takesEvents(this.#phase) && !this.#events.isBusy ? this.#rest.restsOn(this.isPaused) : undefined
  }

  /** When its next deadline is due, in epoch milliseconds; undefined: it has none. */
  nextDueAt(): number | undefined {
    return this.#rest.nextDueAt()
  }

  cancel(by: string): void {
    this.#happen({ kind: 'cancel', at: this.#now(), data: { by } })
  }

  /** Starts nothing more, and leaves as soon as nothing is in flight and `mayLeave` agrees. */
  drain(mayLeave: () => boolean): void {
    this.#change({ type: 'drain', mayLeave })
    this.leaveWhenQuiet()
  }

  /** Leaves if the run is draining and nothing is in flight. */
  leaveWhenQuiet(): void {
    const phase = this.#phase
    if (phase.kind !== 'draining' || !phase.mayLeave() || !this.#journal.isSettled || this.#events.isBusy) return
    if (!this.#runner.isQuiet(isChildRun)) return
    const isKnown = (effect: OpenEffect): boolean =>
      isChildRun(effect) || this.#isHeldBack(effect) || this.#runner.isPausing(effect)
    if (!phase.isNoted && !this.#state.openEffects().every(isKnown)) this.#noteLeft()
    else this.leave({ kind: this.restsOn() === 0 ? 'waiting' : 'left' })
  }

  /** Nothing is in flight: the next lease holder need not take open effects for lost. */
  #noteLeft(): void {
    this.#change({ type: 'noteLeft' })
    this.#journal.write({ rows: [this.#takeOver.toLeftRow(true)] }, () => this.leaveWhenQuiet())
  }

  /** Lets go of the run without an end: it can be resumed, here or elsewhere. */
  leave(exit: Exclude<RunExit, { kind: 'ended' }>): void {
    if (this.#phase.kind === 'over') return
    this.#close('left')
    this.#exitWhenBack(exit)
  }

  #change(change: PhaseChange): void {
    this.#phase = nextPhase(this.#phase, change)
  }

  #now(): number {
    return this.#options.clock.now()
  }

  /** One event: folded, written, and carried out. */
  #happen(event: RunEvent, taken: Taken = {}): void {
    if (takesEvents(this.#phase)) this.#events.take(event, taken)
  }

  #keep({ event, taken, effects }: FoldedEvent<Taken>): void {
    if (!takesEvents(this.#phase)) return
    const row = this.#journal.row(event, effects === undefined ? 'late' : event.kind)
    this.#write({ rows: [row], ...taken }, effects ?? [])
    this.#keepBounds()
  }

  #idle(): void {
    this.#inbox.readOn()
    this.leaveWhenQuiet()
  }

  #keepBounds(): void {
    for (const { kind, ...reached } of this.#recovered.bounds.check(this.#state.root))
      if (kind === 'near') {
        this.#note({ kind: 'warning', path: '', visit: 0, data: reached })
        this.#options.watch({ type: 'run.warned', ...reached })
      } else this.#happen({ kind: 'budget', at: this.#now(), data: { limit: reached.limit, details: { ...reached } } })
  }

  #note(note: Untimed<'attempt' | 'late' | 'warning'>): void {
    if (!takesEvents(this.#phase)) return
    this.#write({ rows: [this.#journal.row({ at: this.#now(), ...note })], ...toPauseKept(note) }, [])
  }

  #write(change: RunChange, effects: readonly RunEffect[]): void {
    const ended = effects.find((effect) => effect.type === 'ended')?.end
    const full = this.#changes.complete(change, effects)
    if (ended !== undefined) {
      const { status, output, error } = ended
      full.end = { status, output, error, at: this.#now(), usage: this.#usage }
      this.#change({ type: 'end' })
      const refused = this.#inbox.refuseRest('the run had ended')
      if (refused.length > 0) full.rows = [...(full.rows ?? []), ...refused.map((one) => this.#toRefusedRow(one))]
    }
    const { end } = full
    const contexts = this.#recovered.contexts.take()
    this.#journal.write(full, () => {
      this.#inbox.settle(change.inboxTaken)
      for (const effect of effects) this.#carryOut(effect)
      this.#options.watch({ type: 'run.changed', contexts })
      if (end !== undefined) this.#finish(end, ended)
      this.leaveWhenQuiet()
    })
  }

  #carryOut(effect: RunEffect): void {
    switch (effect.type) {
      case 'perform':
        if (!this.#isHeldBack(effect.effect)) this.#start(effect.effect)
        break
      case 'stop':
        this.#runner.stop(effect.path, effect.visit)
        this.#options.watch({ type: 'effect.stopped', path: effect.path })
        break
      case 'timer.start':
        this.#alarms.arm(effect.timer)
        break
      case 'timer.stop':
        this.#alarms.disarm(effect.id)
        break
      default:
        // The store keeps it.
        break
    }
  }

  #close(reason: 'ended' | 'left'): void {
    this.#change({ type: 'close' })
    this.#journal.close()
    this.#alarms.disarmAll()
    this.#runner.stopAll(reason)
  }

  #finish(end: RunEnd, { undone, finallyCut }: Aftermath = {}): void {
    this.#close('ended')
    const aftermath = { ...(undone && { undone }), ...(finallyCut && { finallyCut }) }
    this.#exitWhenBack({ kind: 'ended', end, durationMs: end.at - (this.#state.begunAt ?? end.at), ...aftermath })
  }

  #exitWhenBack(exit: RunExit): void {
    const { clock } = this.#options
    const leave = (): void => this.#exit(exit)
    awaitActors(this.#runner, { clock, hasEnded: exit.kind === 'ended' }).then(leave, leave)
  }

  #count<T extends AttemptFigures | undefined>(figures: T): T {
    this.#usage = addUsage(this.#usage, figures?.usage)
    return figures
  }
}
