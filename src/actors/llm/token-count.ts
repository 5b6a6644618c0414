/** Reads counts of tokens from a vendor's usage. A count that can't be true is none. */
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { TokenCounts } from '../../core/pricing.ts'

/** No model takes or writes as many tokens in one call. */
const MOST_TOKENS = 100_000_000

/** Undefined for a value that is no count. */
export const readCount = (value: JsonValue | undefined): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS ? value : undefined

/** The first of these fields that holds a count. */
export const findCount = (from: JsonObject, names: readonly string[]): number | undefined =>
  names.map((name) => readCount(from[name])).find((count) => count !== undefined)

/**
 * Joins the usage that the chunks of one stream report. Counts are cumulative, so a later one replaces an earlier one; a later 0 does not,
 * as some servers end with a usage of zeros.
 */
export const joinUsage = (earlier: TokenCounts | null, later: TokenCounts | null): TokenCounts | null => {
  if (earlier === null || later === null) return later ?? earlier
  const written = later.cache_write_tokens || earlier.cache_write_tokens
  return {
    input_tokens: later.input_tokens || earlier.input_tokens,
    cached_tokens: later.cached_tokens || earlier.cached_tokens,
    ...(written !== undefined && { cache_write_tokens: written }),
    output_tokens: later.output_tokens || earlier.output_tokens,
  }
}
