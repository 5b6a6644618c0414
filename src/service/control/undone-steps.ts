/** Reads from the journal which steps of a run were undone, and which could not be. */
import type { FaultData } from '../../core/fault.ts'
import { UNDO } from '../../core/machine-ends.ts'
import type { EndedRun } from '../../runtime/effects/run-effect.ts'
import type { JournalRow } from '../../store/journal-row.ts'
import type { RunStatus } from '../../store/store.ts'

export interface UndoneStep {
  /** Path of the step. */
  step: string
  /** Which of its visits. */
  visit: number
  /** Reason why it could not be undone; absent: it was undone. */
  error?: { code: string; message: string }
}

/** Lists steps in the order of undoing; for a running run, the steps so far; for a completed one, those of blocks that were compensated. */
export const listUndone = (status: RunStatus, rows: readonly JournalRow[]): UndoneStep[] => {
  const tried = rows.flatMap((row) => (row.kind === 'outcome' && row.path.startsWith(PREFIX) ? [toTried(row)] : []))
  return status === 'running' || status === 'completed' ? tried : [...tried, ...rows.flatMap(toUnready)]
}

/** Converts the end of a run in this process. */
export const toUndoneSteps = (undone: EndedRun['undone'] = []): UndoneStep[] =>
  undone.map(({ path, visit, fault }) => ({ step: path, visit, ...toError(fault) }))

const PREFIX = `${UNDO}/`

const toTried = ({ path, visit, data }: JournalRow<'outcome'>): UndoneStep => ({
  step: path.slice(PREFIX.length),
  visit,
  ...toError('fault' in data ? data.fault : undefined),
})

/** The input of the undoing call could not be evaluated when the step completed: it was never tried. */
const toUnready = (row: JournalRow): UndoneStep[] =>
  row.kind === 'undo' && 'fault' in row.data ? [{ step: row.path, visit: row.visit, ...toError(row.data.fault) }] : []

const toError = (fault: FaultData | undefined): Pick<UndoneStep, 'error'> =>
  fault === undefined ? {} : { error: { code: fault.code, message: fault.message } }
