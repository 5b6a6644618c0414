/**
 * Account of one attempt in the budget: its reservation while it is in flight, then the usage that it reports. Unknown usage is charged
 * as the worst case.
 *
 * The journal has the reported usage as `usage` and the rest as `charged`, so that a resumed run has spent the same.
 */
import type { Usage } from '../../core/actor.ts'
import type { Amount } from '../../core/pricing.ts'
import type { Admission, Budget } from '../budget/budget.ts'
import { minus, NOTHING, plus, ROUNDING_USD, toAmount } from '../budget/worst-case.ts'

/** `open`: in flight, or stopped without an outcome. Else: it returned an output, or failed. */
export type AttemptEnd = 'open' | 'output' | 'fault'

export interface AttemptAccountOptions {
  budget: Budget
  /** Path of the effect. */
  path: string
  /** Attempt of a step of kind `workflow`: the usage of its child is counted call by call under this name. */
  child?: string
  granted?: Extract<Admission, { kind: 'granted' }> | undefined
}

export class AttemptAccount {
  readonly #options: AttemptAccountOptions
  #told = NOTHING
  #charged = NOTHING
  #calls = 0
  #lacksCost = false
  #lacksTokens = false
  #isReleased = false

  constructor(options: AttemptAccountOptions) {
    this.#options = options
  }

  /** Books the usage reported since the last call. Returns the amount to journal as `charged`; undefined when there is none. */
  settle(usage: readonly Usage[], end: AttemptEnd): Amount | undefined {
    const { budget, path, child } = this.#options
    budget.spend(path, usage)
    for (const call of usage) this.#take(call)
    const owed = child === undefined ? this.#unknown(end) : minus(budget.below(child), this.#told)
    const change = minus(owed, this.#charged)
    this.#charged = owed
    if (change.tokens === 0 && Math.abs(change.costUsd) < ROUNDING_USD) return undefined
    if (child === undefined) budget.charge(path, change)
    return change
  }

  /** Gives the reservation back, once. */
  release(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    this.#options.granted?.release()
  }

  /** The actor has come back. */
  close(): void {
    const { budget, child } = this.#options
    this.release()
    if (child !== undefined) budget.closeBelow(child)
  }

  #take(call: Usage): void {
    const amount = toAmount(call)
    this.#told = plus(this.#told, amount)
    this.#calls++
    this.#lacksCost ||= call.cost_usd === null
    this.#lacksTokens ||= amount.tokens === 0 && (call.cache_hits ?? 0) === 0
  }

  /** A refused call has used nothing. A call with an output and no usage may have used everything that it reserved. */
  #unknown(end: AttemptEnd): Amount {
    const { costUsd, tokens } = minus(this.#options.granted?.reserved ?? NOTHING, this.#told)
    const isSilent = end === 'open' || (end === 'output' && this.#calls === 0)
    return {
      costUsd: isSilent || this.#lacksCost ? Math.max(0, costUsd) : 0,
      tokens: isSilent || this.#lacksTokens ? Math.max(0, tokens) : 0,
    }
  }
}
