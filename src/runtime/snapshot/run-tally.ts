/**
 * The part of a running run that recovery would make of its rows, beside its state: kept up to date row by row, so that a snapshot can hold it.
 * The run itself goes by its attempts in flight and not by these.
 */
import { figuresOf, type JournalRow } from '../../store/journal-row.ts'
import type { UsageTotals } from '../../store/store.ts'
import { Budget } from '../budget/budget.ts'
import { addUsage } from '../budget/usage-totals.ts'
import { EffectHistories } from '../effects/effect-history.ts'
import { type RecoveredRun, UntouchedEffects } from '../recovery.ts'
import type { SavedRun } from './saved-run.ts'

const NO_EFFECTS: [] = []

export class RunTally {
  readonly #histories: EffectHistories
  readonly #untouched: UntouchedEffects
  readonly #budget: Budget | undefined
  #usage: UsageTotals

  /** @param budget That of the run, when it has recalled the rows so far */
  constructor({ histories, untouched, usage, state }: RecoveredRun, budget: Budget | undefined) {
    this.#histories = new EffectHistories(histories.save())
    this.#untouched = new UntouchedEffects(state, untouched)
    this.#usage = usage
    if (budget === undefined) return
    this.#budget = new Budget({ costUsd: undefined, tokens: undefined }, { prices: { worstCase: () => null } })
    this.#budget.restore(budget.save())
  }

  take(row: JournalRow): void {
    this.#histories.take(row)
    // What an event asks for during a pause is not told here: no snapshot is made then, and the end of the pause clears it.
    this.#untouched.take(row, NO_EFFECTS)
    this.#usage = addUsage(this.#usage, figuresOf(row).usage)
    this.#budget?.recall(row)
  }

  save(): Pick<SavedRun, 'histories' | 'untouched' | 'usage' | 'budget'> {
    return {
      histories: this.#histories.save(),
      untouched: [...this.#untouched.ids],
      usage: this.#usage,
      budget: this.#budget?.save(),
    }
  }
}
