/** The port through which the compiler, the budget and forecasts learn what model calls cost. Prices come from actors and the config. */

export interface TokenCounts {
  /** Includes cached tokens and tokens written to the cache. */
  input_tokens: number
  cached_tokens: number
  /** Input tokens that the vendor put into its cache, often at a higher price; default 0. */
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

/** `free`: the call costs nothing, for sure. `unknown`: no list has a price for it. */
export type PriceKind = 'free' | 'known' | 'unknown'

/** `provider` and `model` are the two parts of a model as the workflow names it. */
export interface Pricing {
  /** Version of the price list, for the record of a run: `genai-prices 0.1.8`, with a hash of the project's own prices where it has any. */
  readonly version: string
  kind(provider: string, model: string): PriceKind
  /** US dollars for a call that is made now; null: its price is unknown. */
  cost(provider: string, model: string, usage: TokenCounts): number | null
  /**
   * The most that one token may cost in a call made now whose input has at most `inputTokens` (default: any number, at which
   * the prices of long inputs count), the vendor's cache included; null: unknown.
   */
  worstCase(provider: string, model: string, inputTokens?: number): TokenPrices | null
  /** Tokens that a call may hold, input and output together; undefined: unknown. */
  window(provider: string, model: string): number | undefined
}
