/**
 * What one attempt holds against the budget: its reservation while it is in flight, then what it said that it used, and beyond
 * that whatever nobody knows of it, as if it had used all that it could.
 *
 * What it says is in the journal as `usage`, the rest as `charged`: so a run that is taken up again has spent the same.
 */
import type { Usage } from '../../core/actor.ts'
import type { Admission, Budget } from '../budget/budget.ts'
import { type Amount, minus, NOTHING, plus, ROUNDING_USD } from '../budget/worst-case.ts'

/** How far it has come: nobody knows (`open`: in flight, or called off), it gave something out, or it failed. */
export type AttemptEnd = 'open' | 'output' | 'fault'

export interface AttemptAccountOptions {
  budget: Budget
  /** Of the effect. */
  path: string
  /** Of a step of kind `workflow`: what its child spends is counted call by call, under this name. */
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

  /** Books what it has used since it was last asked. Gives what the journal has to say beside it; undefined: nothing. */
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

  #take({ input_tokens, output_tokens, cost_usd, cache_hits = 0 }: Usage): void {
    const tokens = input_tokens + output_tokens
    this.#told = plus(this.#told, { costUsd: cost_usd ?? 0, tokens })
    this.#calls++
    this.#lacksCost ||= cost_usd === null
    this.#lacksTokens ||= tokens === 0 && cache_hits === 0
  }

  /** A call that was refused has used nothing; one that gave something out, and does not say what for, may have used all. */
  #unknown(end: AttemptEnd): Amount {
    const { costUsd, tokens } = minus(this.#options.granted?.reserved ?? NOTHING, this.#told)
    const isSilent = end === 'open' || (end === 'output' && this.#calls === 0)
    return {
      costUsd: isSilent || this.#lacksCost ? Math.max(0, costUsd) : 0,
      tokens: isSilent || this.#lacksTokens ? Math.max(0, tokens) : 0,
    }
  }
}
