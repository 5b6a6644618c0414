/**
 * The budget of a run: `limits.cost_usd` and `limits.tokens`, kept before a call is made. It owns the sums. It makes no call and ends
 * no run; the prices are handed in.
 *
 * Invariants
 * 1. A model call reserves its worst case before it is made: as many input tokens as its request has bytes, and `max_tokens` of
 *    output, each at its highest price. So spent plus reserved never exceeds a limit.
 * 2. A call that does not fit beside those in flight waits until one gives its reservation back. A call that does not fit by itself
 *    is not made.
 * 3. When a call comes back, its real usage takes the place of its reservation. Unknown usage: the worst case is charged.
 * 4. The budget of a child run stands under that of its parent: a call must fit into both, and counts for the parent's step.
 */
import type { Usage } from '../../core/actor.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { Amount, TokenPrices } from '../../core/pricing.ts'
import { figuresOf, type JournalRow } from '../../store/journal-row.ts'
import { CHILD_PROVIDER } from '../../store/usage-sums.ts'
import {
  type CallPrices,
  LEAST_OUTPUT,
  MOST_OUTPUT,
  minus,
  NOTHING,
  plus,
  REPAIR_TOKENS,
  ROUNDING_USD,
  toAmount,
  type WorstCall,
  worstOf,
} from './worst-case.ts'

export interface BudgetLimits {
  costUsd: number | undefined
  tokens: number | undefined
}

export type Admission =
  /** `maxTokens`: output tokens of the call. */
  | { kind: 'granted'; reserved: Amount; maxTokens: number; release(): void }
  /** Other calls are in flight: ask again when one has given its reservation back. */
  | { kind: 'wait' }
  /** `details.of_run`: the run above whose limit it is; absent for the run's own. */
  | { kind: 'exceeded'; limit: 'cost_usd' | 'tokens'; details: JsonObject }

export interface ParentBudget {
  budget: Budget
  /** Id of the parent. */
  run: string
  /** The attempt of the parent's step that the child belongs to: `sum_up#1.1`. */
  attempt: string
}

/** `on`: amounts by path, in the order in which they were first charged. */
export interface SavedBudget {
  spent: Amount
  on: [path: string, amount: Amount][]
}

export class Budget {
  readonly #limits: BudgetLimits
  readonly #prices: CallPrices
  readonly #parent: ParentBudget | undefined
  readonly #below = new Map<string, Amount>()
  readonly #spentOn = new Map<string, Amount>()
  readonly #waiting: (() => void)[] = []
  #spent = NOTHING
  #reserved = NOTHING

  constructor(limits: BudgetLimits, { prices, parent }: { prices: CallPrices; parent?: ParentBudget | undefined }) {
    this.#limits = limits
    this.#prices = prices
    this.#parent = parent
  }

  /** Counts the usage in a row of the journal, when a run is resumed. */
  recall(row: JournalRow): void {
    const { usage = [], charged } = figuresOf(row)
    for (const call of usage) this.charge(row.path, toAmount(call))
    if (charged !== undefined) this.charge(row.path, charged)
  }

  /** Sums of what was recalled and charged so far. */
  save(): SavedBudget {
    return { spent: this.#spent, on: [...this.#spentOn] }
  }

  /** Takes over sums, in place of the rows that they are of. */
  restore({ spent, on }: SavedBudget): void {
    if (this.#parent !== undefined) this.#parent.budget.#addBelow(this.#parent.attempt, spent)
    this.#spent = spent
    for (const [step, amount] of on) this.#spentOn.set(step, amount)
  }

  spend(step: string, usage: readonly Usage[]): void {
    // The usage of a child was counted call by call.
    for (const call of usage) if (call.provider !== CHILD_PROVIDER) this.charge(step, toAmount(call))
  }

  /** Adds an amount: the usage of a call, or the worst case of a call with unknown usage. */
  charge(step: string, amount: Amount): void {
    if (this.#parent !== undefined) this.#parent.budget.#addBelow(this.#parent.attempt, amount)
    this.#spent = plus(this.#spent, amount)
    this.#spentOn.set(step, plus(this.#spentOn.get(step) ?? NOTHING, amount))
  }

  get spent(): Amount {
    return this.#spent
  }

  /** Amount that the child run of an attempt has spent so far. */
  below(attempt: string): Amount {
    return this.#below.get(attempt) ?? NOTHING
  }

  /** Sets the whole amount that a child run has spent, which another process may have run. */
  setBelow(attempt: string, amount: Amount): void {
    this.#addBelow(attempt, minus(amount, this.below(attempt)))
  }

  closeBelow(attempt: string): void {
    this.#below.delete(attempt)
  }

  #addBelow(attempt: string, amount: Amount): void {
    this.#below.set(attempt, plus(this.below(attempt), amount))
    this.charge(attempt.replace(/#.*$/, ''), amount)
  }

  admit(input: JsonObject): Admission {
    const above = this.#parent?.budget.admit(input)
    if (above?.kind === 'exceeded') return { ...above, details: { of_run: this.#parent?.run ?? '', ...above.details } }
    if (above?.kind === 'wait') return above
    const own = this.#admitHere(above === undefined ? input : withMaxTokens(input, above.maxTokens))
    if (own.kind !== 'granted') above?.release()
    else if (above !== undefined) return { ...own, release: () => releaseAll([own, above]) }
    return own
  }

  /** Calls `retry` once, when a reservation has been given back. */
  whenReleased(retry: () => void): void {
    let isDone = false
    const once = (): void => {
      if (!isDone) retry()
      isDone = true
    }
    this.#waiting.push(once)
    this.#parent?.budget.whenReleased(once)
  }

  #admitHere(input: JsonObject): Admission {
    const call = this.#price(input)
    const asked = maxTokensOf(input)
    const maxTokens = Math.min(asked ?? MOST_OUTPUT, ...(asked === undefined ? this.#affordableOutput(call) : []))
    const worst = worstOf(call, maxTokens)
    const limit = this.#limitBrokenBy(worst, maxTokens < (asked ?? LEAST_OUTPUT))
    if (limit === undefined) {
      this.#reserved = plus(this.#reserved, worst)
      return { kind: 'granted', reserved: worst, maxTokens, release: () => this.#release(worst) }
    }
    if (this.#reserved.tokens > 0) return { kind: 'wait' }
    return { kind: 'exceeded', limit, details: this.#explain(limit, worstOf(call, asked ?? LEAST_OUTPUT)) }
  }

  #release(reserved: Amount): void {
    this.#reserved = minus(this.#reserved, reserved)
    for (const retry of this.#waiting.splice(0)) retry()
  }

  /** Worst case of a call that an earlier lease holder made. Like the calls beside it, it was granted no more than was left. */
  worstCase(input: JsonObject): Amount {
    const { costUsd, tokens } = worstOf(this.#price(input), maxTokensOf(input) ?? MOST_OUTPUT)
    const rest = this.#rest()
    return { costUsd: Math.min(costUsd, rest.costUsd), tokens: Math.min(tokens, rest.tokens) }
  }

  #rest(): Amount {
    const { costUsd = Number.POSITIVE_INFINITY, tokens = Number.POSITIVE_INFINITY } = this.#limits
    const own = minus({ costUsd, tokens }, this.#spent)
    const above = this.#parent === undefined ? own : this.#parent.budget.#rest()
    return {
      costUsd: Math.max(0, Math.min(own.costUsd, above.costUsd)),
      tokens: Math.max(0, Math.min(own.tokens, above.tokens)),
    }
  }

  #price(input: JsonObject): WorstCall {
    const { model, messages, tools, returns } = input
    const name = String(model)
    const at = name.indexOf('/')
    const pricesFor = (tokens: number): TokenPrices =>
      this.#prices.worstCase(name.slice(0, at), name.slice(at + 1), tokens) ?? UNKNOWN
    const inputTokens = Buffer.byteLength(JSON.stringify([messages, tools ?? null, returns ?? null]))
    const longest = inputTokens + (maxTokensOf(input) ?? MOST_OUTPUT) + REPAIR_TOKENS
    const repair = returns === undefined ? undefined : pricesFor(longest)
    return { inputTokens, prices: pricesFor(inputTokens), repair }
  }

  /** Output tokens that the rest of each limit pays for. */
  #affordableOutput(call: WorstCall): number[] {
    const { costUsd, tokens } = this.#limits
    const used = plus(this.#spent, this.#reserved)
    const fixed = worstOf(call, 0)
    const each = minus(worstOf(call, 1), fixed)
    return [
      ...(tokens === undefined ? [] : [Math.floor((tokens - used.tokens - fixed.tokens) / each.tokens)]),
      ...(costUsd === undefined || each.costUsd === 0
        ? []
        : [Math.floor((costUsd - used.costUsd - fixed.costUsd) / each.costUsd)]),
    ]
  }

  #limitBrokenBy(worst: Amount, isTooLittle: boolean): 'cost_usd' | 'tokens' | undefined {
    const { costUsd = Number.POSITIVE_INFINITY, tokens = Number.POSITIVE_INFINITY } = this.#limits
    const used = plus(this.#spent, this.#reserved)
    if (used.costUsd + worst.costUsd > costUsd + ROUNDING_USD) return 'cost_usd'
    if (used.tokens + worst.tokens > tokens) return 'tokens'
    if (!isTooLittle) return undefined
    return this.#limits.costUsd === undefined ? 'tokens' : 'cost_usd'
  }

  #explain(limit: 'cost_usd' | 'tokens', worst: Amount): JsonObject {
    const of = (amount: Amount): number => (limit === 'cost_usd' ? roundUsd(amount.costUsd) : amount.tokens)
    const allowed = (limit === 'cost_usd' ? this.#limits.costUsd : this.#limits.tokens) ?? 0
    const steps = [...this.#spentOn].sort(([, a], [, b]) => of(b) - of(a)).slice(0, MOST_STEPS_TOLD)
    const spentOn: Record<string, JsonValue> = Object.fromEntries(steps.map(([step, amount]) => [step, of(amount)]))
    return { allowed, spent: of(this.#spent), needed: of(worst), spent_on: spentOn }
  }
}

/**
 * The budget of a run, which is to recall the rows of its journal; undefined when neither its own limits nor a parent's hold for it.
 */
export const openBudget = (
  { costUsd, tokens }: BudgetLimits,
  { prices, parent }: { prices: CallPrices; parent: ParentBudget | undefined },
): Budget | undefined => {
  if (costUsd === undefined && tokens === undefined && parent === undefined) return undefined
  const budget = new Budget({ costUsd, tokens }, { prices, parent })
  // The rows count from 0, even if this process has counted them before.
  parent?.budget.setBelow(parent.attempt, NOTHING)
  return budget
}

/** Amount that a run has spent, by its journal. */
export const spentOf = (rows: readonly JournalRow[]): Amount => {
  const budget = new Budget({ costUsd: undefined, tokens: undefined }, { prices: { worstCase: () => null } })
  for (const row of rows) budget.recall(row)
  return budget.spent
}

const releaseAll = (granted: readonly { release(): void }[]): void => {
  for (const { release } of granted) release()
}

const maxTokensOf = ({ params }: JsonObject): number | undefined =>
  isJsonObject(params) && typeof params.max_tokens === 'number' ? params.max_tokens : undefined

/** The request of a model call with its `max_tokens`, marked as set by the budget where the workflow sets none. */
export const withMaxTokens = (input: JsonObject, maxTokens: number): JsonObject => ({
  ...input,
  ...(maxTokensOf(input) === undefined ? { max_tokens_by: 'budget' } : {}),
  params: { ...(isJsonObject(input.params) ? input.params : {}), max_tokens: maxTokens },
})

/** Prices of unpriced models, where these are allowed: only their tokens count. */
const UNKNOWN: TokenPrices = { inputUsd: 0, outputUsd: 0 }

const MOST_STEPS_TOLD = 10

const roundUsd = (amount: number): number => Number(amount.toFixed(9))
