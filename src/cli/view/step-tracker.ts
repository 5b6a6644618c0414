/**
 * Follows the steps of a run in progress, for the views: start, end, attempt in flight and last text of each.
 *
 * The timeline (service/history/timeline.ts) keeps every visit of a journal. This tracker keeps only what a view can draw:
 * 1. Work per change depends on the number of steps of the workflow, not on the length of the run (J5). Records are immutable and
 *    shared between states, so that a change is found by comparing references.
 * 2. A foreach item is known by its effects in flight, and forgotten when they end: there may be 100,000 items.
 * 3. It reads the state when a change is durable, so that a view shows nothing that a crash could take back.
 * 4. Times are its own, because records hold none.
 */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { Step } from '../../compiler/document.ts'
import type { StepRecord } from '../../compiler/machine-context.ts'
import { childLists } from '../../compiler/place-steps.ts'
import type { FaultData } from '../../core/fault.ts'
import { isJsonObject } from '../../core/json.ts'
import type { Run } from '../../runtime/run.ts'
import type { AttemptFigures } from '../../runtime/run-event.ts'
import type { RunNotice } from '../../runtime/run-notice.ts'
import { contextOf } from '../../runtime/scope/scope.ts'
import { stepOfPath } from '../../store/usage-sums.ts'

/** An effect in flight. */
export interface LiveAttempt {
  startedAt: number
  attempt: number
  /** Tail of the text of the model so far. */
  text: string
  failure: { fault: FaultData; retryAt: number } | undefined
}

export type StepChange =
  | { type: 'started'; step: TrackedStep }
  | { type: 'ended'; step: TrackedStep; record: StepRecord; ms: number | undefined }

export interface TrackedStep {
  id: string
  kind: Step['kind']
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

  constructor({ workflow }: CompiledWorkflow, now: () => number = Date.now) {
    this.steps = listSteps(workflow.steps)
    this.#now = now
  }

  take(notice: RunNotice): void {
    if (notice.type === 'run.changed' || notice.type === 'run.held' || notice.type === 'run.warned') return
    const path = notice.type === 'effect.stopped' ? notice.path : notice.effect.path
    if (notice.type === 'effect.ended') this.#countHits(path, notice.figures)
    if (notice.type === 'effect.ended' || notice.type === 'effect.stopped') this.attempts.delete(path)
    else if (notice.type === 'attempt.started') this.#startAttempt(path, notice.attempt)
    else this.#update(path, notice)
  }

  /** Lists the changes since the last call: first the steps that ended, the innermost first, then those that started. */
  readChanges(run: Run): StepChange[] {
    const root = run.state.root
    if (root === undefined) return []
    const { steps: records } = contextOf(root)
    const ended: StepChange[] = []
    const begun: StepChange[] = []
    for (const step of this.steps) {
      const record = records[step.id]
      const before = this.#records.get(step.id)
      if (record === undefined || record === before) continue
      this.#records.set(step.id, record)
      const changes = this.#compare(step, before, record)
      if (before?.entered === undefined) begun.push(...changes)
      else ended.unshift(...changes)
    }
    return [...ended, ...begun]
  }

  /** Skips the changes that a resumed run made before. */
  skipPast(run: Run): void {
    this.readChanges(run)
    const now = this.#now()
    for (const id of this.timings.keys()) {
      if (this.#records.get(id)?.entered === undefined) this.timings.delete(id)
      else this.timings.set(id, { startedAt: now, endedAt: undefined })
    }
  }

  #compare(step: TrackedStep, before: StepRecord | undefined, record: StepRecord): StepChange[] {
    const isActive = record.entered !== undefined
    const isNewVisit = record.visits > (before?.visits ?? 0)
    const now = this.#now()
    if (isNewVisit) {
      this.timings.set(step.id, { startedAt: now, endedAt: undefined })
      this.cacheHits.delete(step.id)
    }
    if (isActive) return isNewVisit ? [{ type: 'started', step }] : []
    if (!isNewVisit && before?.entered === undefined) return []
    const timing = this.timings.get(step.id)
    if (timing !== undefined) timing.endedAt = now
    if (step.kind === 'foreach' && record.status === 'completed') this.itemTotals.set(step.id, countItems(record))
    const ms = timing === undefined ? undefined : now - timing.startedAt
    return [{ type: 'ended', step, record, ms }]
  }

  #countHits(path: string, { usage = [] }: AttemptFigures): void {
    const hits = usage.reduce((sum, { cache_hits = 0 }) => sum + cache_hits, 0)
    const id = stepOfPath(path)
    if (hits > 0) this.cacheHits.set(id, (this.cacheHits.get(id) ?? 0) + hits)
  }

  #startAttempt(path: string, attempt: number): void {
    const startedAt = this.attempts.get(path)?.startedAt ?? this.#now()
    this.attempts.set(path, { startedAt, attempt, text: '', failure: undefined })
  }

  #update(path: string, notice: Extract<RunNotice, { type: 'attempt.failed' | 'attempt.progress' }>): void {
    const live = this.attempts.get(path)
    if (live === undefined) return
    if (notice.type === 'attempt.failed')
      live.failure = { fault: notice.fault, retryAt: this.#now() + notice.retryInMs }
    else if (notice.progress.kind === 'text') live.text = (live.text + notice.progress.text).slice(-TEXT_TAIL)
    else live.text = `${notice.progress.done}/${notice.progress.total}`
  }
}

const countItems = ({ output }: StepRecord): { total: number; failed: number } => {
  if (!Array.isArray(output)) return { total: 0, failed: 0 }
  const failed = output.filter((item) => isJsonObject(item) && item.ok === false && isJsonObject(item.error)).length
  return { total: output.length, failed }
}

const listSteps = (steps: readonly Step[], depth = 0): TrackedStep[] =>
  steps.flatMap((step) => [
    { id: step.id.value, kind: step.kind, depth },
    ...(step.kind === 'foreach' ? [] : childLists(step).flatMap(({ steps: inner }) => listSteps(inner, depth + 1))),
  ])
