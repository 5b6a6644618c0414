/**
 * Cancels a run and the child runs below it. It asks the lease holder of a run, and takes over a run without one. It reports the steps
 * that were stopped too late to be sure that they had no effect.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Catalogue } from '../../compiler/catalogue.ts'
import { CALLED_OFF } from '../../runtime/child/child-id.ts'
import { toEffectId } from '../../runtime/effects/effect-history.ts'
import { isChildRun } from '../../runtime/effects/run-effect.ts'
import type { Host } from '../../runtime/host.ts'
import { recoverRun } from '../../runtime/recovery.ts'
import type { JournalRow } from '../../store/journal-row.ts'
import { createOwner } from '../../store/process-identity.ts'
import { isLeaseFree } from '../../store/rules/lease.ts'
import type { InboxMessage, RunRecord, Store } from '../../store/store.ts'
import { loadRun, type StoredRun } from '../history/load-run.ts'
import { type Aftermath, listAftermath } from './aftermath.ts'
import { findRun, listDescendants } from './find-run.ts'

export interface CancelRequest {
  by: string
  /** How long to wait for the lease holder, in milliseconds. */
  waitMs: number
  /** Variables that expressions may read. */
  environment: Readonly<Record<string, string>>
  workingFolder: string
  /** Compiles the workflow of a run that is taken over. */
  catalogue: Catalogue
  /**
   * Opens the host that takes over a run; the caller closes it. `performs`: the run has steps to undo or a `finally`, so that its
   * secrets are needed.
   * @throws when it can't
   */
  open(stored: StoredRun, options: { performs: boolean }): Pick<Host, 'resume'> | Promise<Pick<Host, 'resume'>>
}

export interface CancelEnd extends Aftermath {
  run: RunRecord
  /** Paths of steps that were stopped in flight: they may have taken effect. */
  unsure: string[]
  /** The run has ended but for its `finally`. */
  isFinishing: boolean
  /** Child runs that go on: their lease holders have not answered in time. */
  goesOn: RunRecord[]
}

/** The end of a cancel that came after the run had ended. */
export const toUntouched = (run: RunRecord): CancelEnd => ({
  run,
  unsure: [],
  undone: [],
  finally: null,
  isFinishing: false,
  goesOn: [],
})

/** @throws what `open` throws; Fault, StoreError */
export const cancelRun = (store: Store, id: string, request: CancelRequest): Promise<CancelEnd> =>
  cancelBy({ id: `cancel-${randomUUID()}`, kind: 'cancel', body: { by: request.by } }, { store, id, request })

interface Cancelled {
  store: Store
  id: string
  request: CancelRequest
}

const cancelBy = async (message: InboxMessage, { store, id, request }: Cancelled): Promise<CancelEnd> => {
  const { run, inFlight } = await stop(message, { store, id, request })
  const below = run.status === 'running' ? [] : await stopBelow(store, id, request)
  const rows = await store.readJournal(id)
  return {
    run,
    unsure: [...new Set([...inFlight, ...listStopped(rows), ...below.flatMap(({ unsure }) => unsure)])],
    ...listAftermath(run.status, rows),
    isFinishing: run.status === 'running' && rows.some(({ kind }) => kind === 'finally'),
    goesOn: below.flatMap(({ run: child, goesOn }) => (child.status === 'running' ? [child, ...goesOn] : goesOn)),
  }
}

/** Children come after their parent: a parent that goes on would take the cancelled child for a fault. */
const stopBelow = async (store: Store, id: string, request: CancelRequest): Promise<CancelEnd[]> => {
  const children = await listDescendants(store, id)
  // The same message as that of its parent: a second one would end the `finally` of the child.
  return Promise.all(
    children
      .filter(({ parent }) => parent === id)
      .map((child) => cancelBy(CALLED_OFF, { store, id: child.id, request })),
  )
}

const LOOK_EVERY_MS = 50

const stop = async (
  message: InboxMessage,
  { store, id, request }: Cancelled,
): Promise<{ run: RunRecord; inFlight: string[] }> => {
  // A run that is taken over here gets the message too: a run that its flow keeps queued begins only to be cancelled.
  await store.post(id, message)
  const until = Date.now() + request.waitMs
  let inFlight: string[] = []
  for (;;) {
    const run = await findRun(store, id)
    if (run.status !== 'running' || Date.now() > until) return { run, inFlight }
    if (isLeaseFree(run.holder, createOwner(), Date.now())) inFlight = await takeOver(store, run, request)
    else await delay(LOOK_EVERY_MS)
  }
}

/** Lists the paths that were in flight when the process died. The cancel is folded before any effect starts. */
const takeOver = async (store: Store, record: RunRecord, request: CancelRequest): Promise<string[]> => {
  const { open } = request
  const stored = await loadRun(store, record, request)
  const rows = await store.readJournal(record.id)
  const inFlight = record.phase === 'active' ? listInFlight(stored, rows) : []
  const undoes = rows.some(({ kind }) => kind === 'undo')
  const finishes = record.phase !== 'queued' && stored.workflow.workflow.finalSteps !== undefined
  const local = await open(stored, { performs: undoes || finishes })
  const resumed = await local.resume(record.id)
  if (resumed.kind !== 'resumed') return inFlight
  const exit = await resumed.run.exited
  if (exit.kind === 'broken') throw exit.cause
  return inFlight
}

/** Without child runs, which are cancelled by themselves. */
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
