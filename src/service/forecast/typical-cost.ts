import type { Store } from '../../store/store.ts'
import { measureRun } from '../history/measure-run.ts'

/** Cost of past runs of a workflow. */
export interface TypicalCost {
  /** Number of runs, the newest that completed. */
  runs: number
  /** True when the runs are of other versions, as this one has not completed yet: their models may differ. */
  ofOtherVersions: boolean
  /** Runs in which a call had an unknown price: they count in the duration alone. */
  unpricedRuns: number
  /** Runs that had answers from the cache, and would cost more without it. */
  cachedRuns: number
  /** Null: no run has a known cost. */
  medianUsd: number | null
  highestUsd: number | null
  medianMs: number
}

const MOST_RUNS = 100

/** Undefined where no run has completed. @param workflow Name, and hash of the planned version. @throws StoreError */
export const findTypicalCost = async (
  store: Pick<Store, 'listRuns'>,
  { name, hash }: { name: string; hash: string },
): Promise<TypicalCost | undefined> => {
  const all = await store.listRuns({ workflow: name, status: 'completed', limit: MOST_RUNS })
  const same = all.filter(({ definition }) => definition === hash)
  const runs = same.length > 0 ? same : all
  const costs = runs.flatMap(({ usage }) => (usage.cost_usd === null ? [] : [usage.cost_usd]))
  const times = runs.map((run) => measureRun(run).durationMs)
  const medianMs = medianOf(times)
  if (medianMs === undefined) return undefined
  return {
    runs: runs.length,
    ofOtherVersions: same.length === 0,
    unpricedRuns: runs.length - costs.length,
    cachedRuns: runs.filter(({ usage }) => usage.cache_hits !== undefined).length,
    medianUsd: medianOf(costs) ?? null,
    highestUsd: costs.length === 0 ? null : Math.max(...costs),
    medianMs,
  }
}

/** The lower median: a number that occurs in the list. */
const medianOf = (numbers: readonly number[]): number | undefined =>
  numbers.toSorted((one, other) => one - other)[Math.ceil(numbers.length / 2) - 1]
