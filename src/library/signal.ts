/** Sends events to runs, and pauses them. */
import type { JsonValue } from '../core/json.ts'
import { SecretVault } from '../secrets/secret-vault.ts'
import { findRun } from '../service/control/find-run.ts'
import { matchRuns } from '../service/control/match-runs.ts'
import { pauseRun } from '../service/control/pause-run.ts'
import { type SignalResult, sendSignal } from '../service/control/send-signal.ts'
import type { RunRecord, Store } from '../store/store.ts'

export interface SignalOptions {
  store: Store
  /** Data of the event. Default: null. */
  data?: JsonValue
  /** Id of the event: each run takes the same id once. Default: a new id. */
  id?: string
  /** Values that are redacted before anything is stored, by name; at least 8 characters each. */
  secrets?: Readonly<Record<string, string>>
}

export type { SignalResult }

/**
 * Sends an event to a run, or to all runs that have not ended and for which an expression over `run` `{ id, workflow, status, started_at }` and
 * `input` holds, child runs included. Durable when this resolves.
 * @throws Fault `not_found`, `invalid_input` for a wrong expression; StoreError
 */
export const signal = async (
  to: string | { match: string },
  event: string,
  { store, data, id, secrets = {} }: SignalOptions,
): Promise<SignalResult> => {
  const runs =
    typeof to === 'string' ? [await findRun(store, to)] : await matchRuns(store, to.match, { statusOf: toStatus })
  return sendSignal(store, runs, { event, data, id, vault: new SecretVault(secrets) })
}

const toStatus = ({ status, phase, isPaused }: RunRecord): string =>
  isPaused ? 'paused' : phase === 'active' ? status : phase

export interface PauseOptions {
  store: Store
  /** The person who asks; recorded with the time. */
  by: string
}

/**
 * Pauses a run: no new effect starts, effects in flight end and are recorded, and deadlines run on. True: the run is paused. False: it
 * has ended, or no process holds it now; then it pauses when a process takes it up.
 * @throws Fault `not_found`; StoreError
 */
export const pause = (id: string, options: PauseOptions): Promise<boolean> => ask('pause', id, options)

/** Lets a paused run go on; returns and throws as `pause` does. */
export const unpause = (id: string, options: PauseOptions): Promise<boolean> => ask('unpause', id, options)

const ask = async (kind: 'pause' | 'unpause', id: string, { store, by }: PauseOptions): Promise<boolean> =>
  (await pauseRun(store, (await findRun(store, id)).id, { kind, by })).isDone
