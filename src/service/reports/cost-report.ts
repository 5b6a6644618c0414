/** What model calls did cost, over all providers: sums of the journals, with what nobody knows the price of counted apart. */
import type { Store, UsageGroup, UsageSum } from '../../store/store.ts'

export interface CostReport {
  /** Of the calls whose price is known; null when there are calls, and the price of none of them is known. */
  total_cost_usd: number | null
  unpriced_calls: number
  rows: CostRow[]
}

/** Of what rows are not divided by there is no key, but for provider and model: those are null then. */
export interface CostRow {
  day?: string
  workflow?: string
  step?: string
  provider: string | null
  model: string | null
  /** Without those that were answered from the cache of answers. */
  calls: number
  /** The cached ones included. */
  input_tokens: number
  cached_tokens: number
  output_tokens: number
  /** Null: the price of no call is known. */
  cost_usd: number | null
  unpriced_calls: number
  /** Answers from the cache: they are free. */
  cache_hits: number
}

export interface CostQuery {
  /** What a row stands for; default: each model. Days follow each other, all else goes by cost, the highest first. */
  by?: readonly UsageGroup[]
  /** Epoch milliseconds. */
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

/** A model has a name only within its provider, and a step only within its workflow. */
const toGroups = (by: readonly UsageGroup[]): UsageGroup[] =>
  ORDER.filter(
    (group) =>
      by.includes(group) ||
      (group === 'provider' && by.includes('model')) ||
      (group === 'workflow' && by.includes('step')),
  )

const ORDER: readonly UsageGroup[] = ['day', 'workflow', 'step', 'provider', 'model']

const toRow = ({ day, workflow, step, cost_usd, ...sum }: UsageSum): CostRow => ({
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
})

const totalOf = (rows: readonly CostRow[]): number | null => {
  const known = rows.flatMap(({ cost_usd }) => (cost_usd === null ? [] : [cost_usd]))
  return known.length === 0 ? null : roundUsd(known.reduce((total, cost) => total + cost, 0))
}

/** To a millionth of a millionth: less than a token costs anywhere, and more than sums of binary fractions are wrong by. */
const roundUsd = (usd: number): number => Math.round(usd * 1e12) / 1e12
