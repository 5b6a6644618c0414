/** Counts of runs that have not ended, in SQL. */
import type { LivePhase } from '../report-store.ts'
import { RUN_PHASES } from '../run-status.ts'
import { toPhase } from './codes.ts'

export interface StoredLivePhase {
  phase: number
  count: number
  oldest_at: number
}

/** Reads the index of runs that have not ended, and one row for each phase. */
export const COUNT_LIVE_RUNS = `select live.phase, live.count, run.created_at as oldest_at
  from (select phase, count(*) as count, min(key) as oldest from run where status = 0 group by phase) live
  join run on run.key = live.oldest`

/** Phases without a run too, so that a count that falls to 0 is seen. */
export const toLivePhases = (rows: readonly StoredLivePhase[]): LivePhase[] =>
  RUN_PHASES.map((phase) => {
    const found = rows.find((row) => toPhase(row.phase) === phase)
    return { phase, count: found?.count ?? 0, oldestAt: found?.oldest_at ?? null }
  })
