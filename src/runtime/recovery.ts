/**
 * Recovery: the state of a run from its journal. Events are folded; notes tell what earlier processes tried of the effects
 * that are still open.
 */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import { Defect } from '../core/defect.ts'
import { isEventKind, type JournalRow } from '../store/journal-row.ts'
import type { UsageTotals } from '../store/store.ts'
import { type EffectHistory, UNTRIED } from './effect-runner.ts'
import type { RunEffect } from './run-effect.ts'
import type { AttemptFigures, CreatedData, RunEvent } from './run-event.ts'
import { RunState } from './run-state.ts'
import { addUsage, NO_USAGE } from './usage-totals.ts'

export interface RecoveredRun {
  state: RunState
  seq: number
  startedAt: number
  /** The run whose id stands in its idempotency keys. */
  keyRun: string
  usage: UsageTotals
  histories: EffectHistories
  /** What followed from the row `created`, when no other has been written yet: nobody may have carried it out. */
  initial: readonly RunEffect[]
  /** Why the journal can't be folded; the state is then of no use. */
  defect?: unknown
}

/** Never throws: what is wrong with the journal ends the run, not the process (J8). */
export const recoverRun = (runId: string, workflow: CompiledWorkflow, rows: readonly JournalRow[]): RecoveredRun => {
  const recovered: RecoveredRun = {
    state: new RunState(workflow),
    seq: rows.at(-1)?.seq ?? 0,
    startedAt: rows[0]?.at ?? 0,
    keyRun: (rows[0]?.data as { key_run?: string } | undefined)?.key_run ?? runId,
    usage: NO_USAGE,
    histories: new EffectHistories(),
    initial: [],
  }
  try {
    foldJournal(recovered, { runId, rows })
  } catch (thrown) {
    recovered.defect = thrown
  }
  return recovered
}

const foldJournal = (
  recovered: RecoveredRun,
  { runId, rows }: { runId: string; rows: readonly JournalRow[] },
): void => {
  const { state, histories } = recovered
  const [created, ...others] = rows
  if (created?.kind !== 'created') throw new Defect(`J4: the journal of run '${runId}' does not begin with 'created'`)
  const initial = state.start({ runId, at: created.at, data: created.data as unknown as CreatedData })
  if (others.length === 0) recovered.initial = initial
  for (const row of others) {
    if (isEventKind(row.kind) && state.apply(row as unknown as RunEvent) === undefined)
      throw new Defect(`J4: row ${row.seq} of run '${runId}' (${row.kind} of '${row.path}') fits nothing that is open`)
    histories.take(row)
    recovered.usage = addUsage(recovered.usage, (row.data as unknown as Partial<AttemptFigures> | null)?.usage)
  }
}

/** What the journal says was tried of the effects that have no outcome. */
export class EffectHistories {
  readonly #open = new Map<string, EffectHistory>()

  take({ kind, path, visit, data }: JournalRow): void {
    const id = `${path}#${visit}`
    if (kind === 'attempt') this.#open.set(id, addFailed(this.#of(id), data as { choice?: number }))
    else if (kind === 'lost') this.#open.set(id, { ...this.#of(id), lost: this.#of(id).lost + 1 })
    else if (kind === 'outcome') this.#open.delete(id)
  }

  of(path: string, visit: number): EffectHistory {
    return this.#of(`${path}#${visit}`)
  }

  #of(id: string): EffectHistory {
    return this.#open.get(id) ?? UNTRIED
  }
}

/** The note of a failed attempt says which one of a fallback order comes next. */
const addFailed = (history: EffectHistory, { choice = history.choice }: { choice?: number }): EffectHistory => {
  const failed = history.failed + 1
  return { ...history, failed, choice, before: choice === history.choice ? history.before : failed }
}
