/**
 * Performs the effects of one run, each under its policy: attempts, the pauses between them, the timeout of each.
 *
 * It owns the attempts in flight with their timers and abort signals; what happens next is decided by the attempt machine.
 * It hands out only the final outcome of an effect, and a note for each attempt that failed before. An effect that was
 * stopped has no outcome; what its actor still returns is handed out as late.
 */
import type { StepPlan } from '../../compiler/plan.ts'
import type { ActorContext, BlobContent, BlobRef, Progress, Usage } from '../../core/actor.ts'
import { isCancelled } from '../../core/cancelled.ts'
import type { Clock } from '../../core/clock.ts'
import type { FaultData } from '../../core/fault.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { expectWithin, LIMITS } from '../../core/limits.ts'
import { sizeOf } from '../../core/value-size.ts'
import { type AttemptContext, type AttemptEvent, attemptMachine } from '../../machines/attempt.ts'
import type { TextRedactor } from '../../secrets/secret-pattern.ts'
import type { Redactor } from '../../secrets/secret-vault.ts'
import { type Admission, type Budget, withMaxTokens } from '../budget/budget.ts'
import type { Amount } from '../budget/worst-case.ts'
import { foldOf } from '../fold.ts'
import type { AttemptFigures, Outcome } from '../run-event.ts'
import { toCall } from './actor-call.ts'
import { describeTimeout, nameTimeout, toFaultOf } from './actor-fault.ts'
import { AttemptAccount, type AttemptEnd } from './attempt-account.ts'
import type { ActorCall, Placement } from './placement.ts'
import type { OpenEffect } from './run-effect.ts'

export interface EffectRunnerOptions {
  /** Id of the run that stands in the keys of effects that have none of their own. */
  keyRun: string
  plans: ReadonlyMap<string, StepPlan>
  placement: Placement
  /** Undefined: nothing is limited. */
  budget: Budget | undefined
  clock: Clock
  putBlob(blob: BlobContent): Promise<BlobRef>
  /** J9: applied to everything that comes back from an actor. */
  redactor: Redactor
  on: EffectListener
}

export interface EffectListener {
  started(effect: OpenEffect, attempt: number): void
  progressed(effect: OpenEffect, progress: Progress): void
  /** An attempt failed and another follows. */
  failed(effect: OpenEffect, failure: AttemptFailure): void
  ended(effect: OpenEffect, outcome: Outcome, figures: AttemptFigures): void
  /** A call does not fit into the budget: it was not made. */
  exceeded(exceeded: Extract<Admission, { kind: 'exceeded' }>): void
  /** After it was stopped or timed out, an actor came back all the same; without an outcome, it says what it has used. */
  late(effect: OpenEffect, outcome: Outcome | undefined, figures: AttemptFigures): void
  /** An actor has come back, and all has been said of it. */
  returned(): void
  /** One of these callbacks has thrown. */
  broken(cause: unknown): void
}

/** What earlier processes left behind of an effect. */
export interface EffectHistory {
  failed: number
  lost: number
  /** Of a fallback order: the one whose turn it is, and how many attempts failed before it was. */
  choice: number
  before: number
  /** When the last one failed; epoch milliseconds. */
  failedAt?: number
}

/** Of an effect that nobody has begun. */
export const UNTRIED: EffectHistory = { failed: 0, lost: 0, choice: 0, before: 0 }

export interface AttemptFailure {
  fault: FaultData
  figures: AttemptFigures
  retryInMs: number
  /** Which one of a fallback order is tried next; undefined where there is none. */
  choice: number | undefined
  /** Its name, when it is another one. */
  fallsBackTo: string | undefined
}

interface RunningEffect {
  effect: OpenEffect
  plan: StepPlan
  history: EffectHistory
  /** Of the attempt machine; undefined while the first attempt has not failed, which is how most effects end. */
  state: ReturnType<typeof attempts.start>[0] | undefined
  /** Of the running or next attempt, from 1. */
  number: number
  /** The attempt in flight, or the last one. */
  current: Attempt | undefined
  /** Calls off the timeout or the end of the pause. */
  disarm(): void
}

/** One call of an actor. It outlives its effect when the actor comes back late. */
interface Attempt {
  number: number
  started: number
  /** What it has consumed and nobody has been told of. */
  usage: Usage[]
  /** Undefined: nothing is limited. */
  account: AttemptAccount | undefined
  end: AttemptEnd
  abort: AbortController
  /** What it says while it goes on. */
  text: TextRedactor
}

const LEFT = Symbol('left')

/** Whether an attempt was aborted because this process lets go of its run, and not because it shall end. */
export const isLeft = (reason: unknown): boolean => reason === LEFT

const attempts = foldOf(attemptMachine)

export class EffectRunner {
  readonly #options: EffectRunnerOptions
  readonly #running = new Map<string, RunningEffect>()
  readonly #performing = new Map<Promise<void>, OpenEffect>()

  constructor(options: EffectRunnerOptions) {
    this.#options = options
  }

  /** Starts an effect. With `isLost`, an attempt of an earlier process is unaccounted for: it may be the last one allowed. */
  start(effect: OpenEffect, history: EffectHistory, isLost = false): void {
    const plan = this.#options.plans.get(effect.step)
    if (plan === undefined) return
    const running: RunningEffect = {
      effect,
      plan,
      history,
      state: undefined,
      number: history.failed + history.lost + 1,
      current: undefined,
      disarm: () => {},
    }
    this.#running.set(effect.path, running)
    if (isLost) this.#tell(running, { type: 'lost' })
    else this.#perform(running)
  }

  isRunning(path: string, visit: number): boolean {
    return this.#running.get(path)?.effect.visit === visit
  }

  /** Whether no actor is at work but these; one that failed may still be waiting for its next attempt. */
  isQuiet(isLeftOut: (effect: OpenEffect) => boolean): boolean {
    return [...this.#performing.values()].every(isLeftOut)
  }

  running(): OpenEffect[] {
    return [...this.#running.values()].map(({ effect }) => effect)
  }

  /** The number of the running or next attempt; undefined: it is not performed here. */
  attemptOf(path: string, visit: number): number | undefined {
    const running = this.#running.get(path)
    return running?.effect.visit === visit ? running.number : undefined
  }

  /** Of an attempt in flight: what is known of it when it is called off. */
  inFlight(path: string, visit: number): AttemptFigures | undefined {
    const running = this.#running.get(path)
    if (running?.effect.visit !== visit || running.current === undefined) return undefined
    return this.#figures(running)
  }

  stop(path: string, visit: number): void {
    const running = this.#running.get(path)
    if (running?.effect.visit === visit) this.#stop(running)
  }

  /** Stops all, because the run has ended, or because this process lets go of it and others will go on with it. */
  stopAll(reason: 'ended' | 'left'): void {
    for (const running of [...this.#running.values()]) this.#stop(running, reason === 'left' ? LEFT : undefined)
  }

  #stop(running: RunningEffect, reason?: symbol): void {
    this.#running.delete(running.effect.path)
    running.disarm()
    running.current?.abort.abort(reason)
    // An actor may never come back. Those that wait for its reservation are stopped first, where all are.
    queueMicrotask(() => running.current?.account?.release())
  }

  /** Resolves when every actor has come back. */
  async settled(): Promise<void> {
    while (this.#performing.size > 0) await Promise.all(this.#performing.keys())
  }

  #tell(running: RunningEffect, event: AttemptEvent): void {
    running.disarm()
    ;[running.state] = attempts.step(running.state ?? this.#supervise(running), event)
    const { value, context } = running.state
    running.number = context.attempt
    if (value === 'performing') this.#perform(running)
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
    const { clock, on } = this.#options
    const { fault, delayMs, choice, choices } = context
    if (fault !== null) {
      const fallsBackTo = hasFallenBack(context) ? running.plan.models[choice] : undefined
      const next = { retryInMs: delayMs, choice: choices > 1 ? choice : undefined, fallsBackTo }
      on.failed(running.effect, { fault, figures: this.#figures(running), ...next })
    }
    running.disarm = clock.wakeAt(clock.now() + delayMs, () => this.#tell(running, { type: 'elapsed' }))
  }

  #end(running: RunningEffect, outcome: Outcome): void {
    running.disarm()
    this.#running.delete(running.effect.path)
    this.#options.on.ended(running.effect, outcome, this.#figures(running))
  }

  /** What it has consumed is told once, so that no cost counts twice. */
  #figures({ number, current }: RunningEffect, of = current): AttemptFigures {
    const now = this.#options.clock.now()
    if (of === undefined) return { attempt: number, started: now, ms: 0 }
    const usage = of.usage.splice(0)
    const ms = Math.max(0, now - of.started)
    const charged = of.account?.settle(usage, of.end)
    return {
      attempt: of.number,
      started: of.started,
      ms,
      ...(usage.length === 0 ? {} : { usage }),
      ...(charged === undefined ? {} : { charged }),
    }
  }

  /** What a call may have used at the most that nobody knows the outcome of. */
  worstCaseOf(effect: OpenEffect, history: EffectHistory): Amount | undefined {
    const plan = this.#options.plans.get(effect.step)
    if (plan?.kind !== 'llm') return undefined
    const call = toCall({ effect, plan, number: history.failed + history.lost + 1, choice: history.choice })
    return this.#options.budget?.worstCase(call.input as JsonObject)
  }

  #perform(running: RunningEffect): void {
    const call = toCall({ ...running, choice: running.state?.context.choice ?? running.history.choice })
    const { budget, on } = this.#options
    const admission = call.kind === 'llm' ? budget?.admit(call.input as JsonObject) : undefined
    if (admission?.kind === 'exceeded') on.exceeded(admission)
    else if (admission?.kind === 'wait')
      budget?.whenReleased(() => this.#running.get(running.effect.path) === running && this.#perform(running))
    else if (admission === undefined) this.#attempt(running, { call, granted: undefined })
    else {
      const input = withMaxTokens(call.input as JsonObject, admission.maxTokens)
      this.#attempt(running, { call: { ...call, input }, granted: admission })
    }
  }

  #attempt(running: RunningEffect, { call, granted }: { call: ActorCall; granted: Granted | undefined }): void {
    const { clock, placement, on, redactor } = this.#options
    const { effect, plan, number } = running
    const abort = new AbortController()
    const account = this.#openAccount(running, granted)
    const attempt: Attempt = {
      number,
      started: startOf(running) ?? clock.now(),
      usage: [],
      account,
      end: 'open',
      abort,
      text: redactor.startText(),
    }
    running.current = attempt
    if (plan.timeoutMs !== null) this.#armTimeout(running, { attempt, timeoutMs: plan.timeoutMs })
    on.started(effect, attempt.number)
    const settle = (outcome: Outcome): void => {
      attempt.end = 'output' in outcome ? 'output' : 'fault'
      if (abort.signal.aborted) {
        if ('output' in outcome) on.late(effect, outcome, this.#figures(running, attempt))
      } else if ('fault' in outcome) this.#tell(running, { type: 'failed', fault: outcome.fault })
      else this.#end(running, outcome)
    }
    const performing = placement
      .perform(call, this.#contextOf(running, attempt))
      .then((output): Outcome => toOutcome(redactor.redact(output), effect))
      .catch((thrown): Outcome | undefined => {
        if (isCancelled(thrown) && abort.signal.aborted) return undefined
        return {
          fault: redactor.redactFault(
            nameTimeout(toFaultOf(thrown, plan), { plan, ms: clock.now() - attempt.started }),
          ),
        }
      })
      .then((outcome) => {
        if (outcome === undefined) return this.#tellRest(running.effect, this.#figures(running, attempt))
        this.#showText(running.effect, { attempt, piece: undefined })
        settle(outcome)
      })
      .catch((cause) => on.broken(cause))
      .finally(() => {
        this.#performing.delete(performing)
        account?.close()
        on.returned()
      })
    this.#performing.set(performing, effect)
  }

  #openAccount({ effect, plan, number }: RunningEffect, granted: Granted | undefined): AttemptAccount | undefined {
    const { budget } = this.#options
    const { path, visit } = effect
    const child = plan.kind === 'workflow' ? { child: `${path}#${visit}.${number}` } : {}
    return budget && new AttemptAccount({ budget, path, granted, ...child })
  }

  /** An attempt that was called off, and says what it has used. */
  #tellRest(effect: OpenEffect, figures: AttemptFigures): void {
    if (figures.usage !== undefined || figures.charged !== undefined) this.#options.on.late(effect, undefined, figures)
  }

  #armTimeout(running: RunningEffect, { attempt, timeoutMs }: { attempt: Attempt; timeoutMs: number }): void {
    running.disarm = this.#options.clock.wakeAt(attempt.started + timeoutMs, () => {
      attempt.abort.abort()
      const message = describeTimeout(running.plan.id, timeoutMs)
      this.#tell(running, { type: 'failed', fault: { code: 'timeout', message, retryable: true } })
      attempt.account?.release()
    })
  }

  /** J9: a secret may stand between two pieces, so the beginning of one is held back until the next piece, or the end. */
  #showText(effect: OpenEffect, { attempt, piece }: { attempt: Attempt; piece: string | undefined }): void {
    const text = piece === undefined ? attempt.text.end() : attempt.text.push(piece)
    if (text !== '' && !attempt.abort.signal.aborted) this.#options.on.progressed(effect, { kind: 'text', text })
  }

  #contextOf({ effect, plan }: RunningEffect, attempt: Attempt): ActorContext {
    const { number, started, usage, abort } = attempt
    const { keyRun, on, putBlob } = this.#options
    return {
      signal: abort.signal,
      key: effect.key ?? `${keyRun}/${effect.path}#${effect.visit}`,
      keyIsExplicit: effect.key !== undefined,
      attempt: number,
      deadline: plan.timeoutMs === null ? Number.POSITIVE_INFINITY : started + plan.timeoutMs,
      progress: (progress) => {
        if (abort.signal.aborted) return
        if (progress.kind === 'text') this.#showText(effect, { attempt, piece: progress.text })
        else on.progressed(effect, progress)
      },
      usage: (call) => usage.push(call),
      secret: (name) => {
        throw new Error(`secret '${name}' was asked for outside of a placement`)
      },
      blob: putBlob,
      log: SILENT,
    }
  }
}

/** A child run goes on, whoever performs it: its time runs from when it was asked for. */
const startOf = ({ effect: { askedAt }, history, number }: RunningEffect): number | undefined =>
  askedAt !== undefined && number === history.failed + 1 ? (history.failedAt ?? askedAt) : undefined

type Granted = Extract<Admission, { kind: 'granted' }>

/** Whether the next attempt is the first one of another model. */
const hasFallenBack = ({ choice, before, attempt, lost }: AttemptContext): boolean =>
  choice > 0 && before === attempt - lost

const SILENT = { debug: (): void => {}, warn: (): void => {} }

const toOutcome = (output: JsonValue, { path }: OpenEffect): Outcome => {
  expectWithin(LIMITS.payload, { subject: `what '${path}' returns`, amount: sizeOf(output) })
  return { output }
}
