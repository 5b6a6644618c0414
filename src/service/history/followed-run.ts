/**
 * Follows a run by the rows of its journal, wherever it is performed: tells a view the notices that the process of the run gives its
 * own. The times are those of the rows. What no row holds is missing: texts of models in flight, and short pauses between attempts.
 */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { OpenEffect, RunEffect } from '../../runtime/effects/run-effect.ts'
import { expectReadable } from '../../runtime/recovery.ts'
import type { RunNotice, RunWatcher } from '../../runtime/run-notice.ts'
import { RunState } from '../../runtime/run-state.ts'
import { RootContexts } from '../../runtime/scope/root-contexts.ts'
import { type EventRow, isEventRow, type JournalRow } from '../../store/journal-row.ts'

export class FollowedRun {
  readonly id: string
  readonly state: RunState
  readonly #workflow: CompiledWorkflow
  readonly #watch: RunWatcher
  readonly #contexts = new RootContexts()
  /** Index of the model in use in a fallback order, by path of the effect. */
  readonly #choices = new Map<string, number>()
  #isPaused = false

  constructor({ id, workflow, watch }: { id: string; workflow: CompiledWorkflow; watch: RunWatcher }) {
    this.id = id
    this.state = new RunState(workflow)
    this.#workflow = workflow
    this.#watch = watch
    this.state.observe(this.#contexts)
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  /** Takes the next row. @throws Defect J4, J8; StoreError `too_new` for the journal of a newer release */
  take(row: JournalRow): void {
    if (row.kind === 'created') this.#begin(row)
    else if (isEventRow(row)) this.#happen(row)
    else if (row.kind === 'attempt') this.#fail(row)
    else if (row.kind === 'warning') this.#warn(row)
    else if (row.kind === 'pause') this.#isPaused = row.data.is_paused
  }

  #begin({ at, data }: JournalRow<'created'>): void {
    expectReadable(data, this.id)
    this.#tell(this.state.start({ runId: this.id, at, data }))
  }

  #happen(row: EventRow): void {
    const ended = row.kind === 'outcome' ? toEnded(row, this.#find(row)) : undefined
    const effects = this.state.apply(row) ?? []
    if (ended !== undefined) {
      this.#choices.delete(row.path)
      this.#watch(ended)
    }
    this.#tell(effects)
  }

  /** Effects start before the change is shown, as they do in the process of the run. */
  #tell(effects: readonly RunEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'perform') this.#watch({ type: 'attempt.started', effect: effect.effect, attempt: 1 })
      else if (effect.type === 'stop') this.#watch({ type: 'effect.stopped', path: effect.path })
    }
    this.#watch({ type: 'run.changed', contexts: this.#contexts.take() })
  }

  #warn(row: JournalRow<'warning'>): void {
    const { data } = row
    const effect = this.#find(row)
    if (data.limit !== 'num_ctx') this.#watch({ type: 'run.warned', ...data })
    else if (effect !== undefined) this.#watch({ type: 'attempt.warned', effect, warning: data })
  }

  #fail(row: JournalRow<'attempt'>): void {
    const effect = this.#find(row)
    if (effect === undefined) return
    const { fault, choice = 0, retry_at: retryAt, ...figures } = row.data
    const hasFallenBack = choice !== (this.#choices.get(row.path) ?? 0)
    this.#choices.set(row.path, choice)
    this.#watch({
      type: 'attempt.failed',
      effect,
      fault,
      figures,
      retryInMs: retryAt === undefined ? undefined : retryAt - row.at,
      fallsBackTo: hasFallenBack ? this.#workflow.plans.get(effect.step)?.models[choice] : undefined,
    })
  }

  #find({ path, visit }: { path: string; visit: number }): OpenEffect | undefined {
    return this.state.isOpen(path, visit) ? this.state.openEffect(path) : undefined
  }
}

const toEnded = ({ data }: JournalRow<'outcome'>, effect: OpenEffect | undefined): RunNotice | undefined =>
  effect && { type: 'effect.ended', effect, outcome: data, figures: data }
