/**
 * One run in this process: takes events in, folds each, has it written, and carries out what follows.
 *
 * It owns the order of things; what is durable when is its journal's (run-journal.ts). J6: what fits nothing open is noted, not
 * folded. J7: after the end nothing is written. J8: a Defect ends the run as failed with it, not the process.
 *
 * A paused run goes on taking events in; it begins no effect until it is unpaused. Only child runs that have begun go on (they are
 * paused for themselves), and nothing stops the undoing of a run that ends badly.
 */
import type { JournalRow, Untimed } from '../store/journal-row.ts'
import type { Claim, InboxMessage, RunChange, RunEnd, UsageTotals } from '../store/store.ts'
import type { Budget } from './budget/budget.ts'
import { addUsage } from './budget/usage-totals.ts'
import { createEffectRunner } from './effects/create-effect-runner.ts'
import type { EffectRunner } from './effects/effect-runner.ts'
import { type EndedRun, isUndoing, type OpenEffect, type RunEffect } from './effects/run-effect.ts'
import { type RecoveredRun, toEffectId } from './recovery.ts'
import { callOffChildren, toApproval, toKept, toNotes } from './run-change.ts'
import type { AttemptFigures, RunEvent } from './run-event.ts'
import { RunJournal } from './run-journal.ts'
import type { RunOptions } from './run-options.ts'
import type { RunState } from './run-state.ts'
import { toDefectEnd } from './scope/scope-end.ts'
import { type Asked, readDecision, readMessage } from './waits/read-message.ts'
import { RunAlarms } from './waits/run-alarms.ts'

/**
 * How a run left this process: it ended (`undone`: what was undone before), another process took it over, it was let go of, has nothing
 * to do until a timer is due or somebody asks something of it (`waiting`), or the store failed (then it can be resumed).
 */
export type RunExit =
  | { kind: 'ended'; end: RunEnd; durationMs: number; undone?: EndedRun['undone'] }
  | { kind: 'waiting' }
  | { kind: 'lost' }
  | { kind: 'left' }
  | { kind: 'broken'; cause: unknown }

/** How long a run that leaves waits for its actors to come back before it is done without them. */
const RELEASE_MS = 2_000

const OF_RUN = { path: '', visit: 0 }

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
  readonly #budget: Budget | undefined
  readonly #alarms: RunAlarms
  readonly #journal: RunJournal
  #exit: (exit: RunExit) => void = () => {}
  #isOver = false
  /** An end is on its way to the journal: nothing may come behind it. */
  #isEnding = false
  #usage: UsageTotals
  #isPaused: boolean
  /** Set when it shall be let go of: whether anything stands against it. */
  #mayLeave: (() => boolean) | undefined
  #isNoted = false
  /** What an earlier process may have begun, until it is begun anew. */
  readonly #suspected = new Set<string>()
  /** Ids of messages that have come, until it is durable that they were taken. */
  readonly #taking = new Set<string>()

  constructor(recovered: RecoveredRun, options: RunOptions) {
    this.id = options.claim.runId
    this.claim = options.claim
    this.workflow = options.workflow.name
    this.#options = options
    this.#recovered = recovered
    this.#state = recovered.state
    this.#isPaused = options.isPaused ?? false
    this.#usage = recovered.usage
    this.#budget = options.budget
    const { timeMs } = options.workflow.limits
    const endsAt = timeMs === undefined ? undefined : recovered.startedAt + timeMs
    this.#alarms = new RunAlarms({ clock: options.clock, endsAt, happen: (event) => this.#happen(event) })
    this.#runner = createEffectRunner(
      { ...options, keyRun: recovered.keyRun },
      {
        happen: (event) => this.#happen(event),
        note: (note) => this.#note(note),
        count: (figures) => this.#counted(figures),
        returned: () => this.leaveWhenQuiet(),
        broken: (cause) => this.leave({ kind: 'broken', cause }),
      },
    )
    this.#journal = new RunJournal({
      ...options,
      seq: recovered.seq,
      onRow: (row) => recovered.bounds.take(row),
      onBroken: (exit) => this.leave(exit),
      onHeld: (cause) => options.watch({ type: 'run.held', cause }),
    })
    this.exited = new Promise((resolve) => {
      this.#exit = resolve
    })
  }

  /** What the run has come to so far, for views. */
  get state(): RunState {
    return this.#state
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  /** Performs what is open: of a new run all of it for the first time, of a resumed one what nobody has the outcome of. */
  start({ isResumed, messages = [] }: { isResumed: boolean; messages?: readonly InboxMessage[] }): void {
    const { defect } = this.#recovered
    if (defect !== undefined) this.#write({}, [toDefectEnd(defect)])
    else if (this.#state.end !== undefined) this.#write({}, [{ type: 'ended', end: this.#state.end }])
    else this.#goOn(isResumed, messages)
  }

  #goOn(isResumed: boolean, messages: readonly InboxMessage[]): void {
    // What the messages ask for is begun by themselves: an earlier process had none of it.
    const before = this.#state.openEffects()
    // Asked before anything is performed: a run that was cancelled while nobody held it does nothing more.
    for (const message of messages) this.receive(message)
    if (this.#state.end === undefined) this.#performOpen(before, isResumed)
  }

  #performOpen(before: readonly OpenEffect[], isResumed: boolean): void {
    this.#alarms.armRun()
    const timersSet = isResumed ? [] : [...this.#state.openTimers(), ...this.#alarms.ofRun]
    const { emitted = [] } = toKept(this.#recovered.initial)
    // What came due while nobody was there comes first: it may call off what is open.
    for (const timer of this.#state.openTimers().sort((a, b) => a.dueAt - b.dueAt)) this.#alarms.armOrFire(timer)
    const effects = before.filter(({ path, visit }) => this.#state.isOpen(path, visit))
    if (this.#isEnding) return
    if (isResumed) for (const effect of effects) this.#suspect(effect)
    const wanted = effects.filter((effect) => !this.#isHeldBack(effect, { hasBegun: !this.#isUntouched(effect) }))
    const rows = this.#takeOverRows(wanted)
    // Of a new run nothing is kept yet. What a resumed one asks of people may be asked otherwise by now.
    const asked = this.#state.openWaits().flatMap((wait) => (wait.kind === 'approval' ? [toApproval(wait)] : []))
    const change = { rows, timersSet, emitted, ...(asked.length === 0 ? {} : { approvalsOpened: asked }) }
    this.#journal.write(change, () => {
      for (const effect of wanted) this.#start(effect)
      this.leaveWhenQuiet()
    })
  }

  /** By a pause. */
  #isHeldBack(effect: OpenEffect, { hasBegun }: { hasBegun: boolean }): boolean {
    return this.#isPaused && !isUndoing(effect) && !(hasBegun && this.#isChild(effect))
  }

  #isUntouched(effect: OpenEffect): boolean {
    return this.#recovered.untouched.has(toEffectId(effect))
  }

  /** An earlier process may have begun it, and nobody knows what became of it. */
  #suspect(effect: OpenEffect): void {
    if (!this.#isChild(effect) && !this.#isUntouched(effect)) this.#suspected.add(toEffectId(effect))
  }

  /** The rows without which what is open may not be begun: of what was lost, and that what nobody had begun is begun now. */
  #takeOverRows(effects: readonly OpenEffect[]): JournalRow[] {
    const taken = this.#recovered.untouched.size > 0 && !this.#isPaused ? [this.#leftRow(false)] : []
    return [...taken, ...this.#lostRows(effects)]
  }

  #lostRows(effects: readonly OpenEffect[]): JournalRow[] {
    return effects.filter((effect) => this.#suspected.has(toEffectId(effect))).map((effect) => this.#lostRow(effect))
  }

  #leftRow(isLeft: boolean): JournalRow {
    return this.#journal.row({ kind: 'left', at: this.#now(), ...OF_RUN, data: { is_left: isLeft } })
  }

  #start(effect: OpenEffect): void {
    const { path, visit } = effect
    if (this.#mayLeave !== undefined || this.#isOver) return
    if (!this.#state.isOpen(path, visit) || this.#runner.isRunning(path, visit)) return
    this.#runner.start(effect, this.#recovered.histories.of(path, visit), this.#suspected.delete(toEffectId(effect)))
  }

  /** Takes up what somebody asked of this run. */
  receive({ id, kind, body }: InboxMessage): void {
    // J9: whoever asked may not have known what is secret here.
    const message = { id, kind, body: this.#options.vault.redact(body) }
    // The same one is read again and again until it is durable that it was taken.
    if (this.#taking.has(id) || this.#isOver || this.#isEnding) return
    this.#taking.add(id)
    if (message.kind !== 'decision') this.#take(id, readMessage(message, this.#now()))
    else
      readDecision(message, { now: () => this.#now(), waits: () => this.#state.openWaits() })
        .then((asked) => this.#take(id, asked))
        .catch((cause) => this.leave({ kind: 'broken', cause }))
  }

  #take(id: string, asked: Asked): void {
    if (this.#isOver || this.#isEnding) return
    const taken = { inboxTaken: [id] }
    if (asked.kind === 'event') this.#happen(asked.event, taken)
    else if (asked.kind === 'pause') this.#pause(asked, taken)
    else {
      const { path, visit, data } = asked
      const row = this.#journal.row({ kind: 'late', at: this.#now(), path, visit, data })
      this.#write({ rows: [row], ...taken }, [])
    }
  }

  #pause({ isPaused, by }: { isPaused: boolean; by: string }, taken: Pick<RunChange, 'inboxTaken'>): void {
    this.#isPaused = isPaused
    const row = this.#journal.row({ kind: 'pause', at: this.#now(), ...OF_RUN, data: { is_paused: isPaused, by } })
    const effects = isPaused ? [] : this.#state.openEffects()
    this.#write(
      { rows: [row, ...this.#lostRows(effects)], isPaused, ...taken },
      effects.map((effect) => ({ type: 'perform', effect })),
    )
  }

  /** How many child runs it waits for, when it has nothing else to do until a timer is due or somebody asks something of it. */
  restsOn(): number | undefined {
    if (this.#isOver || this.#isEnding || this.#taking.size > 0 || !this.#journal.isSettled) return undefined
    if (this.#state.openTimers().some(({ name }) => name === 'pause')) return undefined
    const open = this.#isPaused ? this.#runner.running() : this.#state.openEffects()
    return open.every((effect) => this.#isChild(effect) && !this.#isTimed(effect)) ? open.length : undefined
  }

  /** When it has something to do by itself, in epoch milliseconds; undefined: never. */
  nextDueAt(): number | undefined {
    const dues = [...this.#state.openTimers(), ...this.#alarms.ofRun].map(({ dueAt }) => dueAt)
    return dues.length === 0 ? undefined : Math.min(...dues)
  }

  cancel(by: string): void {
    this.#happen({ kind: 'cancel', at: this.#now(), data: { by } })
  }

  /** Begins nothing more, and lets go of the run as soon as what is in flight has ended, and `mayLeave` has nothing against it. */
  drain(mayLeave: () => boolean): void {
    this.#mayLeave = mayLeave
    this.leaveWhenQuiet()
  }

  /** What kept a draining run from leaving may be over. */
  leaveWhenQuiet(): void {
    if (this.#mayLeave?.() !== true || this.#isOver || !this.#journal.isSettled) return
    if (!this.#runner.isQuiet((effect) => this.#isChild(effect))) return
    const kind = this.restsOn() === 0 ? 'waiting' : 'left'
    const isKnown = (effect: OpenEffect): boolean =>
      this.#isChild(effect) || this.#isHeldBack(effect, { hasBegun: false })
    if (this.#isNoted || this.#state.openEffects().every(isKnown)) this.leave({ kind })
    else this.#noteLeft()
  }

  /** Nothing is in flight: whoever takes the run up need not take what is open for lost. */
  #noteLeft(): void {
    this.#isNoted = true
    this.#journal.write({ rows: [this.#leftRow(true)] }, () => this.leaveWhenQuiet())
  }

  /** Lets go of the run without an end: it can be resumed, here or elsewhere. */
  leave(exit: Extract<RunExit, { kind: 'waiting' | 'lost' | 'left' | 'broken' }>): void {
    if (this.#isOver) return
    this.#close('left')
    this.#exitWhenBack(exit)
  }

  #now(): number {
    return this.#options.clock.now()
  }

  /** One event: folded, written, and then what follows from it. */
  #happen(event: RunEvent, taken: Pick<RunChange, 'inboxTaken'> = {}): void {
    if (this.#isOver || this.#isEnding) return
    const effects = this.#fold(event)
    const placed = { ...OF_RUN, ...event }
    const row = this.#journal.row(effects === undefined ? { ...placed, kind: 'late' } : placed)
    this.#write({ rows: [row], ...taken }, effects ?? [])
    this.#keepBounds()
  }

  #keepBounds(): void {
    for (const { kind, ...reached } of this.#recovered.bounds.check(this.#state.root))
      if (kind === 'near') {
        this.#note({ kind: 'warning', ...OF_RUN, data: reached })
        this.#options.watch({ type: 'run.warned', ...reached })
      } else this.#happen({ kind: 'budget', at: this.#now(), data: { limit: reached.limit, details: { ...reached } } })
  }

  #fold(event: RunEvent): RunEffect[] | undefined {
    try {
      return this.#state.apply(event)
    } catch (thrown) {
      return [toDefectEnd(thrown)]
    }
  }

  #note(note: Untimed<'attempt' | 'late' | 'warning'>): void {
    if (this.#isOver || this.#isEnding) return
    this.#write({ rows: [this.#journal.row({ at: this.#now(), ...note })] }, [])
  }

  /** Performing a child run again comes to the same child, which knows by itself what it has done. */
  #isChild({ step }: OpenEffect): boolean {
    return this.#options.workflow.plans.get(step)?.kind === 'workflow'
  }

  /** The timeout of an attempt is no timer of the store: nobody would be woken for it. */
  #isTimed({ step }: OpenEffect): boolean {
    return this.#options.workflow.plans.get(step)?.timeoutMs != null
  }

  #lostRow(effect: OpenEffect): JournalRow {
    const { path, visit } = effect
    const history = this.#recovered.histories.of(path, visit)
    const charged = this.#runner.worstCaseOf(effect, history)
    if (charged !== undefined) this.#budget?.charge(path, charged)
    const data = { attempt: history.failed + history.lost + 1, ...(charged && { charged: { ...charged } }) }
    return this.#journal.row({ kind: 'lost', at: this.#now(), path, visit, data })
  }

  #write(change: RunChange, effects: readonly RunEffect[]): void {
    const ended = effects.find((effect) => effect.type === 'ended')?.end
    const inFlight = (path: string, visit: number) => this.#counted(this.#runner.inFlight(path, visit))
    const noted = toNotes(effects, inFlight).map((note) => this.#journal.row({ at: this.#now(), ...note }))
    const full: RunChange = { ...change, ...toKept(effects) }
    if (this.#options.workflow.children.size > 0)
      full.asked = callOffChildren(this.id, effects, (path, visit) => this.#attemptOf(path, visit))
    if (noted.length > 0) full.rows = [...(change.rows ?? []), ...noted]
    if (ended !== undefined) {
      const { status, output, error } = ended
      full.end = { status, output, error, at: this.#now(), usage: this.#usage }
      this.#isEnding = true
    }
    const { end } = full
    this.#journal.write(full, () => {
      for (const id of change.inboxTaken ?? []) this.#taking.delete(id)
      for (const effect of effects) this.#carryOut(effect)
      if (end !== undefined) this.#finish(end, ended?.undone)
      else this.#options.watch({ type: 'run.changed' })
      this.leaveWhenQuiet()
    })
  }

  #attemptOf(path: string, visit: number): number {
    const { failed, lost } = this.#recovered.histories.of(path, visit)
    return this.#runner.attemptOf(path, visit) ?? failed + lost + 1
  }

  #carryOut(effect: RunEffect): void {
    switch (effect.type) {
      case 'perform':
        if (!this.#isHeldBack(effect.effect, { hasBegun: false })) this.#start(effect.effect)
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
        // Kept by the store, or of no account any more.
        break
    }
  }

  #close(reason: 'ended' | 'left'): void {
    this.#isOver = true
    this.#journal.close()
    this.#alarms.disarmAll()
    this.#runner.stopAll(reason)
  }

  #finish(end: RunEnd, undone: EndedRun['undone']): void {
    this.#close('ended')
    const done = undone === undefined ? {} : { undone }
    this.#exitWhenBack({ kind: 'ended', end, durationMs: end.at - this.#recovered.startedAt, ...done })
  }

  /** Whoever is told that the run has left may start it anew, so its actors come back first. */
  #exitWhenBack(exit: RunExit): void {
    const leave = (): void => this.#exit(exit)
    const giveUp = this.#options.clock.wakeAt(this.#now() + RELEASE_MS, leave)
    this.#runner.settled().then(() => {
      giveUp()
      leave()
    }, leave)
  }

  #counted<T extends AttemptFigures | undefined>(figures: T): T {
    this.#usage = addUsage(this.#usage, figures?.usage)
    return figures
  }
}
