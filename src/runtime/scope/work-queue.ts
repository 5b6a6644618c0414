/**
 * Work that one event causes without any effect, such as `set` steps and the items of a foreach. It is done piece by piece: after a
 * fixed number of pieces the run pauses, so that other runs have their turn.
 *
 * The number is counted and not timed, so that a replay pauses at the same places. It follows from the definition: a step of a large
 * machine costs more, since the records of all its steps are copied.
 */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { OpenTimer } from '../effects/run-effect.ts'
import type { PacedFolds } from './paced-folds.ts'

/** Steps without an effect between two pauses: a few milliseconds of work, as long as no machine has more than 100 steps. */
const MOST_AT_ONCE = 200
const MOST_RECORDS_COPIED = 20_000

export class WorkQueue {
  readonly #mostAtOnce: number
  readonly #work: (() => unknown)[] = []
  /** Pieces done for the event of now. */
  #done = 0
  #pause: OpenTimer | undefined
  #pauses = 0

  constructor({ root, bodies }: Pick<CompiledWorkflow, 'root' | 'bodies'>) {
    const largest = Math.max(1, ...[root, ...bodies.values()].map(({ steps }) => steps.size))
    this.#mostAtOnce = Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(MOST_RECORDS_COPIED / largest)))
  }

  add(work: () => unknown): void {
    this.#work.push(work)
  }

  addFirst(work: () => unknown): void {
    this.#work.unshift(work)
  }

  /** An event happens: from now on, its work is counted. */
  begin(): void {
    this.#done = 0
  }

  /** Does the queued work, up to the bound of one event, and the folds that it leaves. False: `goesOn` has stopped it before. */
  run(goesOn: () => boolean, folds: Pick<PacedFolds, 'goOn'>): boolean {
    while (this.#done < this.#mostAtOnce) {
      const work = this.#work.shift()
      if (work === undefined) break
      this.#done++
      work()
      if (!folds.goOn(goesOn)) return false
      if (this.#work.length > 0 && !goesOn()) return false
    }
    return true
  }

  /** Returns the pause that begins when the event has left work. @param at Epoch milliseconds. */
  startPause(at: number): OpenTimer | undefined {
    if (this.#work.length === 0 || this.#pause !== undefined) return undefined
    this.#pauses++
    this.#pause = { id: 'pause', path: '', visit: this.#pauses, name: 'pause', dueAt: at }
    return this.#pause
  }

  /** Ends this pause; false when it is not the current one. */
  endPause(visit: number): boolean {
    if (this.#pause?.visit !== visit) return false
    this.#pause = undefined
    return true
  }

  /** True when no work is left. Only then is all of it in the state. */
  get isAtRest(): boolean {
    return this.#work.length === 0 && this.#pause === undefined
  }

  /** Number of pauses so far. */
  get pauses(): number {
    return this.#pauses
  }

  restore(pauses: number): void {
    this.#pauses = pauses
  }

  get pause(): OpenTimer | undefined {
    return this.#pause
  }
}
