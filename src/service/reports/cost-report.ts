/** Reports the cost of model calls by provider, model, workflow, step or day. Calls with an unknown price are counted apart. */
import type { Store, UsageGroup, UsageSum } from '../../store/store.ts'

export interface CostReport {
  /** Cost of the calls with a known price. Null: there are calls, and none has a known price. */
  total_cost_usd: number | null
  unpriced_calls: number
  rows: CostRow[]
}

/** Groups that the report is not divided by have no key, except provider and model, which are null. */
export interface CostRow {
  day?: string
  workflow?: string
  step?: string
  provider: string | null
  model: string | null
  /** Calls that the cache of answers did not answer. */
  calls: number
  /** Includes cached tokens. */
  input_tokens: number
  cached_tokens: number
  output_tokens: number
  /** Null: no call has a known price. */
  cost_usd: number | null
  unpriced_calls: number
  /** Calls that the cache of answers answered, free of charge. */
  cache_hits: number
  /** The cost of the same tokens without the caches of vendors, less `cost_usd`; below 0 where writing cost more. Null: no call used one at a known price. */
  cache_saved_usd: number | null
}

export interface CostQuery {
  /** Groups of the rows. Default: models. Days are in order of time, everything else by cost, the highest first. */
  by?: readonly UsageGroup[]
  /** Earliest end of a call, in epoch milliseconds. */
  since?: number
  workflow?: string
}

/** @throws StoreError */
export const reportCosts = async (
  store: Pick<Store, 'sumUsage'>,
  { by = ['model'], ...query }: CostQuery = {},
): Promise<CostReport> => {
  const sums = await store.sumUsage({ by: toGroups(by), ...query })
  const rows = sums.map(toRow)
  if (!by.includes('day')) rows.sort((one, other) => (other.cost_usd ?? -1) - (one.cost_usd ?? -1))
  return {
    total_cost_usd: rows.length === 0 ? 0 : totalOf(rows),
    unpriced_calls: rows.reduce((count, row) => count + row.unpriced_calls, 0),
    rows,
  }
}

/** Adds the provider of a model and the workflow of a step, which their names need. */
const toGroups = (by: readonly UsageGroup[]): UsageGroup[] =>
  ORDER.filter(
    (group) =>
      by.includes(group) ||
      (group === 'provider' && by.includes('model')) ||
      (group === 'workflow' && by.includes('step')),
  )

const ORDER: readonly UsageGroup[] = ['day', 'workflow', 'step', 'provider', 'model']

const toRow = ({ day, workflow, step, cost_usd, cache_saved_usd: saved, ...sum }: UsageSum): CostRow => ({
  ...(day !== undefined && { day }),
  ...(workflow !== undefined && { workflow }),
  ...(step !== undefined && { step }),
  provider: sum.provider ?? null,
  model: sum.model ?? null,
  calls: sum.calls,
  input_tokens: sum.input_tokens,
  cached_tokens: sum.cached_tokens,
  output_tokens: sum.output_tokens,
  cost_usd: cost_usd === null ? null : roundUsd(cost_usd),
  unpriced_calls: sum.unpriced_calls,
  cache_hits: sum.cache_hits,
  cache_saved_usd: saved === null ? null : roundUsd(saved),
})

const totalOf = (rows: readonly CostRow[]): number | null => {
  const known = rows.flatMap(({ cost_usd }) => (cost_usd === null ? [] : [cost_usd]))
  return known.length === 0 ? null : roundUsd(known.reduce((total, cost) => total + cost, 0))
}

/** Rounds to 1e-12 dollars: less than any price of a token, more than the error of sums of binary fractions. */
const roundUsd = (usd: number): number => Math.round(usd * 1e12) / 1e12
