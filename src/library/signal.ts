/** Events for runs, and whether anything new begins in them. */
import type { JsonValue } from '../core/json.ts'
import { SecretVault } from '../secrets/secret-vault.ts'
import { findRun } from '../service/control/find-run.ts'
import { matchRuns } from '../service/control/match-runs.ts'
import { pauseRun } from '../service/control/pause-run.ts'
import { sendSignal } from '../service/control/send-signal.ts'
import type { RunRecord, Store } from '../store/store.ts'

export interface SignalOptions {
  store: Store
  /** What the event carries. Default: null. */
  data?: JsonValue
  /** The same one counts once for each run. Default: a new one. */
  id?: string
  /** Values that are kept out of what is stored, by name; at least 8 characters each. */
  secrets?: Readonly<Record<string, string>>
}

export interface SignalResult {
  /** Of the event. */
  id: string
  /** Ids of the runs that have it now; one that does not wait for it yet keeps it. */
  reached: string[]
  /** Ids of the runs that had it before, or have ended. */
  passed: string[]
}

/**
 * Sends an event to a run, or to all that have not ended and for which an expression over `run` `{ id, workflow, status, started_at }` and
 * `input` holds, child runs included. Durable when it resolves.
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
  /** Who asks for it; recorded with when. */
  by: string
}

/**
 * Begins nothing new in a run: what is in flight ends and is recorded, deadlines go on. True: it is paused. False: it has ended, or nobody
 * has it in hand now; then it is paused as soon as somebody does.
 * @throws Fault `not_found`; StoreError
 */
export const pause = async (id: string, { store, by }: PauseOptions): Promise<boolean> =>
  (await pauseRun(store, (await findRun(store, id)).id, { kind: 'pause', by })).isDone

/** Goes on with a paused run; as `pause`. */
export const unpause = async (id: string, { store, by }: PauseOptions): Promise<boolean> =>
  (await pauseRun(store, (await findRun(store, id)).id, { kind: 'unpause', by })).isDone
