/**
 * Cancels a run and the child runs below it: whoever holds one is asked to, one that nobody holds is taken over. Says what could not
 * be stopped in time to be sure that it had no effect.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Catalogue } from '../../compiler/catalogue.ts'
import { toEffectId } from '../../runtime/effects/effect-history.ts'
import { isChildRun } from '../../runtime/effects/run-effect.ts'
import type { Host } from '../../runtime/host.ts'
import { recoverRun } from '../../runtime/recovery.ts'
import type { JournalRow } from '../../store/journal-row.ts'
import { createOwner } from '../../store/process-identity.ts'
import { isLeaseFree } from '../../store/rules/lease.ts'
import type { RunRecord, Store } from '../../store/store.ts'
import { loadRun, type StoredRun } from '../history/load-run.ts'
import { findRun, listDescendants } from './find-run.ts'
import { listUndone, type UndoneStep } from './undone-steps.ts'

export interface CancelRequest {
  by: string
  /** How long whoever holds the run is waited for, in milliseconds. */
  waitMs: number
  /** Of the environment: what expressions may read. */
  environment: Readonly<Record<string, string>>
  workingFolder: string
  /** Compiles the workflow of a run that is taken over. */
  catalogue: Catalogue
  /**
   * Opens what a run is taken over with; not closed. `undoes`: it has something to undo, so that its secrets are needed. @throws when
   * it can't
   */
  open(stored: StoredRun, options: { undoes: boolean }): Pick<Host, 'resume'>
}

export interface CancelEnd {
  run: RunRecord
  /** Paths of steps that were called off in the middle: they may have taken effect. */
  unsure: string[]
  undone: UndoneStep[]
  /** Child runs that go on: their holders have not answered in time. */
  goesOn: RunRecord[]
}

/** @throws what `open` throws; Fault, StoreError */
export const cancelRun = async (store: Store, id: string, request: CancelRequest): Promise<CancelEnd> => {
  const { run, inFlight } = await stop(store, id, request)
  const below = run.status === 'running' ? [] : await stopBelow(store, id, request)
  const rows = await store.readJournal(id)
  return {
    run,
    unsure: [...new Set([...inFlight, ...listStopped(rows), ...below.flatMap(({ unsure }) => unsure)])],
    undone: listUndone(run.status, rows),
    goesOn: below.flatMap(({ run: child, goesOn }) => (child.status === 'running' ? [child, ...goesOn] : goesOn)),
  }
}

/** After their parent: to a parent that goes on, the end of a child by somebody else would be a fault. */
const stopBelow = async (store: Store, id: string, request: CancelRequest): Promise<CancelEnd[]> => {
  const children = await listDescendants(store, id)
  return Promise.all(children.filter(({ parent }) => parent === id).map((child) => cancelRun(store, child.id, request)))
}

const LOOK_EVERY_MS = 50

const stop = async (
  store: Store,
  id: string,
  request: CancelRequest,
): Promise<{ run: RunRecord; inFlight: string[] }> => {
  const { by, waitMs } = request
  // A message, also for a run that is taken over here: one that its flow keeps waiting may begin only to be cancelled.
  await store.post(id, { id: `cancel-${randomUUID()}`, kind: 'cancel', body: { by } })
  const until = Date.now() + waitMs
  let inFlight: string[] = []
  for (;;) {
    const run = await findRun(store, id)
    if (run.status !== 'running' || Date.now() > until) return { run, inFlight }
    if (isLeaseFree(run.holder, createOwner(), Date.now())) inFlight = await takeOver(store, run, request)
    else await delay(LOOK_EVERY_MS)
  }
}

/** The paths of what was in flight when its process died. The cancel is folded before any effect starts. */
const takeOver = async (store: Store, record: RunRecord, request: CancelRequest): Promise<string[]> => {
  const { open } = request
  const stored = await loadRun(store, record, request)
  const rows = await store.readJournal(record.id)
  const inFlight = record.phase === 'active' ? listInFlight(stored, rows) : []
  const local = open(stored, { undoes: rows.some(({ kind }) => kind === 'undo') })
  const resumed = await local.resume(record.id)
  if (resumed.kind !== 'resumed') return inFlight
  const exit = await resumed.run.exited
  if (exit.kind === 'broken') throw exit.cause
  return inFlight
}

/** Child runs are stopped for themselves. */
const listInFlight = ({ record, workflow }: StoredRun, rows: readonly JournalRow[]): string[] => {
  const { state, defect, untouched } = recoverRun(record.id, workflow, rows)
  if (defect !== undefined) return []
  return state
    .openEffects()
    .filter((effect) => !isChildRun(effect) && !untouched.has(toEffectId(effect)))
    .map(({ path }) => path)
}

const listStopped = (rows: readonly JournalRow[]): string[] =>
  rows.flatMap(({ kind, path }) => (kind === 'stopped' ? [path] : []))
