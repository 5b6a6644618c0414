/**
 * The items of one running foreach: those that have started, those that have ended, and their results. Each running item is a scope
 * of its own. Of an ended item the pool keeps only its result, in input order.
 *
 * Where items come from a file, the pool asks for its pages: each is an effect of the run, so that a replay has the same items (J4).
 */

import type { ForeachPart, ForeachPlan } from '../../compiler/plan.ts'
import { countOf } from '../../core/count.ts'
import type { FaultData } from '../../core/fault.ts'
import { toErrorValue } from '../../core/fault.ts'
import type { PageRequest } from '../../core/item-file.ts'
import type { JsonValue } from '../../core/json.ts'
import { countAllowed, formatMaxFailures } from '../../core/max-failures.ts'
import type { Outcome } from '../run-event.ts'
import type { ItemSource } from './item-source.ts'

/** `step` is the path of the step that failed. */
export type ItemEnd = { output: JsonValue } | FailedItem

type FailedItem = { fault: FaultData; step: string }

/** `origin`: path of the step of an item that failed; undefined: the fault is that of the foreach itself. */
type PoolFault = { fault: FaultData; origin?: string }

export interface ItemPolicy extends ForeachPlan {
  /** Id of the foreach. */
  step: string
  /** Path of an item. */
  pathOf(index: number): string
}

export interface ItemCounts {
  /** Those that are known so far. */
  total: number
  /** True when there may be more. */
  isReading: boolean
  running: number
  done: number
  failed: number
}

const LEFT_OUT = Symbol('left out')

/** An effect that the foreach itself needs. */
export type PoolEffect = { part: ForeachPart; visit: number; input: PageRequest }

export class ItemPool {
  readonly #source: ItemSource
  readonly #policy: ItemPolicy
  readonly #results: (JsonValue | typeof LEFT_OUT)[] = []
  readonly #running = new Set<number>()
  #next = 0
  #done = 0
  #failed = 0
  #pages = 0
  #fault: PoolFault | undefined

  constructor(source: ItemSource, policy: ItemPolicy) {
    this.#source = source
    this.#policy = policy
  }

  /**
   * Takes the next item to start; undefined when none is left or the concurrency is used up. Items that can't be read are passed over:
   * they have failed.
   */
  take(): { index: number; item: JsonValue } | undefined {
    while (this.#fault === undefined && this.#running.size < this.#policy.concurrency) {
      const next = this.#source.take()
      if (next === undefined) return undefined
      const index = this.#next++
      if ('item' in next) {
        this.#running.add(index)
        return { index, item: next.item }
      }
      this.end(index, { ...next, step: this.#policy.pathOf(index) })
    }
    return undefined
  }

  /** Effects that are to be performed now. Each is asked for once. */
  ask(): PoolEffect[] {
    if (this.#fault !== undefined) return []
    const page = this.#source.askPage()
    return page === undefined ? [] : [{ part: 'read', visit: ++this.#pages, input: page }]
  }

  /** Takes the outcome of such an effect: its fault is that of the foreach. */
  takeOutcome(outcome: Outcome): void {
    if ('fault' in outcome) this.#fault ??= { fault: outcome.fault }
    else this.#source.takePage(outcome.output)
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
    if (!this.#source.isWhole || this.#done < this.#source.known) return undefined
    return { output: this.#results.filter((result) => result !== LEFT_OUT) }
  }

  get counts(): ItemCounts {
    const { known: total, isWhole } = this.#source
    return { total, isReading: !isWhole, running: this.#running.size, done: this.#done, failed: this.#failed }
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
    const { isWhole, known } = this.#source
    // How many items a file has is known at its end.
    const [items, failed] = [isWhole ? known : this.#done, this.#failed]
    const allowed = countAllowed(maxFailures, items)
    if (failed <= allowed) return undefined
    const { code, message } = fault
    const share = maxFailures.kind === 'share' ? ` (${formatMaxFailures(maxFailures)})` : ''
    const counts = `${failed} of ${isWhole ? '' : 'the first '}${countOf(items, 'item')} of '${id}' ${failed === 1 ? 'has' : 'have'} failed, and max_failures allows ${allowed}${share}`
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
