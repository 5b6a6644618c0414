/**
 * Folds the events of a run in this process, one after the other. The work of most is done at once. That of a large one is done in slices,
 * between which the event loop turns and other runs have their turn; the events behind it wait.
 */
import { startSlice } from '../core/slice.ts'
import type { RunEffect } from './effects/run-effect.ts'
import type { RunEvent } from './run-event.ts'
import type { RunState } from './run-state.ts'
import { toDefectEnd } from './scope/scope-end.ts'

export interface FoldedEvent<T> {
  event: RunEvent
  /** Parts that its taker gave along. */
  taken: T
  /** Undefined: it fits nothing that is open. */
  effects: RunEffect[] | undefined
}

export interface RunEventsOptions<T> {
  state: Pick<RunState, 'take' | 'work'>
  /** The event is folded. */
  folded(one: FoldedEvent<T>): void
  /** All events that came are folded, after a turn of the event loop. */
  idle(): void
  /** `folded` or `idle` has thrown in a later turn. */
  broken(cause: unknown): void
}

export class RunEvents<T> {
  readonly #options: RunEventsOptions<T>
  /** The event whose work goes on in a later turn. */
  #current: FoldedEvent<T> | undefined
  readonly #waiting: Pick<FoldedEvent<T>, 'event' | 'taken'>[] = []

  constructor(options: RunEventsOptions<T>) {
    this.#options = options
  }

  /** True while an event is folded in slices: the state is that of the middle of its work. */
  get isBusy(): boolean {
    return this.#current !== undefined
  }

  take(event: RunEvent, taken: T): void {
    if (this.#current !== undefined) this.#waiting.push({ event, taken })
    else this.#begin(event, taken)
  }

  #begin(event: RunEvent, taken: T): void {
    const one: FoldedEvent<T> = { event, taken, effects: undefined }
    const isDone = this.#guard(one, () => {
      one.effects = this.#options.state.take(event)
      return one.effects === undefined || this.#options.state.work(startSlice())
    })
    if (isDone) this.#options.folded(one)
    else this.#goOnLater(one)
  }

  #goOnLater(one: FoldedEvent<T>): void {
    this.#current = one
    setImmediate(() => {
      try {
        this.#goOn(one)
      } catch (cause) {
        this.#options.broken(cause)
      }
    })
  }

  #goOn(one: FoldedEvent<T>): void {
    const isDone = this.#guard(one, () => this.#options.state.work(startSlice()))
    if (isDone) this.#finish(one)
    else this.#goOnLater(one)
  }

  #finish(one: FoldedEvent<T>): void {
    this.#current = undefined
    this.#options.folded(one)
    while (!this.isBusy) {
      const next = this.#waiting.shift()
      if (next === undefined) break
      this.#begin(next.event, next.taken)
    }
    if (!this.isBusy) this.#options.idle()
  }

  /** A fold that fails ends the run. */
  #guard(one: FoldedEvent<T>, fold: () => boolean): boolean {
    try {
      return fold()
    } catch (thrown) {
      one.effects = [toDefectEnd(thrown)]
      return true
    }
  }
}
