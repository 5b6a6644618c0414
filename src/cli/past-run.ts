import { createCatalogue } from '../app/catalogue.ts'
import { readVariables } from '../app/project/project-access.ts'
import type { CreatedData } from '../runtime/run-event.ts'
import { loadRun, type StoredRun } from '../service/history/load-run.ts'
import { expectCreated, type JournalRow } from '../store/journal-row.ts'
import type { RunRecord } from '../store/store.ts'
import type { Context } from './context.ts'
import { findRun, type OpenedRuns } from './open-runs.ts'

/** A run with its journal and its definition, compiled as the run began with it. */
export interface PastRun {
  record: RunRecord
  stored: StoredRun
  rows: readonly JournalRow[]
  created: CreatedData
}

/** @throws CliError if there is no run with this id; Fault if it no longer compiles; StoreError */
export const openPastRun = async (context: Context, opened: OpenedRuns, id: string): Promise<PastRun> =>
  readPastRun(context, opened, await findRun(opened.store, id))

export const readPastRun = async (context: Context, opened: OpenedRuns, record: RunRecord): Promise<PastRun> => {
  const stored = await loadStored(context, opened, record)
  const rows = await opened.store.readJournal(record.id)
  return { record, stored, rows, created: expectCreated(rows, record.id).data }
}

/** A run with the variables of this project, ready to continue. @throws as readPastRun */
export const loadStored = (
  { environment, workingFolder }: Context,
  { project, store }: OpenedRuns,
  record: RunRecord,
): Promise<StoredRun> =>
  loadRun(store, record, {
    catalogue: createCatalogue(),
    environment: readVariables(project, environment),
    workingFolder,
  })
