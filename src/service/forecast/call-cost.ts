/** Computes the worst case of one model step from its request, as far as it is known, its `max_tokens` and its retries. */

import type { StepOf } from '../../compiler/document.ts'
import type { StepPlan } from '../../compiler/plan.ts'
import type { Pricing } from '../../core/pricing.ts'
import { MOST_OUTPUT, REPAIR_TOKENS } from '../../runtime/budget/worst-case.ts'
import { type KnownInput, knownValues } from './known-value.ts'

export interface StepCost {
  /** Cost of every attempt, turn and repair; null: unbounded, or the price is unknown. */
  worstUsd: number | null
  /** Cost when the first attempt of the first model succeeds, after the highest number of turns. */
  smoothUsd: number | null
  /** Calls of models in the worst case; null: unbounded. */
  calls: number | null
  reasons: CostReason[]
}

/** Reason why a cost is unbounded, or bounded only by the model's window. */
export interface CostReason {
  reason: 'unknown_price' | 'no_max_tokens' | 'open_input' | 'open_list' | 'open_loop'
  /** True when the model's window bounds the cost. */
  isBounded: boolean
  message: string
}

export interface CostContext {
  pricing: Pricing
  /** Known input, once for each foreach item; at least one. */
  known: readonly KnownInput[]
  /** True when cost or tokens are limited: then a call without `max_tokens` gets a bound of its own. */
  isLimited: boolean
}

export const costOfStep = (step: StepOf<'llm'>, plan: StepPlan, context: CostContext): StepCost => {
  const turns = plan.toolLoop?.maxTurns ?? 1
  const repairs = plan.returns === undefined ? 0 : 1
  const request = {
    bytes: bytesOf(step, plan, context.known),
    maxTokens: maxTokensOf(step, context),
    isGiven: findMaxTokens(step) !== undefined,
    repairs,
  }
  const costs = plan.models.map((model) => costOfCall(model, request, context.pricing))
  const attempts = turns * plan.retry.max
  return {
    worstUsd: costs.reduce<number | null>((sum, { worstUsd }) => plus(sum, times(worstUsd, attempts)), 0),
    smoothUsd: times(costs[0]?.onceUsd ?? null, turns),
    calls: attempts * plan.models.length * (1 + repairs),
    reasons: dedupe(costs.flatMap(({ reasons }) => reasons)),
  }
}

/** Undefined when one of the numbers is. */
const highest = (numbers: readonly (number | undefined)[]): number | undefined =>
  numbers.reduce((most, number) => (most === undefined || number === undefined ? undefined : Math.max(most, number)), 0)

export const plus = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? null : one + other

export const times = (usd: number | null, count: number): number | null => {
  if (count === 0) return 0
  return usd === null ? null : usd * count
}

interface Request {
  /** Undefined: it is known only in a run. */
  bytes: number | undefined
  maxTokens: number | undefined
  /** True when the workflow sets it, to a known value or not. */
  isGiven: boolean
  repairs: number
}

interface CallCost {
  worstUsd: number | null
  onceUsd: number | null
  reasons: CostReason[]
}

const costOfCall = (model: string, { bytes, maxTokens, isGiven, repairs }: Request, pricing: Pricing): CallCost => {
  const slash = model.indexOf('/')
  const [provider, name] = [model.slice(0, slash), model.slice(slash + 1)]
  const kind = pricing.kind(provider, name)
  if (kind === 'free') return { worstUsd: 0, onceUsd: 0, reasons: [] }
  if (kind === 'unknown') return { worstUsd: null, onceUsd: null, reasons: [unknownPrice(model)] }
  const window = pricing.window(provider, name)
  const input = Math.min(bytes ?? Number.POSITIVE_INFINITY, window ?? Number.POSITIVE_INFINITY)
  const output = Math.min(maxTokens ?? Number.POSITIVE_INFINITY, window ?? Number.POSITIVE_INFINITY)
  const reasons = [
    ...(bytes === undefined ? [openInput(window)] : []),
    ...(maxTokens === undefined ? [openOutput(window, isGiven)] : []),
  ]
  if (input + output === Number.POSITIVE_INFINITY) return { worstUsd: null, onceUsd: null, reasons }
  const longest = input + repairs * Math.min(output + REPAIR_TOKENS, window ?? Number.POSITIVE_INFINITY)
  const costOf = (tokens: number): number | null => {
    const price = pricing.worstCase(provider, name, tokens)
    return price && (price.callUsd ?? 0) + tokens * price.inputUsd + output * price.outputUsd
  }
  const onceUsd = costOf(input)
  // The request of a repair may be so long that its tokens have a higher price.
  return { worstUsd: plus(onceUsd, times(costOf(longest), repairs)), onceUsd, reasons }
}

const unknownPrice = (model: string): CostReason => ({
  reason: 'unknown_price',
  isBounded: false,
  message: `the price of ${model} is not known`,
})

const openInput = (window: number | undefined): CostReason => ({
  reason: 'open_input',
  isBounded: window !== undefined,
  message: 'what it asks is known only when it runs',
})

const openOutput = (window: number | undefined, isGiven: boolean): CostReason => ({
  reason: 'no_max_tokens',
  isBounded: window !== undefined,
  message: isGiven ? 'its params.max_tokens is known only when it runs' : 'it sets no params.max_tokens',
})

/** A request has at most as many tokens as bytes. Undefined with tools: their outputs make the turns longer. */
const bytesOf = (
  step: StepOf<'llm'>,
  { returns, toolLoop }: StepPlan,
  known: readonly KnownInput[],
): number | undefined => {
  if (step.images !== undefined || step.conversation !== undefined || toolLoop !== undefined) return undefined
  const fixed = sizeOf([{ role: 'system' }, { role: 'user' }, returns ?? null])
  const asked = [step.system, step.prompt, step.messages].flatMap((node) => (node === undefined ? [] : [node]))
  return asked.reduce<number | undefined>((sum, node) => {
    const longest = highest(knownValues(node, known).map((value) => (value === undefined ? undefined : sizeOf(value))))
    return sum === undefined || longest === undefined ? undefined : sum + longest
  }, fixed)
}

const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))

const findMaxTokens = ({ params }: StepOf<'llm'>) => params?.entries.find(({ key }) => key.value === 'max_tokens')

const maxTokensOf = (step: StepOf<'llm'>, { known, isLimited }: CostContext): number | undefined => {
  const entry = findMaxTokens(step)
  if (entry === undefined) return isLimited ? MOST_OUTPUT : undefined
  return highest(knownValues(entry.value, known).map((value) => (typeof value === 'number' ? value : undefined)))
}

const dedupe = (reasons: readonly CostReason[]): CostReason[] => [
  ...new Map(reasons.map((reason) => [reason.message, reason])).values(),
]
