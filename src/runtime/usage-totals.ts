import type { Usage } from '../core/actor.ts'
import type { UsageTotals } from '../store/store.ts'

export const NO_USAGE: UsageTotals = { input_tokens: 0, output_tokens: 0, cost_usd: 0 }

/** The totals with these calls added. One unknown price makes the sum unknown: null, never 0. */
export const addUsage = (totals: UsageTotals, usage: readonly Usage[] = []): UsageTotals =>
  usage.reduce(
    (sum, call) => ({
      input_tokens: sum.input_tokens + call.input_tokens,
      output_tokens: sum.output_tokens + call.output_tokens,
      cost_usd: sum.cost_usd === null || call.cost_usd === null ? null : sum.cost_usd + call.cost_usd,
    }),
    totals,
  )
