/** What was undone at the end of a run, and what could not be, from its journal. */
import type { FaultData } from '../../core/fault.ts'
import { UNDO } from '../../core/machine-ends.ts'
import type { EndedRun } from '../../runtime/effects/run-effect.ts'
import type { JournalRow } from '../../store/journal-row.ts'
import type { RunRecord, RunStatus, Store } from '../../store/store.ts'

export interface UndoneStep {
  /** Path of the step. */
  step: string
  /** Which of its visits. */
  visit: number
  /** Why it could not be undone; absent: it was. */
  error?: { code: string; message: string }
}

/** In the order in which it was tried. Of a run that is being undone, so far. */
export const listUndone = (status: RunStatus, rows: readonly JournalRow[]): UndoneStep[] => {
  if (status === 'completed') return []
  const tried = rows.flatMap((row) => (row.kind === 'outcome' && row.path.startsWith(PREFIX) ? [toTried(row)] : []))
  return status === 'running' ? tried : [...tried, ...rows.flatMap(toUnready)]
}

/** Of a run that ended well nothing is read. */
export const readUndone = async (store: Store, { id, status }: RunRecord): Promise<UndoneStep[]> =>
  status === 'completed' ? [] : listUndone(status, await store.readJournal(id))

/** The same from what a run in this process has come to. */
export const toUndoneSteps = (undone: EndedRun['undone'] = []): UndoneStep[] =>
  undone.map(({ path, visit, fault }) => ({ step: path, visit, ...toError(fault) }))

const PREFIX = `${UNDO}/`

const toTried = ({ path, visit, data }: JournalRow<'outcome'>): UndoneStep => ({
  step: path.slice(PREFIX.length),
  visit,
  ...toError('fault' in data ? data.fault : undefined),
})

/** What would have undone it could not be told when the step completed: it was never tried. */
const toUnready = (row: JournalRow): UndoneStep[] =>
  row.kind === 'undo' && 'fault' in row.data ? [{ step: row.path, visit: row.visit, ...toError(row.data.fault) }] : []

const toError = (fault: FaultData | undefined): Pick<UndoneStep, 'error'> =>
  fault === undefined ? {} : { error: { code: fault.code, message: fault.message } }
