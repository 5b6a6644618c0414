import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { InboxMessage, RunRecord, Store } from '../../store/store.ts'
import { findRun, listDescendants } from './find-run.ts'

export interface PauseRequest {
  kind: 'pause' | 'unpause'
  by: string
  /** How long to wait for whoever holds the run, in milliseconds. Default 2,000. */
  waitMs?: number
}

export interface PauseEnd {
  run: RunRecord
  /** False: it had ended, or nobody has taken it up yet: then it is kept, and heeded before anything else begins. */
  isDone: boolean
}

const WAIT_MS = 2_000
const LOOK_EVERY_MS = 50

/**
 * Asks for a run to be paused, or to go on, and the child runs below it. A run that has ended stays as it is.
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
    // One that goes on may have ended before it is looked at.
    if (run.status !== 'running') return { run, isDone: kind === 'unpause' && isTaken === true }
    if (run.isPaused === wanted && run.phase !== 'queued') return { run, isDone: true }
    if (Date.now() >= until) return { run, isDone: false }
    await delay(LOOK_EVERY_MS)
  }
}
