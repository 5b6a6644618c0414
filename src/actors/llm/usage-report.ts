/** Reports the usage of one call of a model, with its cost. */
import type { ActorContext, Usage } from '../../core/actor.ts'
import type { TokenCounts } from '../../core/pricing.ts'

/** US dollars for one call; null: unknown. `model` is without the provider. */
export type CallPrice = (model: string, usage: TokenCounts) => number | null

export interface ReportedCall {
  provider: string
  /** Without the provider. */
  model: string
  /** Default: unknown. */
  price?: CallPrice | undefined
}

/** Makes the reporter of a call: null is a call without the vendor's numbers. */
export const reportUsage =
  ({ provider, model, price }: ReportedCall, context: Pick<ActorContext, 'usage'>) =>
  (usage: TokenCounts | null): void =>
    context.usage({ provider, model, ...toFigures(usage, { model, price }) })

/** A call without the vendor's numbers counts all the same. Its price is unknown, unless the model is free. */
const toFigures = (
  usage: TokenCounts | null,
  { model, price }: Omit<ReportedCall, 'provider'>,
): Omit<Usage, 'provider' | 'model'> => {
  const isCounted = usage !== null && usage.input_tokens + usage.output_tokens > 0
  if (isCounted) {
    const cost_usd = price?.(model, usage) ?? null
    const { cached_tokens: cached, cache_write_tokens: written = 0, ...counts } = usage
    const full = cached + written > 0 ? price?.(model, { ...counts, cached_tokens: 0 }) : undefined
    const saved = (full ?? 0) - (cost_usd ?? 0)
    return { ...usage, cost_usd, ...(full && cost_usd !== null && saved !== 0 && { cache_saved_usd: saved }) }
  }
  return { ...NO_NUMBERS, cost_usd: price?.(model, ONE_OF_EACH) === 0 ? 0 : null }
}

const NO_NUMBERS: TokenCounts = { input_tokens: 0, cached_tokens: 0, output_tokens: 0 }
const ONE_OF_EACH: TokenCounts = { input_tokens: 1, cached_tokens: 0, output_tokens: 1 }
