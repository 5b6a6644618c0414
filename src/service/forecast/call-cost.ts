/** What one performance of a model step may cost: its request as far as it is known, its `max_tokens`, its retries. */

import type { StepOf } from '../../compiler/document.ts'
import type { StepPlan } from '../../compiler/plan.ts'
import type { Pricing } from '../../core/pricing.ts'
import { MOST_OUTPUT, REPAIR_TOKENS } from '../../runtime/budget/worst-case.ts'
import { type KnownInput, knownValues } from './known-value.ts'

export interface StepCost {
  /** With every attempt, turn and repair; null: without bound, or by an unknown price. */
  worstUsd: number | null
  /** When the first attempt of the first model succeeds, after as many turns as it may take. */
  smoothUsd: number | null
  /** Calls of models in the worst case; null: without bound. */
  calls: number | null
  reasons: CostReason[]
}

/** Why a cost has no bound, or one that is only the model's own. */
export interface CostReason {
  reason: 'unknown_price' | 'no_max_tokens' | 'open_input' | 'open_list'
  /** Whether the model's window bounds it all the same. */
  isBounded: boolean
  message: string
}

export interface CostContext {
  pricing: Pricing
  /** What is known when it runs, once for each item that it runs for; at least one. */
  known: readonly KnownInput[]
  /** Whether its cost or tokens are limited: then a call without `max_tokens` is given a bound of its own. */
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

/** Undefined when one of them is. */
const highest = (numbers: readonly (number | undefined)[]): number | undefined =>
  numbers.reduce((most, number) => (most === undefined || number === undefined ? undefined : Math.max(most, number)), 0)

export const plus = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? null : one + other

export const times = (usd: number | null, count: number): number | null => {
  if (count === 0) return 0
  return usd === null ? null : usd * count
}

interface Request {
  /** Undefined: it depends on what is known only when the run is there. */
  bytes: number | undefined
  maxTokens: number | undefined
  /** Whether the workflow sets it, known or not. */
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
  // The request of a repair may be so long that its tokens cost more.
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

/** As many tokens as its request has bytes, at the most. The turns of a model with tools grow by what the tools give out. */
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
