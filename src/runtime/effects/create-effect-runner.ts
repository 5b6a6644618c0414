/** Joins the performing of effects to the run that they belong to: what comes back becomes its rows and its watcher's news. */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { Clock } from '../../core/clock.ts'
import type { SecretVault } from '../../secrets/secret-vault.ts'
import type { Untimed } from '../../store/journal-row.ts'
import type { Store } from '../../store/store.ts'
import type { Budget } from '../budget/budget.ts'
import type { AttemptFigures, RunEvent } from '../run-event.ts'
import type { RunWatcher } from '../run-notice.ts'
import { EffectRunner } from './effect-runner.ts'
import type { Placement } from './placement.ts'

export interface EffectSurroundings {
  /** The run whose id stands in idempotency keys. */
  keyRun: string
  workflow: CompiledWorkflow
  placement: Placement
  budget: Budget | undefined
  clock: Clock
  vault: SecretVault
  store: Pick<Store, 'putBlob'>
  watch: RunWatcher
}

/** What the run does with what comes back. */
export interface EffectReport {
  happen(event: RunEvent): void
  note(note: Untimed<'attempt' | 'late'>): void
  /** Adds up what was used; gives the figures back. */
  count(figures: AttemptFigures): AttemptFigures
  /** An actor has come back. */
  returned(): void
  broken(cause: unknown): void
}

export const createEffectRunner = (
  { keyRun, workflow, placement, budget, clock, vault, store, watch }: EffectSurroundings,
  { happen, note, count, returned, broken }: EffectReport,
): EffectRunner =>
  new EffectRunner({
    keyRun,
    plans: workflow.plans,
    placement,
    budget,
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
        const { path, visit } = effect
        const data = { ...count(figures), fault, ...(choice === undefined ? {} : { choice }) }
        note({ kind: 'attempt', path, visit, data })
        watch({ type: 'attempt.failed', effect, ...failure })
      },
      ended: (effect, outcome, figures) => {
        const { path, visit } = effect
        happen({ kind: 'outcome', at: clock.now(), path, visit, data: { ...outcome, ...count(figures) } })
        watch({ type: 'effect.ended', effect, outcome, figures })
      },
      late: ({ path, visit }, outcome, figures) =>
        note({ kind: 'late', path, visit, data: { ...outcome, ...count(figures) } }),
      exceeded: ({ limit, details }) => happen({ kind: 'budget', at: clock.now(), data: { limit, details } }),
      returned,
      broken,
    },
  })
