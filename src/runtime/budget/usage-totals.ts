import type { Usage } from '../../core/actor.ts'
import type { UsageTotals } from '../../store/store.ts'

export const NO_USAGE: UsageTotals = { input_tokens: 0, output_tokens: 0, cost_usd: 0 }

/** Adds calls to the totals. One unknown price makes the sum unknown: null, never 0. */
export const addUsage = (totals: UsageTotals, usage: readonly Usage[] = []): UsageTotals =>
  usage.reduce<UsageTotals>(addTotals, totals)

export const addTotals = (a: UsageTotals, b: UsageTotals): UsageTotals => {
  const hits = (a.cache_hits ?? 0) + (b.cache_hits ?? 0)
  return {
    input_tokens: a.input_tokens + b.input_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    cost_usd: a.cost_usd === null || b.cost_usd === null ? null : a.cost_usd + b.cost_usd,
    ...(hits === 0 ? {} : { cache_hits: hits }),
  }
}
