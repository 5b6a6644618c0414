/**
 * Performs the effects of one run, each under its policy: attempts, the pauses between them, the timeout of each.
 *
 * It owns the effects that are being performed, with their timers. The attempt machine (machines/attempt.ts) decides the next
 * move, an Attempt makes the call, the budget admits it.
 *
 * Invariants
 * 1. An effect gets at most one outcome. A stopped effect gets none; an output that its actor still returns is noted as `late`.
 * 2. At most one attempt of an effect is current. A timed-out attempt may still be in flight while the next one runs.
 * 3. A model call starts only when the budget has granted its worst case.
 * 4. Reservations are given back when an attempt is stopped or timed out, even if its actor never comes back.
 * 5. Each attempt starts under a fresh lease, retries and calls that waited for the budget too.
 * 6. The attempt machine is created at the first failure: most effects succeed at once and never need it.
 */
import type { StepPlan } from '../../compiler/plan.ts'
import type { FaultData } from '../../core/fault.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Amount } from '../../core/pricing.ts'
import { type AttemptContext, type AttemptEvent, attemptMachine, hasFallenBack } from '../../machines/attempt.ts'
import type { Untimed } from '../../store/journal-row.ts'
import { withMaxTokens } from '../budget/budget.ts'
import { toBudgetData } from '../child/child-fault.ts'
import { foldOf } from '../fold.ts'
import type { AttemptFigures, Outcome, RunEvent } from '../run-event.ts'
import { toCall } from './actor-call.ts'
import { describeTimeout } from './actor-fault.ts'
import { Attempt, type AttemptMeans, type AttemptOptions } from './attempt.ts'
import { type EffectHistory, nextAttempt, UNTRIED } from './effect-history.ts'
import { LONG_PAUSE_MS } from './long-pauses.ts'
import type { ActorCall } from './placement.ts'
import { type Deadline, refuseWait } from './retry-after.ts'
import type { OpenEffect } from './run-effect.ts'

export interface EffectRunnerOptions extends AttemptMeans {
  plans: ReadonlyMap<string, StepPlan>
  /** The first moment at which an effect would be stopped. */
  deadlineOf(effect: OpenEffect): Deadline
  /** Acts at once if the lease is fresh, else once it is renewed, and never if it is lost. */
  whileOurs(act: () => void): void
  on: EffectListener
}

/** The run, as the performing of its effects reports to it. */
export interface EffectListener {
  happen(event: RunEvent): void
  note(note: Untimed<'attempt' | 'late' | 'warning'>): void
  /** The long pause of an effect is over: calls `begin` when its next attempt may begin. */
  resume(effect: OpenEffect, begin: () => void): void
  /** Adds the usage up; returns the figures. */
  count(figures: AttemptFigures): AttemptFigures
  /** An actor has come back, and everything about it has been reported. */
  returned(): void
  /** One of these callbacks has thrown. */
  broken(cause: unknown): void
}

export interface StartOptions {
  /** Default: the effect has not been attempted. */
  history?: EffectHistory
  isLost?: boolean
}

interface RunningEffect {
  effect: OpenEffect
  plan: StepPlan
  history: EffectHistory
  /** State of the attempt machine; undefined until the first attempt fails. */
  state: ReturnType<typeof attempts.start>[0] | undefined
  /** Number of the running or next attempt, from 1. */
  number: number
  /** The attempt in flight, or the last one. */
  current: Attempt | undefined
  /** End of the long pause before the next attempt, in epoch milliseconds; Infinity: it is over, and the attempt has not begun. */
  pausedUntil: number | undefined
  /** Disarms the timeout, or the end of the pause. */
  disarm(): void
}

const attempts = foldOf(attemptMachine)

export class EffectRunner {
  readonly #options: EffectRunnerOptions
  readonly #running = new Map<string, RunningEffect>()
  readonly #inFlight = new Map<Attempt, Promise<void>>()

  constructor(options: EffectRunnerOptions) {
    this.#options = options
  }

  /** Starts an effect. `isLost`: the outcome of an earlier attempt is unknown, and that attempt may have been the last one allowed. */
  start(effect: OpenEffect, { history = UNTRIED, isLost = false }: StartOptions = {}): void {
    const planned = this.#options.plans.get(effect.step)
    if (planned === undefined) return
    const plan = effect.timeoutMs === undefined ? planned : { ...planned, timeoutMs: effect.timeoutMs }
    const running: RunningEffect = {
      effect,
      plan,
      history,
      state: undefined,
      number: nextAttempt(history),
      current: undefined,
      pausedUntil: undefined,
      disarm: () => {},
    }
    this.#running.set(effect.path, running)
    if (isLost) this.#tell(running, { type: 'lost' })
    else if (history.retryAt !== undefined) this.#goOnPausing(running, history.retryAt)
    else this.#perform(running)
  }

  isRunning(path: string, visit: number): boolean {
    return this.#find(path, visit) !== undefined
  }

  /** True when no actor is at work, except on effects that `isLeftOut`. A failed effect may still wait for its next attempt. */
  isQuiet(isLeftOut: (effect: OpenEffect) => boolean): boolean {
    return [...this.#inFlight.keys()].every(({ effect }) => isLeftOut(effect))
  }

  running(): OpenEffect[] {
    return [...this.#running.values()].map(({ effect }) => effect)
  }

  /** True in a long pause between two attempts: nothing is in flight. */
  isPausing({ path, visit }: Pick<OpenEffect, 'path' | 'visit'>): boolean {
    return this.#find(path, visit)?.pausedUntil !== undefined
  }

  /** Ends of the long pauses, in epoch milliseconds. */
  pauseEnds(): number[] {
    return [...this.#running.values()].flatMap(({ pausedUntil = Infinity }) =>
      pausedUntil < Infinity ? [pausedUntil] : [],
    )
  }

  /** Number of the running or next attempt; undefined when the effect is not performed here. */
  attemptOf(path: string, visit: number): number | undefined {
    return this.#find(path, visit)?.number
  }

  /** Figures of an attempt in flight, for a note when it is stopped; undefined when there is none. */
  figuresOf(path: string, visit: number): AttemptFigures | undefined {
    const running = this.#find(path, visit)
    return running?.state?.value === 'backing_off' ? undefined : running?.current?.figures()
  }

  /** Worst case of a model call with an unknown outcome; undefined for other effects. */
  worstCaseOf(effect: OpenEffect, history: EffectHistory): Amount | undefined {
    const plan = this.#options.plans.get(effect.step)
    if (plan?.kind !== 'llm') return undefined
    const call = toCall({ effect, plan, number: nextAttempt(history), choice: history.choice })
    return this.#options.budget?.worstCase(call.input as JsonObject)
  }

  stop(path: string, visit: number): void {
    const running = this.#find(path, visit)
    if (running !== undefined) this.#stop(running)
  }

  /** Stops all effects. `left`: another process goes on with them. */
  stopAll(reason: 'ended' | 'left'): void {
    for (const running of [...this.#running.values()]) this.#stop(running, reason === 'left' ? reason : undefined)
  }

  /** Resolves when every actor has come back. */
  async settled(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight.values())
  }

  #find(path: string, visit: number): RunningEffect | undefined {
    const running = this.#running.get(path)
    return running?.effect.visit === visit ? running : undefined
  }

  #stop(running: RunningEffect, reason?: 'left'): void {
    this.#running.delete(running.effect.path)
    running.disarm()
    running.current?.abort(reason)
    // Only when all effects of this turn are stopped: a call that waits for this reservation may be one of them.
    queueMicrotask(() => running.current?.release())
  }

  /** Performs an effect that nothing was written for just now: this process may have been stopped since, and its lease be lost. */
  #performLater(running: RunningEffect): void {
    this.#options.whileOurs(() => this.#running.get(running.effect.path) === running && this.#perform(running))
  }

  #perform(running: RunningEffect): void {
    const call = toCall({ ...running, choice: running.state?.context.choice ?? running.history.choice })
    const { budget, clock, on } = this.#options
    const admission = call.kind === 'llm' ? budget?.admit(call.input as JsonObject) : undefined
    if (admission === undefined) this.#attempt(running, { call, granted: undefined })
    else if (admission.kind === 'granted') {
      const input = withMaxTokens(call.input as JsonObject, admission.maxTokens)
      this.#attempt(running, { call: { ...call, input }, granted: admission })
    } else if (admission.kind === 'wait') budget?.whenReleased(() => this.#performLater(running))
    else {
      const { limit, details } = admission
      on.happen({ kind: 'budget', at: clock.now(), data: { limit, details } })
    }
  }

  #attempt(running: RunningEffect, { call, granted }: { call: ActorCall } & Pick<AttemptOptions, 'granted'>): void {
    const { clock, watch } = this.#options
    const { effect, plan, number } = running
    const started = startOf(running) ?? clock.now()
    const attempt = new Attempt({ effect, plan, number, started, granted }, this.#options)
    running.current = attempt
    if (plan.timeoutMs !== null) this.#armTimeout(running, { attempt, timeoutMs: plan.timeoutMs })
    watch({ type: 'attempt.started', effect, attempt: number })
    this.#inFlight.set(attempt, this.#follow(running, { attempt, call }))
  }

  async #follow(running: RunningEffect, { attempt, call }: { attempt: Attempt; call: ActorCall }): Promise<void> {
    try {
      const outcome = await attempt.perform(call)
      if (outcome === undefined) this.#noteRest(attempt)
      else if (!attempt.isAborted) this.#settle(running, outcome)
      else if ('output' in outcome) this.#noteLate(attempt, { outcome, figures: attempt.figures() })
    } catch (cause) {
      this.#options.on.broken(cause)
    } finally {
      this.#inFlight.delete(attempt)
      attempt.close()
      this.#options.on.returned()
    }
  }

  #settle(running: RunningEffect, outcome: Outcome): void {
    const exceeded = 'fault' in outcome && running.plan.kind === 'workflow' ? toBudgetData(outcome.fault) : undefined
    if (exceeded !== undefined)
      this.#options.on.happen({ kind: 'budget', at: this.#options.clock.now(), data: exceeded })
    else if ('fault' in outcome) this.#fail(running, outcome.fault)
    else this.#end(running, outcome)
  }

  #fail(running: RunningEffect, fault: FaultData): void {
    const { clock, deadlineOf } = this.#options
    const refusal = refuseWait(fault, { now: clock.now(), deadline: () => deadlineOf(running.effect) })
    this.#tell(running, { type: 'failed', fault, refusal })
  }

  #armTimeout(running: RunningEffect, { attempt, timeoutMs }: { attempt: Attempt; timeoutMs: number }): void {
    running.disarm = this.#options.clock.wakeAt(attempt.started + timeoutMs, () => {
      attempt.abort()
      const message = describeTimeout(running.plan.id, timeoutMs)
      this.#tell(running, { type: 'failed', fault: { code: 'timeout', message, retryable: true } })
      attempt.release()
    })
  }

  #tell(running: RunningEffect, event: AttemptEvent): void {
    running.disarm()
    ;[running.state] = attempts.step(running.state ?? this.#supervise(running), event)
    const { value, context } = running.state
    running.number = context.attempt
    if (value === 'performing') this.#performLater(running)
    else if (value === 'backing_off') this.#backOff(running, context)
    else if (value === 'failed' && context.fault !== null) this.#end(running, { fault: context.fault })
  }

  #supervise({ effect, plan: { retry, onLost, models }, history }: RunningEffect): NonNullable<RunningEffect['state']> {
    const seed = `${this.#options.keyRun}/${effect.path}#${effect.visit}`
    const choices = Math.max(1, models.length)
    const [state] = attempts.start({ retry, onLost, seed, choices, ...history })
    return state
  }

  #backOff(running: RunningEffect, context: AttemptContext): void {
    const { clock } = this.#options
    const { fault, delayMs } = context
    const until = clock.now() + delayMs
    const retryAt = delayMs < LONG_PAUSE_MS ? undefined : until
    if (fault !== null) this.#noteFailed(running, { fault, context, retryAt })
    const goOn = (): void => this.#tell(running, { type: 'elapsed' })
    if (retryAt === undefined) running.disarm = clock.wakeAt(until, goOn)
    else this.#pause(running, retryAt, goOn)
  }

  /** Goes on with a pause that began in another process, or before this run was let go of. */
  #goOnPausing(running: RunningEffect, until: number): void {
    this.#pause(running, until, () => this.#perform(running))
  }

  #pause(running: RunningEffect, until: number, goOn: () => void): void {
    const { clock, on } = this.#options
    const begin = (): void => {
      if (this.#running.get(running.effect.path) !== running) return
      running.pausedUntil = undefined
      goOn()
    }
    running.pausedUntil = until
    running.disarm = clock.wakeAt(until, () => {
      running.pausedUntil = Infinity
      on.resume(running.effect, begin)
    })
  }

  #noteFailed(running: RunningEffect, { fault, context, retryAt }: FailedAttempt): void {
    const { on, watch } = this.#options
    const { effect, plan } = running
    const { delayMs: retryInMs, choice, choices } = context
    const figures = this.#figuresOf(running)
    const again = retryAt === undefined ? {} : { retry_at: retryAt }
    const data = { ...on.count(figures), fault, ...(choices > 1 ? { choice } : {}), ...again }
    on.note({ kind: 'attempt', path: effect.path, visit: effect.visit, data })
    const fallsBackTo = hasFallenBack(context) ? plan.models[choice] : undefined
    watch({ type: 'attempt.failed', effect, fault, figures, retryInMs, fallsBackTo })
  }

  #end(running: RunningEffect, outcome: Outcome): void {
    const { on, watch, clock } = this.#options
    const { effect } = running
    running.disarm()
    this.#running.delete(effect.path)
    const figures = this.#figuresOf(running)
    const { path, visit } = effect
    on.happen({ kind: 'outcome', at: clock.now(), path, visit, data: { ...outcome, ...on.count(figures) } })
    watch({ type: 'effect.ended', effect, outcome, figures })
  }

  #noteLate({ effect: { path, visit } }: Attempt, late: { outcome?: Outcome; figures: AttemptFigures }): void {
    const { on } = this.#options
    on.note({ kind: 'late', path, visit, data: { ...late.outcome, ...on.count(late.figures) } })
  }

  /** The usage that a stopped attempt reported after the note of its stop. */
  #noteRest(attempt: Attempt): void {
    const figures = attempt.figures()
    if (figures.usage !== undefined || figures.charged !== undefined) this.#noteLate(attempt, { figures })
  }

  /** Figures of the last attempt. An effect that ends before its first attempt, as lost, took no time. */
  #figuresOf({ number, current }: RunningEffect): AttemptFigures {
    return current?.figures() ?? { attempt: number, started: this.#options.clock.now(), ms: 0 }
  }
}

interface FailedAttempt {
  fault: FaultData
  context: AttemptContext
  /** End of the long pause that follows. */
  retryAt: number | undefined
}

/** A child run goes on between lease holders, so its timeout counts from when its step was entered. */
const startOf = ({ effect: { askedAt }, history, number }: RunningEffect): number | undefined =>
  askedAt !== undefined && number === history.failed + 1 ? (history.retryAt ?? history.failedAt ?? askedAt) : undefined
