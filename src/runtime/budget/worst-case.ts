/** Worst case of one model call: the budget reserves it, forecasts sum it up. */

import type { Amount, Pricing, TokenPrices } from '../../core/pricing.ts'

export type { Amount }

/** Gives the highest price of a call; null where it is unknown. */
export type CallPrices = Pick<Pricing, 'worstCase'>

/** What a call without `max_tokens` is given at the most where something is limited, and at the least: below it there is no use in calling. */
export const MOST_OUTPUT = 8_192
export const LEAST_OUTPUT = 256

/** What a repair adds to a request besides the answer that it is about. */
export const REPAIR_TOKENS = 2_000

export interface WorstCall {
  inputTokens: number
  prices: TokenPrices
  /** Of the turn in which the model is shown what is wrong with its answer: it may be so long that tokens cost more. */
  repair: TokenPrices | undefined
}

/** It grows with each token of output by the same. Fewer than none, which models' actors refuse, give nothing back. */
export const worstOf = ({ inputTokens, prices, repair }: WorstCall, mostOutput: number): Amount => {
  const outputTokens = Math.max(0, mostOutput)
  const first = amountOf(prices, inputTokens, outputTokens)
  // It sends all that was said, and the answer.
  return repair === undefined
    ? first
    : plus(first, amountOf(repair, inputTokens + outputTokens + REPAIR_TOKENS, outputTokens))
}

const amountOf = ({ inputUsd, outputUsd, callUsd = 0 }: TokenPrices, input: number, output: number): Amount => ({
  costUsd: callUsd + input * inputUsd + output * outputUsd,
  tokens: input + output,
})

/** Sums of prices in binary fractions are off by less than this. */
export const ROUNDING_USD = 1e-12

export const NOTHING: Amount = { costUsd: 0, tokens: 0 }

export const plus = (a: Amount, b: Amount): Amount => ({ costUsd: a.costUsd + b.costUsd, tokens: a.tokens + b.tokens })

export const minus = (a: Amount, b: Amount): Amount => ({ costUsd: a.costUsd - b.costUsd, tokens: a.tokens - b.tokens })
