/** Attempts at open effects, as the journal tells them: the next lease holder counts on from there. */
import type { JournalRow } from '../../store/journal-row.ts'
import type { OpenEffect } from './run-effect.ts'

export interface EffectHistory {
  failed: number
  lost: number
  /** The model of a fallback order whose turn it is, and how many attempts failed before its turn came. */
  choice: number
  before: number
  /** When the last attempt failed, in epoch milliseconds. */
  failedAt?: number
  /** End of the long pause before the next attempt, which has surely not begun; in epoch milliseconds. */
  retryAt?: number | undefined
}

/** History of an effect that has not been attempted. */
export const UNTRIED: EffectHistory = { failed: 0, lost: 0, choice: 0, before: 0 }

/** (path, visit) as one text. */
export const toEffectId = ({ path, visit }: Pick<OpenEffect, 'path' | 'visit'>): string => `${path}#${visit}`

/** The number of the next attempt, from 1. */
export const nextAttempt = ({ failed, lost }: EffectHistory): number => failed + lost + 1

export class EffectHistories {
  readonly #open: Map<string, EffectHistory>

  /** @param saved Of `save` */
  constructor(saved: Iterable<[string, EffectHistory]> = []) {
    this.#open = new Map(saved)
  }

  save(): [id: string, history: EffectHistory][] {
    return [...this.#open]
  }

  take(row: JournalRow): void {
    // Most rows are outcomes of effects that have no history.
    if (row.kind === 'outcome' && this.#open.size === 0) return
    const id = toEffectId(row)
    if (row.kind === 'attempt') this.#open.set(id, addFailed(this.#of(id), { at: row.at, ...row.data }))
    else if (row.kind === 'lost') this.#open.set(id, { ...this.#of(id), lost: this.#of(id).lost + 1 })
    else if (row.kind === 'left' && row.path !== '') this.#open.set(id, { ...this.#of(id), retryAt: undefined })
    else if (row.kind === 'outcome') this.#open.delete(id)
  }

  of(effect: Pick<OpenEffect, 'path' | 'visit'>): EffectHistory {
    return this.#of(toEffectId(effect))
  }

  #of(id: string): EffectHistory {
    return this.#open.get(id) ?? UNTRIED
  }
}

/** The note of a failed attempt names the model that is tried next. */
const addFailed = (
  history: EffectHistory,
  { at, choice = history.choice, retry_at: retryAt }: { at: number; choice?: number; retry_at?: number },
): EffectHistory => {
  const failed = history.failed + 1
  return {
    ...history,
    failed,
    failedAt: at,
    retryAt,
    choice,
    before: choice === history.choice ? history.before : failed,
  }
}
