import type { Store } from '../../store/store.ts'

/** What runs of a workflow did cost. */
export interface TypicalCost {
  /** The newest that completed. */
  runs: number
  /** Whether they are of other versions of the workflow, as this one has not completed yet: its models may be others. */
  ofOtherVersions: boolean
  /** Runs in which a call had an unknown price: they count in the times alone. */
  unpricedRuns: number
  /** Runs that had answers from the cache, which would cost more without. */
  cachedRuns: number
  /** Null: no run has a known cost. */
  medianUsd: number | null
  highestUsd: number | null
  medianMs: number
}

const MOST_RUNS = 100

/** Undefined where none has completed. @param workflow Its name, and the hash of the version that is planned. @throws StoreError */
export const findTypicalCost = async (
  store: Pick<Store, 'listRuns'>,
  { name, hash }: { name: string; hash: string },
): Promise<TypicalCost | undefined> => {
  const all = await store.listRuns({ workflow: name, status: 'completed', limit: MOST_RUNS })
  const same = all.filter(({ definition }) => definition === hash)
  const runs = same.length > 0 ? same : all
  const costs = runs.flatMap(({ usage }) => (usage.cost_usd === null ? [] : [usage.cost_usd]))
  const times = runs.map(({ createdAt, endedAt }) => (endedAt ?? createdAt) - createdAt)
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

/** One that did occur. */
const medianOf = (numbers: readonly number[]): number | undefined =>
  numbers.toSorted((one, other) => one - other)[Math.ceil(numbers.length / 2) - 1]
