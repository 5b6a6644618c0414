/**
 * The items of one running foreach: those that have started, those that have ended, and their results. Each running item is a scope
 * of its own. Of an ended item the pool keeps only its result, in input order.
 */

import type { ForeachPlan } from '../../compiler/plan.ts'
import { countOf } from '../../core/count.ts'
import type { FaultData } from '../../core/fault.ts'
import { toErrorValue } from '../../core/fault.ts'
import type { JsonValue } from '../../core/json.ts'
import { countAllowed, formatMaxFailures } from '../../core/max-failures.ts'

/** `step` is the path of the step that failed. */
export type ItemEnd = { output: JsonValue } | FailedItem

type FailedItem = { fault: FaultData; step: string }

/** `origin`: path of the step of an item that failed; undefined: the fault is that of the foreach itself. */
type PoolFault = { fault: FaultData; origin?: string }

export interface ItemPolicy extends ForeachPlan {
  /** Id of the foreach. */
  step: string
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
  #fault: PoolFault | undefined

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
    this.#results[index] = this.#toResult(end)
    if (!('fault' in end)) return
    this.#failed++
    this.#fault ??= this.#toFault(index, end)
  }

  /** Outcome of the whole foreach; undefined while it goes on. */
  outcome(): { output: JsonValue } | PoolFault | undefined {
    if (this.#fault !== undefined) return this.#fault
    if (this.#done < this.#items.length) return undefined
    return { output: this.#results.filter((result) => result !== LEFT_OUT) }
  }

  get counts(): ItemCounts {
    return { total: this.#items.length, running: this.#running.size, done: this.#done, failed: this.#failed }
  }

  #toResult(end: ItemEnd): JsonValue | typeof LEFT_OUT {
    const collects = this.#policy.onItemError === 'collect'
    if ('output' in end) return collects ? { ok: true, value: end.output } : end.output
    return collects ? { ok: false, error: toErrorValue(end.fault) } : LEFT_OUT
  }

  /** Fault of the foreach after one more item has failed; undefined while it goes on. */
  #toFault(index: number, { fault, step }: FailedItem): PoolFault | undefined {
    if (this.#policy.onItemError === 'stop')
      return { fault: { ...fault, details: { ...fault.details, index } }, origin: step }
    const { step: id, maxFailures } = this.#policy
    if (maxFailures === undefined) return undefined
    const [items, failed] = [this.#items.length, this.#failed]
    const allowed = countAllowed(maxFailures, items)
    if (failed <= allowed) return undefined
    const { code, message } = fault
    const share = maxFailures.kind === 'share' ? ` (${formatMaxFailures(maxFailures)})` : ''
    const counts = `${failed} of ${countOf(items, 'item')} of '${id}' ${failed === 1 ? 'has' : 'have'} failed, and max_failures allows ${allowed}${share}`
    const last = { index, step, code, message }
    return {
      fault: {
        code: 'join_failed',
        message: `${counts}; the last is ${step}: ${code}: ${message}`,
        retryable: true,
        details: { step: id, items, allowed, failed, last },
      },
    }
  }
}
