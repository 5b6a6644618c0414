/** Queued and due runs, as a server needs them. */
import type { KnownRun, NewRun, RefusedRun, RunRecord } from './run-store.ts'

export interface QueueStore {
  /**
   * Adds a run without a holder, `queued`, in one transaction: from then on it is not lost. With a `key` it counts once for
   * its workflow, however often it is submitted. With `againIf`, a run of that key with such an end is replaced: the new run has the key
   * and the origin `again`, and the body may be another one. Of several submissions at once one replaces it.
   * @throws StoreError `conflict` when the id exists; Defect J4 when the definition is not saved, J2 when its rows leave a gap
   */
  submit(run: NewRun, options?: SubmitOptions): Promise<SubmitResult>
  /**
   * Lists ids of runs that may be claimed and have something to do, at most `limit` (100), in this order: `active` ones whose
   * holder is gone or has released them; `waiting` ones with a timer due at `at` (epoch milliseconds) or a message; `queued`
   * ones that their flows let begin, by priority, then age. An imported run is due only after its first claim. Runs with `needs` of
   * `except` are passed over, so that they hold back no others; within a flow the order of the queue stays.
   */
  listDueRuns(at: number, limit?: number, options?: { except?: readonly Needs[] }): Promise<string[]>
  /** Returns when the earliest timer of a waiting run is due; null without one. */
  nextDueAt(): Promise<number | null>
}

/** The `needs` of a run. */
export type Needs = readonly string[]

export interface SubmitOptions {
  /** Ends of the run with the same key after which a new run is made. Default: none. */
  againIf?: readonly BadEnd[]
}

/** Ends after which a run may be made again under its key. */
export const BAD_ENDS = ['failed', 'cancelled'] as const

export type BadEnd = (typeof BAD_ENDS)[number]

export type SubmitResult = { kind: 'created'; run: RunRecord } | KnownRun | RefusedRun
