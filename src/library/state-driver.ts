/**
 * Drives a RunState without a journal: performs the effects that it asks for, and applies their outcomes.
 *
 * It owns the effects in flight, the answers that the program is asked for, and the timers. The RunState decides what follows.
 * Nothing is recorded, so that nothing can be resumed, and no limit is kept.
 */
import { LOWERING_VERSION } from '../compiler/lower.ts'
import type { ActorContext } from '../core/actor.ts'
import { Cancelled } from '../core/cancelled.ts'
import { systemClock } from '../core/clock.ts'
import { Fault, toFault } from '../core/fault.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import type { UndoCall } from '../machines/undo.ts'
import { checkInput } from '../runtime/check-input.ts'
import { EffectRunner } from '../runtime/effects/effect-runner.ts'
import type { ActorCall } from '../runtime/effects/placement.ts'
import type { EndedRun, OpenEffect, OpenTimer, RunEffect } from '../runtime/effects/run-effect.ts'
import type { AttemptFigures, Outcome, RunEvent } from '../runtime/run-event.ts'
import { RunState } from '../runtime/run-state.ts'
import { type AskedStep, contextOf, pathOf, type Scope } from '../runtime/scope/scope.ts'
import type { Performer } from '../service/performer.ts'
import { type AnswerOptions, type Answers, answerStep, askBeforeCall } from './answer-step.ts'
import { type AnsweredWorkflow, toAnswered } from './answered-workflow.ts'

export interface DriverPorts extends Pick<Performer, 'placement' | 'vault'> {
  answers: Answers
}

export interface DriverOptions {
  ports: DriverPorts
  /** Called when a step with `undo` has completed. */
  onUndo?(call: UndoCall): void
  /** Called when a step was undone, or could not be. */
  onUndone?(call: Pick<UndoCall, 'path' | 'visit'>): void
}

export interface DrivenStart {
  id: string
  input: JsonValue
  env: JsonObject
}

export class StateDriver {
  readonly state: RunState
  readonly #driven: AnsweredWorkflow
  readonly #options: DriverOptions
  readonly #timers = new Map<string, () => void>()
  /** Answers that the program is asked for, by path. */
  readonly #asked = new Map<string, AbortController>()
  readonly #ended = Promise.withResolvers<EndedRun>()
  #runner: EffectRunner | undefined

  constructor(driven: AnsweredWorkflow, options: DriverOptions) {
    this.#driven = driven
    this.#options = options
    this.state = new RunState(driven.workflow)
  }

  /** Rejects with the Defect that broke the fold. It does not settle once the driver is stopped. */
  run({ id, input, env }: DrivenStart): Promise<EndedRun> {
    this.#runner = this.#createRunner(id, env)
    const data = { input, env, models: {}, lowering: LOWERING_VERSION }
    this.#guard(() => this.#carryOut(this.state.start({ runId: id, at: Date.now(), data })))
    return this.#ended.promise
  }

  /** Aborts everything in flight. */
  stop(): void {
    for (const disarm of this.#timers.values()) disarm()
    for (const asked of this.#asked.values()) asked.abort()
    this.#runner?.stopAll('ended')
  }

  #apply(event: RunEvent): void {
    this.#guard(() => this.#carryOut(this.state.apply(event) ?? []))
  }

  #guard(work: () => void): void {
    try {
      work()
    } catch (thrown) {
      this.stop()
      this.#ended.reject(thrown)
    }
  }

  #carryOut(effects: readonly RunEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'perform') this.#perform(effect.effect)
      else if (effect.type === 'stop') this.#stop(effect.path, effect.visit)
      else if (effect.type === 'timer.start') this.#startTimer(effect.timer)
      else if (effect.type === 'timer.stop') this.#stopTimer(effect.id)
      else if (effect.type === 'undo.keep') this.#options.onUndo?.(effect)
      else if (effect.type === 'undo.made') this.#options.onUndone?.(effect)
      else if (effect.type === 'ended') this.#ended.resolve(effect.end)
    }
  }

  #startTimer({ id, path, visit, name, dueAt }: OpenTimer): void {
    const wake = (): void => this.#apply({ kind: 'timer', at: Date.now(), path, visit, data: { timer: name } })
    this.#timers.set(id, systemClock.wakeAt(dueAt, wake))
  }

  #stopTimer(id: string): void {
    this.#timers.get(id)?.()
    this.#timers.delete(id)
  }

  #stop(path: string, visit: number): void {
    this.#asked.get(path)?.abort()
    this.#runner?.stop(path, visit)
  }

  #perform(effect: OpenEffect): void {
    const asked = this.#toAsked(effect)
    const way = asked && this.#driven.answered.get(asked.step)
    const preset = this.#driven.presets.get(effect.step)
    const root = this.state.root
    if (asked !== undefined && way !== undefined) this.#answer(effect, (options) => answerStep(way, asked, options))
    else if (asked !== undefined && root !== undefined && preset?.needsApproval(effect.input, contextOf(root)) === true)
      this.#answer(effect, (options) => askBeforeCall(asked, options))
    else this.#runner?.start(effect)
  }

  /** Asks the program. Without an outcome, the effect is performed. */
  #answer(effect: OpenEffect, ask: (options: AnswerOptions) => Promise<Outcome | undefined>): void {
    const { path } = effect
    const abort = new AbortController()
    const started = Date.now()
    this.#asked.set(path, abort)
    const { answers } = this.#options.ports
    const { name: workflow } = this.#driven.workflow
    ask({ answers, workflow, signal: abort.signal }).then((outcome) => {
      if (abort.signal.aborted) return
      this.#asked.delete(path)
      if (outcome === undefined) this.#runner?.start(effect)
      else this.#end(effect, outcome, { attempt: 1, started, ms: Date.now() - started })
    }, this.#ended.reject)
  }

  #end({ path, visit }: OpenEffect, outcome: Outcome, figures: AttemptFigures): void {
    this.#apply({ kind: 'outcome', at: Date.now(), path, visit, data: { ...outcome, ...figures } })
  }

  #toAsked({ path, visit, step: id, input, key }: OpenEffect): AskedStep | undefined {
    const found = this.state.root && findOpen(this.state.root, path)
    const plan = this.#driven.workflow.plans.get(id)
    if (found === undefined) return undefined
    const { bounds = {} } = contextOf(found.scope).steps[found.step] ?? {}
    return { ...found, visit, input, key, plan, bounds, at: Date.now() }
  }

  #createRunner(id: string, env: JsonObject): EffectRunner {
    const { placement, vault } = this.#options.ports
    return new EffectRunner({
      keyRun: id,
      whileOurs: (act) => act(),
      plans: this.#driven.workflow.plans,
      placement: {
        perform: (call, attempt) => {
          if (call.kind === 'workflow') return this.#performChild(call, { id, env, attempt })
          if (call.kind === 'detach')
            throw new Fault('unavailable', `'${call.actor}' can't be started here: no host runs it`)
          return placement.perform(call, attempt)
        },
      },
      deadlineOf: () => NO_DEADLINE,
      budget: undefined,
      clock: systemClock,
      vault,
      store: { putBlob: refuseBlob },
      watch: ignore,
      on: {
        happen: (event) => this.#apply(event),
        note: ignore,
        resume: (_effect, begin) => begin(),
        count: (figures) => figures,
        returned: ignore,
        broken: this.#ended.reject,
      },
    })
  }

  /** @throws Fault of the child, Cancelled */
  async #performChild(
    { actor, input, effect }: ActorCall,
    { id, env, attempt }: { id: string; env: JsonObject; attempt: ActorContext },
  ): Promise<JsonValue> {
    const child = this.#driven.workflow.children.get(actor)
    if (child === undefined) throw new Fault('not_found', `workflow '${actor}' is not linked with its parent`)
    const start = { id: `${id}/${effect}.${attempt.attempt}`, input: await checkInput(child, input), env }
    const driver = new StateDriver(toAnswered(child), { ports: this.#options.ports })
    const stopped = Promise.withResolvers<never>()
    const stop = (): void => {
      driver.stop()
      stopped.reject(new Cancelled())
    }
    attempt.signal.addEventListener('abort', stop, { once: true })
    if (attempt.signal.aborted) stop()
    const { output, error } = await Promise.race([driver.run(start), stopped.promise])
    attempt.signal.removeEventListener('abort', stop)
    if (error === null) return output
    const { step, ...fault } = error
    throw toFault({ ...fault, details: { ...fault.details, child_step: step } })
  }
}

const ignore = (): void => {}

const NO_DEADLINE = { at: Number.POSITIVE_INFINITY, words: '' }

const refuseBlob = (): Promise<never> =>
  Promise.reject(new Fault('unavailable', 'only a run keeps files: expected the step in a run'))

/** The open step at a path, with its scope. */
const findOpen = (scope: Scope, path: string): { scope: Scope; step: string } | undefined => {
  for (const [step, { items }] of scope.open) {
    if (pathOf(scope, step) === path) return { scope, step }
    for (const item of items?.values() ?? []) {
      const found = path.startsWith(`${item.path}/`) ? findOpen(item, path) : undefined
      if (found !== undefined) return found
    }
  }
  return undefined
}
