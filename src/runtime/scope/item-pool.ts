/**
 * The items of one running foreach: those that have started, those that have ended, and their results. Each running item is a scope
 * of its own. Of an ended item the pool keeps only its result, until that is written where a file takes it.
 *
 * Pages of a file that items come from, and batches of results for a file, are effects of the run, which the pool asks for: a replay has
 * the same items (J4), and writes nothing again that is written (J3).
 */

import type { ForeachPart, ForeachPlan } from '../../compiler/plan.ts'
import { countOf } from '../../core/count.ts'
import type { FaultData } from '../../core/fault.ts'
import { toErrorValue } from '../../core/fault.ts'
import type { PageRequest, ResultsRequest } from '../../core/item-file.ts'
import type { JsonValue } from '../../core/json.ts'
import { countAllowed, formatMaxFailures } from '../../core/max-failures.ts'
import type { Outcome } from '../run-event.ts'
import { ItemPace, type SavedPace } from './item-pace.ts'
import { type ItemResult, type ItemResults, LEFT_OUT, type SavedResults } from './item-results.ts'
import type { ItemSource, SavedSource } from './item-source.ts'

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
  /** Number of results that are in the file for them. */
  written: number
}

/** An effect that the foreach itself needs. */
export type PoolEffect = { part: ForeachPart; visit: number; input: PageRequest | ResultsRequest }

/** `concurrency`: that of this visit, which an expression may have given. */
export interface SavedPool {
  source: SavedSource
  results: SavedResults
  pace: SavedPace | undefined
  running: number[]
  next: number
  done: number
  failed: number
  pages: number
  batches: number
  fault: PoolFault | undefined
  concurrency: number
}

export class ItemPool {
  readonly #source: ItemSource
  readonly #policy: ItemPolicy
  readonly #results: ItemResults
  readonly #running = new Set<number>()
  readonly #pace: ItemPace | undefined
  #next = 0
  #done = 0
  #failed = 0
  #pages = 0
  #batches = 0
  #fault: PoolFault | undefined

  constructor({ source, results }: { source: ItemSource; results: ItemResults }, policy: ItemPolicy) {
    this.#source = source
    this.#results = results
    this.#policy = policy
    this.#pace = policy.rate && new ItemPace(policy.rate)
  }

  /**
   * Takes the next item to start; undefined when none is left or the concurrency is used up. Items that can't be read are passed over:
   * they have failed. @param at Epoch milliseconds.
   */
  take(at: number): { index: number; item: JsonValue } | undefined {
    while (this.#mayStart() && (this.#pace?.nextAt ?? 0) <= at) {
      const next = this.#source.take()
      if (next === undefined) return undefined
      const index = this.#next++
      if ('item' in next) {
        this.#running.add(index)
        this.#pace?.start(at)
        return { index, item: next.item }
      }
      this.end(index, { ...next, step: this.#policy.pathOf(index) })
    }
    return undefined
  }

  /** When the rate lets the next item start, if nothing else holds it back; in epoch milliseconds. */
  nextStartAt(): number | undefined {
    const isLeft = !this.#source.isWhole || this.#next < this.#source.known
    return this.#pace !== undefined && isLeft && this.#mayStart() ? this.#pace.nextAt : undefined
  }

  #mayStart(): boolean {
    const hasRoom = this.#running.size < this.#policy.concurrency && this.#results.mayStart(this.#next)
    return this.#fault === undefined && hasRoom
  }

  /** Effects that are to be performed now. Each is asked for once. */
  ask(): PoolEffect[] {
    if (this.#fault !== undefined) return []
    const effects: PoolEffect[] = []
    const page = this.#source.askPage()
    if (page !== undefined) effects.push({ part: 'read', visit: ++this.#pages, input: page })
    // Results of the run before are kept if the items can't be read.
    const { known, isWhole } = this.#source
    const batch = known > 0 || isWhole ? this.#results.askBatch() : undefined
    if (batch !== undefined) effects.push({ part: 'write', visit: ++this.#batches, input: batch })
    return effects
  }

  /** Takes the outcome of such an effect: its fault is that of the foreach. */
  takeOutcome(part: ForeachPart, outcome: Outcome): void {
    if ('fault' in outcome) this.#fault ??= { fault: outcome.fault }
    else if (part === 'read') this.#source.takePage(outcome.output)
    else this.#results.takeWritten(outcome.output)
  }

  end(index: number, end: ItemEnd): void {
    this.#running.delete(index)
    this.#done++
    this.#results.add(index, this.#toResult(end))
    if (!('fault' in end)) return
    this.#failed++
    this.#fault ??= this.#toFault(index, end)
  }

  /** Outcome of the whole foreach; undefined while it goes on. */
  outcome(): { output: JsonValue } | PoolFault | undefined {
    if (this.#fault !== undefined) return this.#fault
    if (!this.#source.isWhole || this.#done < this.#source.known || !this.#results.isWritten) return undefined
    return { output: this.#results.toOutput({ done: this.#done, failed: this.#failed }) }
  }

  get counts(): ItemCounts {
    const { known: total, isWhole } = this.#source
    const [running, { written }] = [this.#running.size, this.#results]
    return { total, isReading: !isWhole, running, done: this.#done, failed: this.#failed, written }
  }

  save(): SavedPool {
    return {
      source: this.#source.save(),
      results: this.#results.save(),
      pace: this.#pace?.save(),
      running: [...this.#running],
      next: this.#next,
      done: this.#done,
      failed: this.#failed,
      pages: this.#pages,
      batches: this.#batches,
      fault: this.#fault,
      concurrency: this.#policy.concurrency,
    }
  }

  /** Puts a new pool where a saved one was. */
  restore({ source, results, pace, running, ...saved }: SavedPool): void {
    this.#source.restore(source)
    this.#results.restore(results)
    if (pace !== undefined) this.#pace?.restore(pace)
    for (const index of running) this.#running.add(index)
    this.#next = saved.next
    this.#done = saved.done
    this.#failed = saved.failed
    this.#pages = saved.pages
    this.#batches = saved.batches
    this.#fault = saved.fault
  }

  #toResult(end: ItemEnd): ItemResult {
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
