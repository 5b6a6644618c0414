/**
 * Follows the steps of a run in progress, for the views: start, end, attempt in flight and last text of each.
 *
 * The timeline (service/history/timeline.ts) keeps every visit of a journal. This tracker keeps only what a view can draw:
 * 1. Work per change depends on the number of steps of the workflow, not on the length of the run (J5). Records are immutable and
 *    shared between contexts, so that a change is found by comparing references.
 * 2. A foreach item is known by its effects in flight, and forgotten when they end: there may be 100,000 items.
 * 3. It takes contexts when they are durable, so that a view shows nothing that a crash could take back; and all of them, so that it
 *    misses no visit.
 * 4. Times are those of the events. Of a resumed run, open steps count from its resumption.
 */
import type { Step } from '../../compiler/document.ts'
import type { MachineContext, StepRecord } from '../../compiler/machine-context.ts'
import { childLists } from '../../compiler/place-steps.ts'
import type { Progress } from '../../core/actor.ts'
import type { FaultData } from '../../core/fault.ts'
import { isJsonObject } from '../../core/json.ts'
import { FINALLY } from '../../core/machine-ends.ts'
import type { AttemptFigures } from '../../runtime/run-event.ts'
import type { RunNotice } from '../../runtime/run-notice.ts'
import { stepOfPath } from '../../store/usage-sums.ts'
import { finallyRecord } from './finally-record.ts'
import type { ViewedRun } from './run-view.ts'

/** An effect in flight. */
export interface LiveAttempt {
  startedAt: number
  attempt: number
  /** Tail of the text of the model so far. */
  text: string
  /** True: `text` says what it waits for. */
  isWaiting: boolean
  failure: { fault: FaultData; retryAt: number } | undefined
}

export type StepChange =
  | { type: 'started'; step: TrackedStep }
  /** `ms` is undefined for a visit that ended as it began, `record` for one that the next visit followed at once and replaced. */
  | { type: 'ended'; step: TrackedStep; record: StepRecord | undefined; ms: number | undefined }

export interface TrackedStep {
  id: string
  name: string
  /** `finally`: the block of all its steps. */
  kind: Step['kind'] | 'finally'
  /** Number of blocks around the step. */
  depth: number
}

/** Most characters of a model's text that are kept. */
const TEXT_TAIL = 400

export class StepTracker {
  readonly steps: readonly TrackedStep[]
  readonly timings = new Map<string, { startedAt: number; endedAt: number | undefined }>()
  /** Effects in flight by path. */
  readonly attempts = new Map<string, LiveAttempt>()
  /** Item counts of each foreach that has ended, from its output. */
  readonly itemTotals = new Map<string, { total: number; failed: number }>()
  /** Model calls that the cache answered in the last visit, by step. */
  readonly cacheHits = new Map<string, number>()
  readonly #records = new Map<string, StepRecord>()
  readonly #now: () => number
  /** False until the first context of a resumed run, whose changes are of the past. */
  #isCurrent: boolean

  constructor({ workflow: { workflow }, isResumed }: ViewedRun, now: () => number = Date.now) {
    this.steps = [...listSteps(workflow.steps), ...listFinally(workflow.finalSteps)]
    this.#isCurrent = !isResumed
    this.#now = now
  }

  find(id: string): TrackedStep | undefined {
    return this.steps.find((step) => step.id === id)
  }

  take(notice: RunNotice): void {
    if (
      notice.type === 'attempt.warned' ||
      notice.type === 'run.changed' ||
      notice.type === 'run.held' ||
      notice.type === 'run.warned'
    )
      return
    const path = notice.type === 'effect.stopped' ? notice.path : notice.effect.path
    if (notice.type === 'effect.ended') this.#countHits(path, notice.figures)
    if (notice.type === 'effect.ended' || notice.type === 'effect.stopped') this.attempts.delete(path)
    else if (notice.type === 'attempt.started') this.#startAttempt(path, notice.attempt)
    else this.#update(path, notice)
  }

  /** Lists the changes that these contexts made. Of each context, first the steps that ended, the innermost first, then those that started. */
  readChanges(contexts: readonly MachineContext[]): StepChange[] {
    return contexts.flatMap((context) => {
      const changes = this.#compareAll(context)
      if (this.#isCurrent) return changes
      this.#isCurrent = true
      this.#forgetPast()
      return []
    })
  }

  #compareAll(context: MachineContext): StepChange[] {
    const { at } = context
    const ended: StepChange[] = []
    const begun: StepChange[] = []
    for (const step of this.steps) {
      const record = recordOf(step, context)
      const before = this.#records.get(step.id)
      if (record === undefined || record === before) continue
      this.#records.set(step.id, record)
      const changes = this.#compare(step, { before, record, at })
      if (before?.entered === undefined) begun.push(...changes)
      else {
        ended.unshift(...changes.filter(({ type }) => type === 'ended'))
        begun.push(...changes.filter(({ type }) => type === 'started'))
      }
    }
    return [...ended, ...begun]
  }

  #forgetPast(): void {
    const now = this.#now()
    for (const id of this.timings.keys()) {
      if (this.#records.get(id)?.entered === undefined) this.timings.delete(id)
      else this.timings.set(id, { startedAt: now, endedAt: undefined })
    }
  }

  #compare(
    step: TrackedStep,
    { before, record, at }: { before: StepRecord | undefined; record: StepRecord; at: number },
  ): StepChange[] {
    const wasActive = before?.entered !== undefined
    const isActive = record.entered !== undefined
    const isNewVisit = record.visits > (before?.visits ?? 0)
    const changes: StepChange[] = []
    if (!isActive && step.kind === 'foreach' && record.status === 'completed')
      this.itemTotals.set(step.id, countItems(record))
    // One event may end a visit and begin the next: in a loop of a single step. A record keeps the last end until the next one.
    if (wasActive && (isNewVisit || !isActive))
      changes.push({
        type: 'ended',
        step,
        record: isNewVisit && !isActive ? undefined : record,
        ms: this.#end(step, at),
      })
    if (!isNewVisit) return changes
    this.timings.set(step.id, { startedAt: at, endedAt: isActive ? undefined : at })
    this.cacheHits.delete(step.id)
    return [...changes, isActive ? { type: 'started', step } : { type: 'ended', step, record, ms: undefined }]
  }

  #end({ id }: TrackedStep, at: number): number | undefined {
    const timing = this.timings.get(id)
    if (timing === undefined) return undefined
    timing.endedAt = at
    return at - timing.startedAt
  }

  #countHits(path: string, { usage = [] }: AttemptFigures): void {
    const hits = usage.reduce((sum, { cache_hits = 0 }) => sum + cache_hits, 0)
    const id = stepOfPath(path)
    if (hits > 0) this.cacheHits.set(id, (this.cacheHits.get(id) ?? 0) + hits)
  }

  #startAttempt(path: string, attempt: number): void {
    const startedAt = this.attempts.get(path)?.startedAt ?? this.#now()
    this.attempts.set(path, { startedAt, attempt, text: '', isWaiting: false, failure: undefined })
  }

  #update(path: string, notice: Extract<RunNotice, { type: 'attempt.failed' | 'attempt.progress' }>): void {
    const live = this.attempts.get(path)
    if (live === undefined) return
    if (notice.type === 'attempt.failed')
      live.failure = { fault: notice.fault, retryAt: this.#now() + (notice.retryInMs ?? 0) }
    else this.#progress(live, notice.progress)
  }

  #progress(live: LiveAttempt, progress: Progress): void {
    const hasWaited = live.isWaiting
    live.isWaiting = progress.kind === 'waiting'
    if (progress.kind === 'waiting') live.text = `waiting for ${progress.reason}`
    else if (progress.kind === 'ratio') live.text = `${progress.done}/${progress.total}`
    else live.text = ((hasWaited ? '' : live.text) + progress.text).slice(-TEXT_TAIL)
  }
}

/** The record of a step, or of `finally` as a whole. */
export const recordOf = ({ id, kind }: TrackedStep, context: MachineContext): StepRecord | undefined =>
  kind === 'finally' ? finallyRecord(context) : context.steps[id]

const countItems = ({ output }: StepRecord): { total: number; failed: number } => {
  // The summary of a foreach whose results are in a file.
  if (isJsonObject(output)) return { total: Number(output.count), failed: Number(output.failed) }
  if (!Array.isArray(output)) return { total: 0, failed: 0 }
  const failed = output.filter((item) => isJsonObject(item) && item.ok === false && isJsonObject(item.error)).length
  return { total: output.length, failed }
}

const listSteps = (steps: readonly Step[], depth = 0): TrackedStep[] =>
  steps.flatMap((step) => [
    { id: step.id.value, name: step.id.value, kind: step.kind, depth },
    ...(step.kind === 'foreach' ? [] : childLists(step).flatMap(({ steps: inner }) => listSteps(inner, depth + 1))),
  ])

const listFinally = (steps: readonly Step[] = []): TrackedStep[] =>
  steps.length === 0 ? [] : [{ id: FINALLY, name: 'finally', kind: 'finally', depth: 0 }, ...listSteps(steps, 1)]
