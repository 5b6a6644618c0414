/**
 * Recovery: the state of a run from its journal. Events are folded; notes tell what earlier processes tried of the effects
 * that are still open.
 */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import { Defect } from '../core/defect.ts'
import { isEventKind, type JournalRow } from '../store/journal-row.ts'
import type { UsageTotals } from '../store/store.ts'
import type { EffectHistory } from './effect-runner.ts'
import type { AttemptFigures, CreatedData, RunEvent } from './run-event.ts'
import { RunState } from './run-state.ts'
import { addUsage, NO_USAGE } from './usage-totals.ts'

export interface RecoveredRun {
  state: RunState
  seq: number
  startedAt: number
  usage: UsageTotals
  histories: EffectHistories
}

/** @throws Defect when the journal does not begin with `created` */
export const recoverRun = (runId: string, workflow: CompiledWorkflow, rows: readonly JournalRow[]): RecoveredRun => {
  const [created, ...others] = rows
  if (created?.kind !== 'created') throw new Defect(`J4: the journal of run '${runId}' does not begin with 'created'`)
  const state = new RunState(workflow)
  state.start({ runId, at: created.at, data: created.data as unknown as CreatedData })
  const histories = new EffectHistories()
  let usage = NO_USAGE
  for (const row of others) {
    if (isEventKind(row.kind)) state.apply(row as unknown as RunEvent)
    histories.take(row)
    usage = addUsage(usage, (row.data as unknown as Partial<AttemptFigures> | null)?.usage)
  }
  return { state, seq: others.at(-1)?.seq ?? created.seq, startedAt: created.at, usage, histories }
}

/** What the journal says was tried of the effects that have no outcome. */
export class EffectHistories {
  readonly #failed = new Map<string, number>()
  readonly #lost = new Map<string, number>()

  take({ kind, path, visit }: JournalRow): void {
    const id = `${path}#${visit}`
    if (kind === 'attempt') this.#failed.set(id, (this.#failed.get(id) ?? 0) + 1)
    else if (kind === 'lost') this.#lost.set(id, (this.#lost.get(id) ?? 0) + 1)
    else if (kind === 'outcome') {
      this.#failed.delete(id)
      this.#lost.delete(id)
    }
  }

  of(path: string, visit: number): EffectHistory {
    const id = `${path}#${visit}`
    return { failed: this.#failed.get(id) ?? 0, lost: this.#lost.get(id) ?? 0 }
  }
}
