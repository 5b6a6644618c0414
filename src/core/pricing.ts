/** The port through which the compiler, the budget and forecasts read prices of model calls. Prices come from actors and the config. */

/** The tokens of one call. */
export type TokenCounts = {
  /** Includes cached tokens and tokens written to the cache. */
  input_tokens: number
  /** Read from the vendor's cache. */
  cached_tokens: number
  /** The part of the input that the vendor wrote to its cache at a price of its own. Absent: none. */
  cache_write_tokens?: number
  output_tokens: number
}

/** US dollars for one token. */
export interface TokenPrices {
  inputUsd: number
  outputUsd: number
  /** For the call itself, whatever its tokens; default 0. */
  callUsd?: number
}

/** Cost and tokens of calls, reserved or charged. */
export type Amount = { costUsd: number; tokens: number }

/** `free`: the call certainly costs nothing. `unknown`: no list has a price for it. */
export type PriceKind = 'free' | 'known' | 'unknown'

/** `provider` and `model` are the two parts of a model as the workflow names it. */
export interface Pricing {
  /** Version of the price list, for the record of a run: `genai-prices 0.1.8`, with a hash of the project's own prices if it has any. */
  readonly version: string
  kind(provider: string, model: string): PriceKind
  /** US dollars for a call that is made now; null: unknown. */
  cost(provider: string, model: string, usage: TokenCounts): number | null
  /**
   * The worst case for one token of a call that is made now, the vendor's cache included; null: unknown. `inputTokens` bounds the input;
   * without a bound, the prices of long inputs count.
   */
  worstCase(provider: string, model: string, inputTokens?: number): TokenPrices | null
  /** Tokens that a call may hold, input and output together; undefined: unknown. */
  window(provider: string, model: string): number | undefined
}
