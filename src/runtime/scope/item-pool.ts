/**
 * The items of one running foreach: those that have started, those that have ended, and their results. Each running item is a scope
 * of its own. Of an ended item the pool keeps only its result, in input order.
 */
import type { FaultData } from '../../core/fault.ts'
import { toErrorValue } from '../../core/fault.ts'
import type { JsonValue } from '../../core/json.ts'

/** `step` is the path of the step that failed. */
export type ItemEnd = { output: JsonValue } | { fault: FaultData; step: string }

export interface ItemPolicy {
  concurrency: number
  onItemError: 'stop' | 'skip' | 'collect'
}

export interface ItemCounts {
  total: number
  running: number
  done: number
  failed: number
}

const LEFT_OUT = Symbol('left out')

export class ItemPool {
  readonly #items: readonly JsonValue[]
  readonly #policy: ItemPolicy
  readonly #results: (JsonValue | typeof LEFT_OUT)[] = []
  readonly #running = new Set<number>()
  #next = 0
  #done = 0
  #failed = 0
  #fault: { fault: FaultData; origin: string } | undefined

  constructor(items: readonly JsonValue[], policy: ItemPolicy) {
    this.#items = items
    this.#policy = policy
  }

  /** Takes the next item to start; undefined when none is left or the concurrency is used up. */
  take(): { index: number; item: JsonValue } | undefined {
    const index = this.#next
    const item = this.#items[index]
    if (item === undefined || this.#fault !== undefined || this.#running.size >= this.#policy.concurrency)
      return undefined
    this.#next++
    this.#running.add(index)
    return { index, item }
  }

  end(index: number, end: ItemEnd): void {
    this.#running.delete(index)
    this.#done++
    if ('fault' in end) this.#failed++
    this.#results[index] = this.#toResult(index, end)
  }

  /** Outcome of the whole foreach; undefined while it goes on. */
  outcome(): { output: JsonValue } | { fault: FaultData; origin: string } | undefined {
    if (this.#fault !== undefined) return this.#fault
    if (this.#done < this.#items.length) return undefined
    return { output: this.#results.filter((result) => result !== LEFT_OUT) }
  }

  get counts(): ItemCounts {
    return { total: this.#items.length, running: this.#running.size, done: this.#done, failed: this.#failed }
  }

  #toResult(index: number, end: ItemEnd): JsonValue | typeof LEFT_OUT {
    const collects = this.#policy.onItemError === 'collect'
    if ('output' in end) return collects ? { ok: true, value: end.output } : end.output
    if (collects) return { ok: false, error: toErrorValue(end.fault) }
    if (this.#policy.onItemError === 'stop')
      this.#fault ??= { fault: { ...end.fault, details: { ...end.fault.details, index } }, origin: end.step }
    return LEFT_OUT
  }
}
