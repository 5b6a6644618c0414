/**
 * Long pauses between two attempts of an effect, such as those that servers ask for. They need no process.
 *
 * Invariants
 * 1. The note of the failed attempt says when the next one begins (`retry_at`), and the store wakes the run then.
 * 2. During the pause nothing of the effect is in flight: no later lease holder takes it for lost (effect-history.ts).
 * 3. The row `left` of the effect, which says that it begins now, is durable before the next attempt begins.
 * 4. A pause of the run holds the next attempt back.
 */
import type { Clock } from '../../core/clock.ts'
import type { Untimed } from '../../store/journal-row.ts'
import type { RunChange, TimerRecord } from '../../store/store.ts'
import type { RunJournal } from '../run-journal.ts'
import type { OpenEffect } from './run-effect.ts'

/** A shorter pause is kept in memory alone. */
export const LONG_PAUSE_MS = 60_000

type Place = Pick<OpenEffect, 'path' | 'visit'>

export interface LongPausesOptions {
  clock: Clock
  journal: RunJournal
  isHeldBack(effect: OpenEffect): boolean
}

export class LongPauses {
  readonly #options: LongPausesOptions
  /** Effects whose pause is over and that a pause of the run holds back. */
  readonly #held = new Map<OpenEffect, () => void>()

  constructor(options: LongPausesOptions) {
    this.#options = options
  }

  /** The pause of an effect is over: calls `begin` when its next attempt may begin. */
  end(effect: OpenEffect, begin: () => void): void {
    const { clock, journal, isHeldBack } = this.#options
    const timersCleared = [toTimerId(effect)]
    if (isHeldBack(effect)) {
      this.#held.set(effect, begin)
      journal.write({ timersCleared }, () => {})
      return
    }
    const { path, visit } = effect
    const row = journal.row({ kind: 'left', at: clock.now(), path, visit, data: { is_left: false } })
    journal.write({ rows: [row], timersCleared }, begin)
  }

  /** The run goes on after a pause. */
  release(): void {
    const held = [...this.#held]
    this.#held.clear()
    for (const [effect, begin] of held) this.end(effect, begin)
  }
}

/** The part of a note of a failed attempt that the store keeps beside it. */
export const toPauseKept = (note: Untimed<'attempt' | 'late' | 'warning'>): Pick<RunChange, 'timersSet'> => {
  if (note.kind !== 'attempt' || note.data.retry_at === undefined) return {}
  const timer: TimerRecord = { id: toTimerId(note), dueAt: note.data.retry_at }
  return { timersSet: [timer] }
}

export const toTimerId = ({ path, visit }: Place): string => `${path}#${visit}:retry`
