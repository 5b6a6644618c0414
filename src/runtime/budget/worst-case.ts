/** Worst case of one model call: the budget reserves it, forecasts sum it up. */
import type { Usage } from '../../core/actor.ts'
import type { Amount, Pricing, TokenPrices } from '../../core/pricing.ts'

/** Gives the highest price of a call; null where it is unknown. */
export type CallPrices = Pick<Pricing, 'worstCase'>

/** Output tokens of a call without `max_tokens` under a limit: at most, and at least. With fewer a call is of no use. */
export const MOST_OUTPUT = 8_192
export const LEAST_OUTPUT = 256

/** Tokens that a repair adds to a request, besides the answer that it repairs. */
export const REPAIR_TOKENS = 2_000

export interface WorstCall {
  inputTokens: number
  prices: TokenPrices
  /** Prices of the turn that repairs a wrong answer. It may be so long that tokens cost more. */
  repair: TokenPrices | undefined
}

/** Worst case with this many output tokens, in which it is linear. A number below 0, which model actors refuse, counts as 0. */
export const worstOf = ({ inputTokens, prices, repair }: WorstCall, mostOutput: number): Amount => {
  const outputTokens = Math.max(0, mostOutput)
  const first = amountOf(prices, inputTokens, outputTokens)
  // A repair sends the whole request again, and the answer.
  return repair === undefined
    ? first
    : plus(first, amountOf(repair, inputTokens + outputTokens + REPAIR_TOKENS, outputTokens))
}

const amountOf = ({ inputUsd, outputUsd, callUsd = 0 }: TokenPrices, input: number, output: number): Amount => ({
  costUsd: callUsd + input * inputUsd + output * outputUsd,
  tokens: input + output,
})

/** Bound of the rounding error of summed prices. */
export const ROUNDING_USD = 1e-12

/** The amount of a call as reported; an unknown cost counts as 0. */
export const toAmount = ({ input_tokens, output_tokens, cost_usd }: Usage): Amount => ({
  costUsd: cost_usd ?? 0,
  tokens: input_tokens + output_tokens,
})

export const NOTHING: Amount = { costUsd: 0, tokens: 0 }

export const plus = (a: Amount, b: Amount): Amount => ({ costUsd: a.costUsd + b.costUsd, tokens: a.tokens + b.tokens })

export const minus = (a: Amount, b: Amount): Amount => ({ costUsd: a.costUsd - b.costUsd, tokens: a.tokens - b.tokens })
