import type { CreatedData } from '../../runtime/run-event.ts'
import { expectCreated, type JournalRow } from '../../store/journal-row.ts'
import type { RunRecord, Store } from '../../store/store.ts'
import { type LoadOptions, loadRun, type StoredRun } from './load-run.ts'

/** A run with its journal and its definition, compiled as the run began with it. */
export interface PastRun {
  record: RunRecord
  stored: StoredRun
  rows: readonly JournalRow[]
  created: CreatedData
}

/** @throws Fault if it is not whole or no longer compiles; StoreError */
export const readPastRun = async (store: Store, record: RunRecord, options: LoadOptions): Promise<PastRun> => {
  const stored = await loadRun(store, record, options)
  const rows = await store.readJournal(record.id)
  return { record, stored, rows, created: expectCreated(rows, record.id).data }
}
