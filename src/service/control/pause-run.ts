import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { InboxMessage, RunRecord, Store } from '../../store/store.ts'
import { findRun, listDescendants } from './find-run.ts'

export interface PauseRequest {
  kind: 'pause' | 'unpause'
  by: string
  /** How long to wait for the lease holder, in milliseconds. Default 2,000. */
  waitMs?: number
}

export interface PauseEnd {
  run: RunRecord
  /** False: the run had ended, or no process has taken the request up yet. It is kept, and obeyed before any effect starts. */
  isDone: boolean
}

const WAIT_MS = 2_000
const LOOK_EVERY_MS = 50

/**
 * Asks a run and the child runs below it to pause, or to go on. A run that has ended stays as it is.
 * @throws Fault `not_found`; StoreError
 */
export const pauseRun = async (
  store: Store,
  id: string,
  { kind, by, waitMs = WAIT_MS }: PauseRequest,
): Promise<PauseEnd> => {
  const wanted = kind === 'pause'
  const family = [id, ...(await listDescendants(store, id)).map((child) => child.id)]
  const message: InboxMessage = { id: `${kind}-${randomUUID()}`, kind, body: { by } }
  const [isTaken] = await Promise.all(family.map((run) => store.post(run, message)))
  const until = Date.now() + waitMs
  for (;;) {
    const run = await findRun(store, id)
    // A run that goes on may have ended before it is read.
    if (run.status !== 'running') return { run, isDone: kind === 'unpause' && isTaken === true }
    if (run.isPaused === wanted && run.phase !== 'queued') return { run, isDone: true }
    if (Date.now() >= until) return { run, isDone: false }
    await delay(LOOK_EVERY_MS)
  }
}
