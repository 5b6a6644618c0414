/**
 * One attempt: a single call of an actor for an effect. It may outlive its effect, when the actor comes back after a stop or a timeout.
 *
 * It owns the abort signal, the reported usage, the reservation in the budget and the text that streams in.
 *
 * Invariants
 * 1. J9: every output, fault and piece of text is redacted before it leaves this file.
 * 2. Usage is handed out once, so that no cost counts twice.
 * 3. An aborted attempt reports no more progress.
 * 4. Only faults come out of an actor. Any other error is translated here, at the border.
 */
import type { StepPlan } from '../../compiler/plan.ts'
import type { ActorContext, ActorWarning, BlobContent, Progress, Usage } from '../../core/actor.ts'
import { isCancelled } from '../../core/cancelled.ts'
import type { JsonValue } from '../../core/json.ts'
import { expectWithin, LIMITS } from '../../core/limits.ts'
import { sizeOf } from '../../core/value-size.ts'
import type { TextRedactor } from '../../secrets/secret-pattern.ts'
import type { Untimed } from '../../store/journal-row.ts'
import type { Store } from '../../store/store.ts'
import type { Admission, Budget } from '../budget/budget.ts'
import type { AttemptFigures, Outcome } from '../run-event.ts'
import type { RunOptions } from '../run-options.ts'
import { nameTimeout, toFaultOf } from './actor-fault.ts'
import { AttemptAccount, type AttemptEnd } from './attempt-account.ts'
import type { ActorCall } from './placement.ts'
import type { OpenEffect } from './run-effect.ts'

/** Parts of the run that an attempt works with. */
export interface AttemptMeans extends Pick<RunOptions, 'placement' | 'budget' | 'clock' | 'vault' | 'watch'> {
  /** Id of the run that stands in the idempotency keys of effects without a key of their own. */
  keyRun: string
  store: Pick<Store, 'putBlob'>
  on: { note(note: Untimed<'warning'>): void }
}

export interface AttemptOptions {
  effect: OpenEffect
  plan: StepPlan
  /** From 1. */
  number: number
  /** Epoch milliseconds. */
  started: number
  granted: Extract<Admission, { kind: 'granted' }> | undefined
}

const LEFT = Symbol('left')

/** True when an attempt was aborted because this process gives up the run, and not because the attempt has to end. */
export const isLeft = (reason: unknown): boolean => reason === LEFT

export class Attempt {
  readonly effect: OpenEffect
  readonly number: number
  readonly started: number
  readonly #means: AttemptMeans
  readonly #plan: StepPlan
  readonly #account: AttemptAccount | undefined
  readonly #abort = new AbortController()
  readonly #text: TextRedactor
  /** Reported, and not handed out yet. */
  readonly #usage: Usage[] = []
  /** Waits of the actor for its turn: the sum of those that have ended, and the begin of the one that goes on. */
  #waitedMs = 0
  #waitingSince: number | undefined
  #end: AttemptEnd = 'open'

  constructor({ effect, plan, number, started, granted }: AttemptOptions, means: AttemptMeans) {
    this.effect = effect
    this.number = number
    this.started = started
    this.#means = means
    this.#plan = plan
    this.#account = openAccount({ effect, plan, number, granted }, means.budget)
    this.#text = means.vault.startText()
  }

  get isAborted(): boolean {
    return this.#abort.signal.aborted
  }

  /** Resolves with the outcome; undefined when the attempt was aborted and gave none. Rejects only for a failure of our own. */
  async perform(call: ActorCall): Promise<Outcome | undefined> {
    const { placement, vault, clock } = this.#means
    let outcome: Outcome
    try {
      const output = await placement.perform(call, this.#toContext())
      outcome = toOutcome(vault.redact(output), this.effect)
    } catch (thrown) {
      if (isCancelled(thrown) && this.isAborted) return undefined
      const fault = toFaultOf(thrown, this.#plan)
      const ms = clock.now() - this.started
      outcome = { fault: vault.redactFault(nameTimeout(fault, { plan: this.#plan, ms })) }
    }
    this.#end = 'output' in outcome ? 'output' : 'fault'
    this.#show(this.#text.end())
    return outcome
  }

  /** Figures of the attempt so far, with the usage since the last call. */
  figures(): AttemptFigures {
    const usage = this.#usage.splice(0)
    const ms = Math.max(0, this.#means.clock.now() - this.started)
    const charged = this.#account?.settle(usage, this.#end)
    return {
      attempt: this.number,
      started: this.started,
      ms,
      ...this.#waited(),
      ...(usage.length === 0 ? {} : { usage }),
      ...(charged === undefined ? {} : { charged }),
    }
  }

  /** `left`: another process goes on with the effect. */
  abort(reason?: 'left'): void {
    this.#abort.abort(reason === 'left' ? LEFT : undefined)
  }

  /** Gives the reservation back, once. */
  release(): void {
    this.#account?.release()
  }

  /** Ends the bookkeeping: the actor has come back. */
  close(): void {
    this.#account?.close()
  }

  #show(text: string): void {
    if (text !== '') this.#progress({ kind: 'text', text })
  }

  #progress(progress: Progress): void {
    if (!this.isAborted) this.#means.watch({ type: 'attempt.progress', effect: this.effect, progress })
  }

  #wait(reason: string): () => void {
    const { clock } = this.#means
    const since = clock.now()
    this.#waitingSince = since
    this.#progress({ kind: 'waiting', reason })
    return () => {
      if (this.#waitingSince !== since) return
      this.#waitedMs += clock.now() - since
      this.#waitingSince = undefined
    }
  }

  #waited(): Pick<AttemptFigures, 'waited_ms'> {
    const now = this.#means.clock.now()
    const waitedMs = this.#waitedMs + (now - (this.#waitingSince ?? now))
    return waitedMs > 0 ? { waited_ms: waitedMs } : {}
  }

  #warn(warning: ActorWarning): void {
    if (this.isAborted) return
    const { effect } = this
    this.#means.on.note({ kind: 'warning', path: effect.path, visit: effect.visit, data: warning })
    this.#means.watch({ type: 'attempt.warned', effect, warning })
  }

  #toContext(): ActorContext {
    const { effect, number, started } = this
    const { keyRun } = this.#means
    const { timeoutMs } = this.#plan
    return {
      signal: this.#abort.signal,
      key: effect.key ?? `${keyRun}/${effect.path}#${effect.visit}`,
      keyIsExplicit: effect.key !== undefined,
      attempt: number,
      deadline: timeoutMs === null ? Number.POSITIVE_INFINITY : started + timeoutMs,
      progress: (progress) => {
        // A secret may stand between two pieces: the redactor holds the beginning of one back until the next piece, or the end.
        if (progress.kind !== 'text') this.#progress(progress)
        else if (!this.isAborted) this.#show(this.#text.push(progress.text))
      },
      usage: (call) => this.#usage.push(call),
      waiting: (reason) => this.#wait(reason),
      warn: (warning) => this.#warn(warning),
      secret: (name) => {
        throw new Error(`secret '${name}' was asked for outside of a placement`)
      },
      blob: (blob) => putBlob(blob, this.#means),
      log: SILENT,
    }
  }
}

const SILENT = { debug: (): void => {}, warn: (): void => {} }

const openAccount = (
  { effect, plan, number, granted }: Omit<AttemptOptions, 'started'>,
  budget: Budget | undefined,
): AttemptAccount | undefined => {
  if (budget === undefined) return undefined
  const { path, visit } = effect
  const child = plan.kind === 'workflow' ? { child: `${path}#${visit}.${number}` } : {}
  return new AttemptAccount({ budget, path, granted, ...child })
}

const putBlob = async ({ bytes, media_type, name }: BlobContent, { vault, store }: AttemptMeans) => {
  const redacted = await vault.redactBytes(bytes)
  return { $blob: await store.putBlob(redacted), media_type, size: redacted.byteLength, name }
}

const toOutcome = (output: JsonValue, { path }: OpenEffect): Outcome => {
  expectWithin(LIMITS.payload, { subject: `the output of '${path}'`, amount: sizeOf(output) })
  return { output }
}
