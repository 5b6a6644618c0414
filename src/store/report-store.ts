/** Lists and sums over many runs. */
import type { RunPhase, RunStatus } from './run-status.ts'
import type { RunRecord } from './run-store.ts'

export interface ReportStore {
  /** Newest first; without a limit all of them. */
  listRuns(filter?: RunFilter): Promise<RunRecord[]>
  /** Number of runs that the list would have without its limit. */
  countRuns(filter?: RunFilter): Promise<number>
  /** Counts the runs that have not ended, child runs too, by phase. By an index: ended runs cost nothing. */
  countLiveRuns(): Promise<LivePhase[]>
  /**
   * Sums the usage of model calls over the journals of all runs, running ones included, ordered by the groups. The usage that
   * a step reports for its child run is left out: the child's own journal has it.
   */
  sumUsage(query: UsageQuery): Promise<UsageSum[]>
}

export interface LivePhase {
  phase: RunPhase
  count: number
  /** When the oldest one was submitted, in epoch milliseconds; null: there is none. */
  oldestAt: number | null
}

export interface RunFilter {
  status?: RunStatus
  workflow?: string
  /** The children of this run; default: runs without a parent. */
  parent?: string
  /** Without `parent`: child runs too. Default false. */
  isAnyDepth?: boolean
  /** Submitted then or later, in epoch milliseconds. */
  since?: number
  /** Submitted earlier, in epoch milliseconds. */
  until?: number
  /** Only runs that were submitted before this one: the list goes on behind it. */
  before?: string
  limit?: number
}

export const USAGE_GROUPS = ['provider', 'model', 'workflow', 'step', 'day'] as const
/** `day`: in UTC, as vendors bill, `2026-01-31`. `step`: its id, without the items of a foreach. */
export type UsageGroup = (typeof USAGE_GROUPS)[number]

export interface UsageQuery {
  /** Groups that are not named are summed up; without any there is one sum, or none when nothing was used. */
  by: readonly UsageGroup[]
  /** Epoch milliseconds: calls that ended then or later. */
  since?: number
  /** Only runs of this workflow. */
  workflow?: string
}

/** Holds the requested groups under their names. */
export interface UsageSum extends Partial<Record<UsageGroup, string>> {
  /** Without those that the answer cache answered. */
  calls: number
  cache_hits: number
  input_tokens: number
  cached_tokens: number
  output_tokens: number
  /** Over the calls whose price is known; null: no price is known. */
  cost_usd: number | null
  /** Saved by the caches of vendors, below 0 where writing cost more; null: no call has recorded it. */
  cache_saved_usd: number | null
  /** Number of calls with an unknown price. */
  unpriced_calls: number
}
