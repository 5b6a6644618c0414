/** Queued and due runs, as a server needs them. */
import type { KnownRun, NewRun, RefusedRun, RunRecord } from './run-store.ts'

export interface QueueStore {
  /**
   * Adds a run without a holder, `queued`, in one transaction: from then on it is not lost. With a `key` it counts once for
   * its workflow, however often it is submitted.
   * @throws StoreError `conflict` when the id exists; Defect J4 when the definition is not saved, J2 when its rows leave a gap
   */
  submit(run: NewRun): Promise<SubmitResult>
  /**
   * Lists ids of runs that may be claimed and have something to do, at most `limit` (100), in this order: `active` ones whose
   * holder is gone or has released them; `waiting` ones with a timer due at `at` (epoch milliseconds) or a message; `queued`
   * ones that their flows let begin, by priority, then age. An imported run is due only after its first claim.
   */
  listDueRuns(at: number, limit?: number): Promise<string[]>
  /** Returns when the earliest timer of a waiting run is due; null without one. */
  nextDueAt(): Promise<number | null>
}

export type SubmitResult = { kind: 'created'; run: RunRecord } | KnownRun | RefusedRun
