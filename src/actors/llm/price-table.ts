/**
 * The prices of vendors, as the package @pydantic/genai-prices brings them: bundled, so nothing is ever fetched (its
 * auto-update starts only when `updatePrices` is called, which nobody does). The table is large: it is read when the first
 * price is asked for, at once, so that the compiler can ask too; `createRequire` is what a bundler leaves alone.
 */
import { createRequire } from 'node:module'
import type { ModelInfo, ModelPrice, TieredPrices } from '@pydantic/genai-prices'

type Library = typeof import('@pydantic/genai-prices')

/** Kept with each run that it priced. A test holds it equal to the installed package. */
export const PRICE_TABLE_VERSION = 'genai-prices 0.1.8'

/** Whose price list: by the table's own id of the vendor, or by the address at which models are served. */
export type PriceList = { providerId: string } | { providerApiUrl: string }

export interface TokenCounts {
  /** The cached ones included. */
  input_tokens: number
  cached_tokens: number
  output_tokens: number
}

/** US dollars for one token. */
export interface TokenPrices {
  inputUsd: number
  outputUsd: number
}

/** US dollars for a call at `at` (epoch milliseconds), long inputs and cached tokens by their own prices; null: unknown. */
export const costByTable = (
  list: PriceList,
  model: string,
  { usage, at }: { usage: TokenCounts; at: number },
): number | null => {
  if (findModel(list, model, at) === undefined) return null
  const { input_tokens, cached_tokens, output_tokens } = usage
  const counts = { input_tokens, cache_read_tokens: Math.min(cached_tokens, input_tokens), output_tokens }
  return load().calcPrice(counts, model, { ...list, timestamp: new Date(at) })?.total_price ?? null
}

/** The most that a token of a call with at most `inputTokens` may cost on the day of `at`; null: unknown. */
export const worstByTable = (
  list: PriceList,
  model: string,
  { inputTokens, at }: { inputTokens: number; at: number },
): TokenPrices | null => {
  const found = findModel(list, model, at)
  if (found === undefined) return null
  const prices = pricesOfDay(found, at)
  const most = (key: string): number => Math.max(...prices.map((price) => highest(price[key], inputTokens))) / 1e6
  return { inputUsd: most('input_mtok'), outputUsd: most('output_mtok') }
}

/** How many tokens a call of the model may hold, input and output together; undefined: unknown. */
export const windowByTable = (list: PriceList, model: string, at: number): number | undefined =>
  findModel(list, model, at)?.context_window

let library: Library | undefined

const load = (): Library => {
  library ??= createRequire(import.meta.url)('@pydantic/genai-prices') as Library
  return library
}

/** Undefined also where the table names a model without a price for what goes in and for what comes out. */
const findModel = (list: PriceList, model: string, at: number): ModelInfo | undefined => {
  const found = load().calcPrice({}, model, { ...list, timestamp: new Date(at) })
  const isPriced = found?.model_price.input_mtok !== undefined && found.model_price.output_mtok !== undefined
  return isPriced ? found.model : undefined
}

/** The last one that has begun counts; prices by the hour count at any time of the day. */
const pricesOfDay = ({ prices }: ModelInfo, at: number): ModelPrice[] => {
  if (!Array.isArray(prices)) return [prices]
  const possible: ModelPrice[] = []
  for (const { constraint, prices: one } of prices.toReversed()) {
    if (constraint?.type === 'start_date' && at < Date.parse(constraint.start_date)) continue
    possible.push(one)
    if (constraint?.type !== 'time_of_date') return possible
  }
  const [first] = prices
  return possible.length === 0 && first !== undefined ? [first.prices] : possible
}

const highest = (price: number | TieredPrices | undefined, inputTokens: number): number => {
  if (price === undefined || typeof price === 'number') return price ?? 0
  const reached = price.tiers.filter(({ start }) => inputTokens > start)
  return Math.max(price.base, ...reached.map((tier) => tier.price))
}
