/**
 * Costs of calls by the list of vendors' prices, and their worst case. A test holds each sum equal to that of the package that the list is
 * from, for every model in it.
 */
import { parsePointInTime } from '../../core/point-in-time.ts'
import type { TokenCounts, TokenPrices } from '../../core/pricing.ts'
import {
  type DatedPrices,
  findListedModel,
  type ListedModel,
  type ListedPrices,
  type PriceList,
  type Tiered,
} from './price-list.ts'

export type { PriceList }

/** Kept with each run that it priced. A test holds it equal to the list, and the list to the installed package. */
export const PRICE_TABLE_VERSION = 'genai-prices 0.1.8'

/**
 * Computes US dollars for a call at `at` (epoch milliseconds), with the prices of long inputs and cached tokens. Null: unknown.
 * @param call `writes`: false for a call that writes nothing, so that its model needs no price of output. Default: true.
 */
export const costByTable = (
  list: PriceList,
  model: string,
  { usage, at, writes = true }: { usage: TokenCounts; at: number; writes?: boolean },
): number | null => {
  const found = findModel(list, model, { at, writes })
  return found === undefined ? null : costOf(usage, pricesAt(found, at))
}

/** Computes US dollars for a call with these prices. */
export const costOf = ({ input_tokens, output_tokens, ...counts }: TokenCounts, prices: ListedPrices): number => {
  const cached = Math.min(counts.cached_tokens, input_tokens)
  const written = Math.min(counts.cache_write_tokens ?? 0, input_tokens - cached)
  const { input_mtok, output_mtok, cache_read_mtok = input_mtok, cache_write_mtok = input_mtok } = prices
  const cost = (price: Tiered | undefined, tokens: number): number => tokens * priceOf(price, input_tokens)
  return (
    (cost(input_mtok, input_tokens - cached - written) +
      cost(cache_read_mtok, cached) +
      cost(cache_write_mtok, written) +
      cost(output_mtok, output_tokens)) /
      1e6 +
    (prices.requests_kcount ?? 0) / 1e3
  )
}

const priceOf = (price: Tiered = 0, inputTokens: number): number =>
  typeof price === 'number'
    ? price
    : (price.tiers.toSorted((one, other) => one.start - other.start).findLast(({ start }) => inputTokens > start)
        ?.price ?? price.base)

/** Computes the worst case for a token of a call with at most `inputTokens` on the day of `at`. Null: unknown. */
export const worstByTable = (
  list: PriceList,
  model: string,
  { inputTokens, at }: { inputTokens: number; at: number },
): TokenPrices | null => {
  const found = findModel(list, model, { at, writes: true })
  return found === undefined ? null : worstOf(pricesOfDay(found, at), inputTokens)
}

/** Computes the worst case for a token by the highest of each price. */
export const worstOf = (prices: readonly ListedPrices[], inputTokens: number): TokenPrices => {
  const most = (...keys: (keyof ListedPrices)[]): number =>
    Math.max(...prices.flatMap((price) => keys.map((key) => highest(price[key], inputTokens))))
  const callUsd = most('requests_kcount') / 1e3
  return {
    inputUsd: most('input_mtok', 'cache_read_mtok', 'cache_write_mtok') / 1e6,
    outputUsd: most('output_mtok') / 1e6,
    ...(callUsd > 0 && { callUsd }),
  }
}

/** Finds the most tokens of a call, input and output together. Undefined: unknown. */
export const windowByTable = (list: PriceList, model: string, at: number): number | undefined =>
  findModel(list, model, { at, writes: true })?.context_window

/** Undefined also for a model that lacks a price of input, or of output for a call that `writes`: models of vectors have none. */
const findModel = (
  list: PriceList,
  model: string,
  { at, writes }: { at: number; writes: boolean },
): ListedModel | undefined => {
  const found = findListedModel(list, model)
  if (found === undefined) return undefined
  const { input_mtok, output_mtok } = pricesAt(found, at)
  return input_mtok === undefined || (writes && output_mtok === undefined) ? undefined : found
}

const pricesAt = ({ prices }: ListedModel, at: number): ListedPrices =>
  Array.isArray(prices) ? ((prices.findLast((one) => isInForce(one, at)) ?? prices[0])?.prices ?? {}) : prices

const isInForce = ({ constraint }: DatedPrices, at: number): boolean => {
  if (constraint?.type === 'start_date') return at >= toStart(constraint)
  if (constraint === undefined) return true
  const [start, end, now] = [toTimeOfDay(constraint.start_time), toTimeOfDay(constraint.end_time), at % DAY_MS]
  return end < start ? now >= start || now < end : now >= start && now < end
}

const DAY_MS = 86_400_000

/** Prices whose first day is not a date never begin. */
const toStart = ({ start_date }: { start_date: string }): number => parsePointInTime(start_date) ?? Infinity

/** Milliseconds since midnight, UTC, of the time of day in the list of prices, such as `16:30:00Z`: not a point in time. */
const toTimeOfDay = (time: string): number => (Date.parse(`1970-01-02T${time}`) + DAY_MS) % DAY_MS

/** Takes the last prices that have begun, and all prices by the hour, whatever the time of day. */
const pricesOfDay = ({ prices }: ListedModel, at: number): ListedPrices[] => {
  if (!Array.isArray(prices)) return [prices]
  const possible: ListedPrices[] = []
  for (const { constraint, prices: one } of prices.toReversed()) {
    if (constraint?.type === 'start_date' && at < toStart(constraint)) continue
    possible.push(one)
    if (constraint?.type !== 'time_of_date') return possible
  }
  const [first] = prices
  return possible.length === 0 && first !== undefined ? [first.prices] : possible
}

const highest = (price: Tiered | undefined, inputTokens: number): number => {
  if (price === undefined || typeof price === 'number') return price ?? 0
  const reached = price.tiers.filter(({ start }) => inputTokens > start)
  return Math.max(price.base, ...reached.map((tier) => tier.price))
}
