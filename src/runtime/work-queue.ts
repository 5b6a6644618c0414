/**
 * What a run does within one event without any effect, bit by bit: after a fixed amount of it others have their turn. The amount is
 * counted and not timed, so that a replay pauses at the same places.
 */
import type { OpenTimer } from './run-effect.ts'

/** Steps without an effect that one event may bring about before others have their turn: a few milliseconds of work. */
const MOST_AT_ONCE = 200

export class WorkQueue {
  readonly #work: (() => unknown)[] = []
  #pause: OpenTimer | undefined
  #pauses = 0

  add(work: () => unknown): void {
    this.#work.push(work)
  }

  addFirst(work: () => unknown): void {
    this.#work.unshift(work)
  }

  /** Does what there is, up to a bound. A pause when there is more to do and none has begun; `at` in epoch milliseconds. */
  run(at: number): OpenTimer | undefined {
    for (let done = 0; done < MOST_AT_ONCE && this.#work.length > 0; done++) this.#work.shift()?.()
    if (this.#work.length === 0 || this.#pause !== undefined) return undefined
    this.#pauses++
    this.#pause = { id: 'pause', path: '', visit: this.#pauses, name: 'pause', dueAt: at }
    return this.#pause
  }

  /** Ends this pause; false when it is not the one that goes on. */
  endPause(visit: number): boolean {
    if (this.#pause?.visit !== visit) return false
    this.#pause = undefined
    return true
  }

  get pause(): OpenTimer | undefined {
    return this.#pause
  }
}
