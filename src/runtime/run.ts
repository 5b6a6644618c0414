/**
 * One run in this process: takes events in, writes each to the journal, folds it, and carries out what follows.
 *
 * It owns the order of things. J1: an effect starts only when the row it follows from is durable. J2: a refused write means
 * that another process has the run; this one lets go of it. J6: what fits nothing open is noted, not folded. J7: after the
 * end nothing is written. J8: a Defect ends the run as failed with it, not the process.
 */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { Clock } from '../core/clock.ts'
import { isFault, toFaultData } from '../core/fault.ts'
import type { JsonValue } from '../core/json.ts'
import type { JournalRow, NoteKind } from '../store/journal-row.ts'
import type { Claim, InboxMessage, RunChange, RunEnd, Store, TimerRecord, UsageTotals } from '../store/store.ts'
import { isLeaseLost } from '../store/store-error.ts'
import type { Budget } from './budget.ts'
import { EffectRunner } from './effect-runner.ts'
import type { Placement } from './placement.ts'
import type { RecoveredRun } from './recovery.ts'
import type { OpenEffect, OpenTimer, RunEffect } from './run-effect.ts'
import type { AttemptFigures, RunEvent } from './run-event.ts'
import type { RunWatcher } from './run-notice.ts'
import type { RunState } from './run-state.ts'
import type { SecretVault } from './secret-vault.ts'
import { addUsage } from './usage-totals.ts'

export interface RunOptions {
  workflow: CompiledWorkflow
  claim: Claim
  store: Store
  clock: Clock
  placement: Placement
  vault: SecretVault
  /** Undefined: neither cost nor tokens are limited. */
  budget: Budget | undefined
  watch: RunWatcher
  /** Whether the lease is surely still ours, by our own clock; else `renewLease` asks the store. */
  isLeaseFresh(): boolean
  renewLease(): Promise<boolean>
}

/** How a run left this process: it ended, another process took it over, or the store failed (then it can be resumed). */
export type RunExit =
  | { kind: 'ended'; end: RunEnd; durationMs: number }
  | { kind: 'lost' }
  | { kind: 'left' }
  | { kind: 'broken'; cause: unknown }

/** How long a run that leaves waits for its actors to come back before it is done without them. */
const RELEASE_MS = 2_000

export class Run {
  readonly id: string
  readonly claim: Claim
  /** Resolves when the run has left this process, with its actors back. Never rejects. */
  readonly exited: Promise<RunExit>
  readonly #options: RunOptions
  readonly #state: RunState
  readonly #runner: EffectRunner
  readonly #histories: RecoveredRun['histories']
  readonly #budget: Budget | undefined
  readonly #wakes = new Map<string, () => void>()
  readonly #startedAt: number
  readonly #defect: unknown
  #exit: (exit: RunExit) => void = () => {}
  #isOver = false
  /** An end is on its way to the journal: nothing may come behind it. */
  #isEnding = false
  #seq: number
  #usage: UsageTotals

  constructor(recovered: RecoveredRun, options: RunOptions) {
    this.id = options.claim.runId
    this.claim = options.claim
    this.#options = options
    this.#state = recovered.state
    this.#seq = recovered.seq
    this.#usage = recovered.usage
    this.#startedAt = recovered.startedAt
    this.#defect = recovered.defect
    this.#histories = recovered.histories
    this.#budget = options.budget
    this.#runner = this.#createRunner(options)
    this.exited = new Promise((resolve) => {
      this.#exit = resolve
    })
  }

  /** What the run has come to so far, for views. */
  get state(): RunState {
    return this.#state
  }

  /** Performs what is open: of a new run all of it for the first time, of a resumed one what nobody has the outcome of. */
  start({ isResumed, messages = [] }: { isResumed: boolean; messages?: readonly InboxMessage[] }): void {
    if (this.#defect !== undefined) {
      this.#write({}, [toDefectEnd(this.#defect)])
      return
    }
    if (this.#state.end !== undefined) {
      this.#write({}, [{ type: 'ended', end: this.#state.end }])
      return
    }
    // Asked before anything is performed: a run that was cancelled while nobody held it does nothing more.
    for (const message of messages) this.receive(message)
    if (this.#state.end === undefined) this.#performOpen(isResumed)
  }

  #performOpen(isResumed: boolean): void {
    const before = this.#state.openEffects()
    this.#armTimeLimit()
    const timersSet = isResumed ? [] : [...this.#state.openTimers(), ...this.#timeLimit()]
    // What came due while nobody was there comes first: it may call off what is open.
    for (const timer of this.#state.openTimers().sort((a, b) => a.dueAt - b.dueAt))
      if (timer.dueAt <= this.#now()) this.#fire(timer)
      else this.#armTimer(timer)
    const effects = before.filter(({ path, visit }) => this.#state.isOpen(path, visit))
    if (this.#isEnding) return
    const lost = isResumed ? effects.filter((effect) => this.#isLost(effect)) : []
    this.#whenDurable({ rows: lost.map((effect) => this.#lostRow(effect)), timersSet }, () => {
      for (const effect of effects) {
        if (!this.#state.isOpen(effect.path, effect.visit)) continue
        this.#runner.start(effect, this.#histories.of(effect.path, effect.visit), isResumed && this.#isLost(effect))
      }
    })
  }

  /** Takes up what somebody asked of this run. */
  receive(message: InboxMessage): void {
    const taken = { inboxTaken: [message.id] }
    const { by } = (message.body ?? {}) as { by?: string }
    if (message.kind === 'cancel')
      this.#happen({ kind: 'cancel', at: this.#now(), data: { by: by ?? 'unknown' } }, taken)
    else this.#write(taken, [])
  }

  cancel(by: string): void {
    this.#happen({ kind: 'cancel', at: this.#now(), data: { by } })
  }

  /** Lets go of the run without an end: it can be resumed, here or elsewhere. */
  leave(exit: Extract<RunExit, { kind: 'lost' | 'left' | 'broken' }>): void {
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
    const { kind, at, data } = event
    const place = 'path' in event ? { path: event.path, visit: event.visit } : { path: '', visit: 0 }
    const row = this.#row(effects === undefined ? 'late' : kind, { at, data: data as unknown as JsonValue, ...place })
    this.#write({ rows: [row], ...taken }, effects ?? [])
  }

  #fold(event: RunEvent): RunEffect[] | undefined {
    try {
      return this.#state.apply(event)
    } catch (thrown) {
      return [toDefectEnd(thrown)]
    }
  }

  #note(kind: NoteKind, effect: OpenEffect, data: unknown): void {
    if (this.#isOver || this.#isEnding) return
    const { path, visit } = effect
    this.#write({ rows: [this.#row(kind, { at: this.#now(), path, visit, data: data as JsonValue })] }, [])
  }

  #row(kind: JournalRow['kind'], rest: Omit<JournalRow, 'seq' | 'kind'>): JournalRow {
    return { seq: ++this.#seq, kind, ...rest }
  }

  /** Performing a child run again comes to the same child, which knows by itself what it has done. */
  #isLost({ step }: OpenEffect): boolean {
    return this.#options.workflow.plans.get(step)?.kind !== 'workflow'
  }

  #lostRow(effect: OpenEffect): JournalRow {
    const { path, visit } = effect
    const history = this.#histories.of(path, visit)
    const charged = this.#runner.worstCaseOf(effect, history)
    if (charged !== undefined) this.#budget?.charge(path, charged)
    const data = {
      attempt: history.failed + history.lost + 1,
      ...(charged === undefined ? {} : { charged: { ...charged } }),
    }
    return this.#row('lost', { at: this.#now(), path, visit, data })
  }

  #write(change: RunChange, effects: readonly RunEffect[]): void {
    const timersSet = new Map<string, OpenTimer>()
    const timersCleared = new Set<string>()
    let end: RunEnd | undefined
    for (const effect of effects) {
      if (effect.type === 'timer.start') {
        // A pause is over as soon as others had their turn: nobody needs to be woken for it.
        if (effect.timer.name === 'pause') continue
        timersCleared.delete(effect.timer.id)
        timersSet.set(effect.timer.id, effect.timer)
      } else if (effect.type === 'timer.stop') {
        timersSet.delete(effect.id)
        timersCleared.add(effect.id)
      } else if (effect.type === 'ended') end = { ...effect.end, at: this.#now(), usage: this.#usage }
    }
    const stopped = this.#stoppedRows(effects)
    const full: RunChange =
      stopped.length === 0 ? { ...change } : { ...change, rows: [...(change.rows ?? []), ...stopped] }
    if (timersSet.size > 0) full.timersSet = [...timersSet.values()]
    if (timersCleared.size > 0) full.timersCleared = [...timersCleared]
    if (end !== undefined) {
      full.end = end
      this.#isEnding = true
    }
    this.#whenDurable(full, () => {
      for (const effect of effects) this.#carryOut(effect)
      if (end !== undefined) this.#finish(end)
      else this.#options.watch({ type: 'run.changed' })
    })
  }

  /** What was called off in the middle may have taken effect: the journal says that it had begun. */
  #stoppedRows(effects: readonly RunEffect[]): JournalRow[] {
    return effects.flatMap((effect) => {
      const figures = effect.type === 'stop' ? this.#runner.inFlight(effect.path, effect.visit) : undefined
      if (effect.type !== 'stop' || figures === undefined) return []
      const { path, visit } = effect
      return [this.#row('stopped', { at: this.#now(), path, visit, data: { ...figures } as unknown as JsonValue })]
    })
  }

  #whenDurable(change: RunChange, then: () => void): void {
    const leave = (cause: unknown): void =>
      this.leave(isLeaseLost(cause) ? { kind: 'lost' } : { kind: 'broken', cause })
    this.#options.store
      .write(this.claim, change)
      .then(() => this.#whileOurs(then), leave)
      .catch(leave)
  }

  /** A process that was stopped for a while may have lost the run since: it asks before it acts. */
  #whileOurs(then: () => void): void {
    if (this.#isOver) return
    if (this.#options.isLeaseFresh()) {
      then()
      return
    }
    this.#options.renewLease().then(
      (isOurs) => (isOurs ? this.#whileOurs(then) : this.leave({ kind: 'lost' })),
      (cause) => this.leave({ kind: 'broken', cause }),
    )
  }

  #carryOut(effect: RunEffect): void {
    switch (effect.type) {
      case 'perform':
        if (this.#state.isOpen(effect.effect.path, effect.effect.visit))
          this.#runner.start(effect.effect, this.#histories.of(effect.effect.path, effect.effect.visit))
        break
      case 'stop':
        this.#runner.stop(effect.path, effect.visit)
        this.#options.watch({ type: 'effect.stopped', path: effect.path })
        break
      case 'timer.start':
        this.#armTimer(effect.timer)
        break
      case 'timer.stop':
        this.#disarm(effect.id)
        break
      case 'ended':
        break
    }
  }

  #armTimer(timer: OpenTimer): void {
    this.#disarm(timer.id)
    this.#wakes.set(
      timer.id,
      this.#options.clock.wakeAt(timer.dueAt, () => this.#fire(timer)),
    )
  }

  #fire({ id, path, visit, name, dueAt }: OpenTimer): void {
    this.#wakes.delete(id)
    this.#happen({ kind: 'timer', at: Math.max(dueAt, this.#now()), path, visit, data: { timer: name } })
  }

  #armTimeLimit(): void {
    for (const { id, dueAt } of this.#timeLimit()) {
      const wake = (): void => this.#happen({ kind: 'budget', at: this.#now(), data: { limit: 'time' } })
      this.#wakes.set(id, this.#options.clock.wakeAt(dueAt, wake))
    }
  }

  /** The deadline of the whole run, when it has one. */
  #timeLimit(): TimerRecord[] {
    const { timeMs } = this.#options.workflow.limits
    return timeMs === undefined ? [] : [{ id: 'limits.time', dueAt: this.#startedAt + timeMs }]
  }

  #disarm(id: string): void {
    this.#wakes.get(id)?.()
    this.#wakes.delete(id)
  }

  #close(reason: 'ended' | 'left'): void {
    this.#isOver = true
    for (const id of [...this.#wakes.keys()]) this.#disarm(id)
    this.#runner.stopAll(reason)
  }

  #finish(end: RunEnd): void {
    this.#close('ended')
    this.#exitWhenBack({ kind: 'ended', end, durationMs: end.at - this.#startedAt })
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

  #createRunner({ workflow, placement, clock, vault, store, watch }: RunOptions): EffectRunner {
    const counted = ({ path }: OpenEffect, figures: AttemptFigures): AttemptFigures => {
      this.#usage = addUsage(this.#usage, figures.usage)
      this.#budget?.spend(path, figures.usage ?? [])
      return figures
    }
    return new EffectRunner({
      runId: this.id,
      plans: workflow.plans,
      placement,
      budget: this.#budget,
      clock,
      redactor: vault,
      putBlob: async ({ bytes, media_type, name }) => {
        const redacted = vault.redactBytes(bytes)
        return { $blob: await store.putBlob(redacted), media_type, size: redacted.byteLength, name }
      },
      on: {
        started: (effect, attempt) => watch({ type: 'attempt.started', effect, attempt }),
        progressed: (effect, progress) => watch({ type: 'attempt.progress', effect, progress }),
        failed: (effect, failure) => {
          const { figures, fault, choice } = failure
          this.#note('attempt', effect, {
            ...counted(effect, figures),
            fault,
            ...(choice === undefined ? {} : { choice }),
          })
          watch({ type: 'attempt.failed', effect, ...failure })
        },
        ended: (effect, outcome, figures) => {
          const { path, visit } = effect
          const data = { ...outcome, ...counted(effect, figures) }
          this.#happen({ kind: 'outcome', at: this.#now(), path, visit, data })
          watch({ type: 'effect.ended', effect, outcome, figures })
        },
        late: (effect, outcome, figures) => this.#note('late', effect, { ...outcome, ...counted(effect, figures) }),
        exceeded: ({ limit, details }) => this.#happen({ kind: 'budget', at: this.#now(), data: { limit, details } }),
        broken: (cause) => this.leave({ kind: 'broken', cause }),
      },
    })
  }
}

const toDefectEnd = (thrown: unknown): RunEffect => {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const fault = isFault(thrown) ? toFaultData(thrown) : { code: 'defect', message, retryable: false }
  return { type: 'ended', end: { status: 'failed', output: null, error: { ...fault, step: null } } }
}
