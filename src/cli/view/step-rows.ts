/** Rows of the tree of a run in progress: their content, without their layout. */
import type { StepRecord } from '../../compiler/machine-context.ts'
import { contextOf, type OpenStep, type Scope } from '../../runtime/scope/scope.ts'
import type { ShownState } from './run-view.ts'
import { type LiveAttempt, recordOf, type StepTracker, type TrackedStep } from './step-tracker.ts'

export type RowState = 'pending' | 'running' | 'waiting' | 'completed' | 'skipped' | 'failed' | 'cancelled'

export interface StepRow {
  depth: number
  state: RowState
  name: string
  ms: number | undefined
  /** Current activity of the step, or the reason of its failure. */
  detail: RowDetail
}

export type RowDetail =
  | { kind: 'none' }
  | { kind: 'items'; done: number; total: number; failed: number; running: number; isReading: boolean }
  | { kind: 'ended_items'; total: number; failed: number }
  | { kind: 'iteration'; count: number }
  | { kind: 'retry'; attempt: number; code: string; inMs: number }
  | { kind: 'attempt'; attempt: number; text: string }
  | { kind: 'wait'; leftMs: number }
  /** Number of answers from the cache. */
  | { kind: 'cache'; hits: number }
  | { kind: 'fault'; code: string; message: string }

/** Most foreach items in flight that get a row. */
const ITEM_ROWS = 4

const NONE: RowDetail = { kind: 'none' }

/** Lists the steps, except those in blocks that were not entered, and steps in ended blocks that did not run. */
export const listRows = (tracker: StepTracker, { run, now }: { run: ShownState; now: number }): StepRow[] => {
  const root = run.state.root
  if (root === undefined) return []
  const context = contextOf(root)
  const rows: StepRow[] = []
  let hiddenBelow = Number.POSITIVE_INFINITY
  let endedBelow = Number.POSITIVE_INFINITY
  for (const step of tracker.steps) {
    const record = recordOf(step, context)
    if (step.depth <= hiddenBelow) hiddenBelow = Number.POSITIVE_INFINITY
    if (step.depth <= endedBelow) endedBelow = Number.POSITIVE_INFINITY
    if (record === undefined || step.depth > hiddenBelow) continue
    const hasRun = record.visits > 0
    if (!hasRun) hiddenBelow = step.depth
    if (!hasRun && step.depth > endedBelow) continue
    if (record.entered === undefined && endedBelow > step.depth) endedBelow = step.depth
    rows.push(toRow(step, record, { tracker, root, now }))
    const open = root.open.get(step.id)
    if (open?.items !== undefined) rows.push(...listItems(open, { step, tracker, now }))
  }
  return rows
}

interface RowContext {
  tracker: StepTracker
  root: Scope
  now: number
}

const toRow = (step: TrackedStep, record: StepRecord, { tracker, root, now }: RowContext): StepRow => {
  const timing = tracker.timings.get(step.id)
  const isActive = record.entered !== undefined
  return {
    depth: step.depth,
    state: isActive ? (isWaiting(step, record) ? 'waiting' : 'running') : record.status,
    name: step.name,
    ms: timing === undefined || isMoment(step, isActive) ? undefined : (timing.endedAt ?? now) - timing.startedAt,
    detail: isActive ? describeActive(step, record, { tracker, root, now }) : describeEnded(step, record, tracker),
  }
}

const isMoment = ({ kind }: TrackedStep, isActive: boolean): boolean => kind === 'set' && !isActive

const isWaiting = ({ kind }: TrackedStep, { entered }: StepRecord): boolean =>
  kind === 'approve' || kind === 'wait' || entered?.kind === 'wait' || entered?.kind === 'backoff'

const describeActive = (step: TrackedStep, record: StepRecord, { tracker, root, now }: RowContext): RowDetail => {
  const { entered } = record
  const counts = root.open.get(step.id)?.pool?.counts
  if (counts !== undefined) return { kind: 'items', ...counts }
  if (entered?.kind === 'wait' || entered?.kind === 'backoff') {
    const since = tracker.timings.get(step.id)?.startedAt ?? now
    return { kind: 'wait', leftMs: Math.max(0, since + entered.delayMs - now) }
  }
  if (step.kind === 'loop' && entered?.kind === 'block') return { kind: 'iteration', count: entered.count }
  const live = tracker.attempts.get(step.id)
  return live === undefined ? NONE : describeAttempt(live, now)
}

const describeAttempt = ({ attempt, text, failure }: LiveAttempt, now: number): RowDetail =>
  failure === undefined
    ? { kind: 'attempt', attempt, text }
    : { kind: 'retry', attempt, code: failure.fault.code, inMs: Math.max(0, failure.retryAt - now) }

const describeEnded = (
  { id }: TrackedStep,
  { status, error, attempts }: StepRecord,
  { itemTotals, cacheHits }: StepTracker,
): RowDetail => {
  if (status === 'failed') {
    const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string }
    return { kind: 'fault', code, message }
  }
  const items = itemTotals.get(id)
  if (items !== undefined) return { kind: 'ended_items', ...items }
  const hits = cacheHits.get(id)
  if (hits !== undefined) return { kind: 'cache', hits }
  return attempts > 1 ? { kind: 'attempt', attempt: attempts, text: '' } : NONE
}

const listItems = (
  { items = new Map() }: OpenStep,
  { step: { kind, depth }, tracker, now }: { step: TrackedStep; tracker: StepTracker; now: number },
): StepRow[] =>
  [...items]
    .flatMap(([index, scope]) => {
      // A model with tools has one item, and its calls may be in flight side by side.
      if (kind === 'llm') return [...scope.open.keys()].map((name) => ({ name, path: `${scope.path}/${name}` }))
      const step = runningStep(scope)
      return [{ name: `[${index}] ${step ?? ''}`, path: step === undefined ? undefined : `${scope.path}/${step}` }]
    })
    .slice(0, ITEM_ROWS)
    .map(({ name, path }) => {
      const live = path === undefined ? undefined : tracker.attempts.get(path)
      return {
        depth: depth + 1,
        state: live?.failure === undefined ? 'running' : 'waiting',
        name,
        ms: live === undefined ? undefined : now - live.startedAt,
        detail: live === undefined ? NONE : describeAttempt(live, now),
      }
    })

/** The last step that opened in a scope and is still open. */
const runningStep = (scope: Scope): string | undefined => [...scope.open.keys()].at(-1)
