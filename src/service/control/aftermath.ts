/** Cleanup around the end of a run, as its results tell it: the steps that were undone, and how `finally` ended. */
import type { Aftermath as EndedAftermath } from '../../runtime/effects/run-effect.ts'
import type { FinallyCut } from '../../store/journal-data.ts'
import type { JournalRow } from '../../store/journal-row.ts'
import type { RunRecord, RunStatus, Store } from '../../store/store.ts'
import { listUndone, toUndoneSteps, type UndoneStep } from './undone-steps.ts'

/** How the `finally` of a run ended that did not complete. The end of the run is as it was before. */
export interface BrokenFinally {
  /** `failed`: by a fault, a limit, or after 5 minutes. `cancelled`: a cancel ended it. */
  status: 'failed' | 'cancelled'
  /** Path of the step that raised the fault. */
  step: string | null
  error: { code: string; message: string } | null
}

export interface Aftermath {
  undone: UndoneStep[]
  /** Null: `finally` completed, goes on, or there is none. */
  finally: BrokenFinally | null
}

/** Converts the end of a run in this process. */
export const toAftermath = ({ undone, finallyCut }: EndedAftermath): Aftermath => ({
  undone: toUndoneSteps(undone),
  finally: finallyCut === undefined ? null : toBrokenFinally(finallyCut),
})

export const listAftermath = (status: RunStatus, rows: readonly JournalRow[]): Aftermath => ({
  undone: listUndone(status, rows),
  finally: findBrokenFinally(rows),
})

/** Reads the journal of a completed run only if the text of its workflow has a word for cleanup. */
export const readAftermath = async (store: Store, { id, status, definition }: RunRecord): Promise<Aftermath> => {
  if (status === 'completed') {
    const stored = await store.loadDefinition(definition)
    if (stored === undefined || !CLEANUP.test(stored.source)) return { undone: [], finally: null }
  }
  return listAftermath(status, await store.readJournal(id))
}

const CLEANUP = /\b(finally|compensate)\b/

const findBrokenFinally = (rows: readonly JournalRow[]): BrokenFinally | null => {
  for (const row of rows.toReversed())
    if (row.kind === 'finally' && !('status' in row.data)) return toBrokenFinally(row.data)
  return null
}

const toBrokenFinally = (cut: FinallyCut): BrokenFinally => {
  if ('is_cancelled' in cut) return { status: 'cancelled', step: null, error: null }
  const { code, message } = cut.fault
  return { status: 'failed', step: cut.step, error: { code, message } }
}
