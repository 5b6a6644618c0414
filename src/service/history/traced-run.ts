import type { Catalogue } from '../../compiler/catalogue.ts'
import type { JournalRow } from '../../store/journal-row.ts'
import type { RunRecord, Store } from '../../store/store.ts'
import { findIntact } from '../control/find-run.ts'
import type { RunWait } from '../control/run-waits.ts'
import { findMissing, readServersFor } from '../control/unfit-runs.ts'
import { listDetached } from './detached-runs.ts'

/** A run with its journal, and what it waits for. */
export interface TracedRun {
  run: RunRecord
  rows: readonly JournalRow[]
  waits: readonly RunWait[]
  /** Needs that no live server has, so that the run waits for one. */
  missing: readonly string[]
  children: readonly RunRecord[]
  /** The runs that its steps have started, without waiting for them. */
  started: readonly RunRecord[]
}

/** @throws StoreError */
export const readTracedRun = async (store: Store, run: RunRecord, catalogue: Catalogue): Promise<TracedRun> => {
  const rows = await store.readJournal(run.id)
  const children = (await store.listRuns({ parent: run.id })).reverse()
  const waits = await readOpenWaits(store, { run, catalogue })
  const missing = findMissing(run, await readServersFor([run], store))
  return { run, rows, waits, missing, children, started: await findStarted(store, run, rows) }
}

/** Compiles the workflow; an ended run has no waits and skips this. */
export const readOpenWaits = async (
  store: Store,
  { run, catalogue }: { run: RunRecord; catalogue: Catalogue },
): Promise<RunWait[]> => {
  if (run.status !== 'running') return []
  const { WaitReader } = await import('../control/waits-of-runs.ts')
  return new WaitReader(store, catalogue).read(run)
}

const findStarted = async (store: Store, run: RunRecord, rows: readonly JournalRow[]): Promise<RunRecord[]> => {
  const found = await Promise.all(listDetached(run.id, rows).map((id) => findIntact(store, id)))
  return found.flatMap((one) => (one.kind === 'found' ? [one.run] : []))
}
