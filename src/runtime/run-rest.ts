/** Tells whether a run only waits, and until when. */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { EffectRunner } from './effects/effect-runner.ts'
import { isChildRun, type OpenEffect } from './effects/run-effect.ts'
import type { RunJournal } from './run-journal.ts'
import type { RunState } from './run-state.ts'
import type { RunAlarms } from './waits/run-alarms.ts'
import type { RunInbox } from './waits/run-inbox.ts'

export interface RunRestOptions {
  workflow: CompiledWorkflow
  state: RunState
  runner: EffectRunner
  inbox: RunInbox
  journal: RunJournal
  alarms: RunAlarms
}

export class RunRest {
  readonly #options: RunRestOptions

  constructor(options: RunRestOptions) {
    this.#options = options
  }

  /** How many child runs it waits for, when only they, a timer or a message can bring it further; else undefined. */
  restsOn(isPaused: boolean): number | undefined {
    const { state, runner, inbox, journal } = this.#options
    if (!inbox.isSettled || !journal.isSettled) return undefined
    if (state.openTimers().some(({ name }) => name === 'pause')) return undefined
    const open = (isPaused ? runner.running() : state.openEffects()).filter((effect) => !runner.isPausing(effect))
    return open.every((effect) => isChildRun(effect) && !this.#isTimed(effect)) ? open.length : undefined
  }

  /** When its next deadline is due, in epoch milliseconds; undefined: it has none. */
  nextDueAt(): number | undefined {
    const { state, runner, alarms } = this.#options
    const dues = [...[...state.openTimers(), ...alarms.ofRun].map(({ dueAt }) => dueAt), ...runner.pauseEnds()]
    return dues.length === 0 ? undefined : Math.min(...dues)
  }

  /** The store does not know the timeout of an attempt, so no process would wake the run for it. */
  #isTimed({ step, timeoutMs }: OpenEffect): boolean {
    return timeoutMs !== undefined || this.#options.workflow.plans.get(step)?.timeoutMs != null
  }
}
