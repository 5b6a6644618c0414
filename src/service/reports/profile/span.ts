/**
 * Spans of a run, for its profile: when something was under way, and what it was. A view of the timeline. Each visit that the host
 * performed is one span, from its first attempt to its end; each wait and each pause is one.
 */
import type { StepPlace } from '../../../compiler/step-place.ts'
import { UNDO } from '../../../core/machine-ends.ts'
import { figuresOf, isPartial } from '../../../store/journal-row.ts'
import { stepOfPath } from '../../../store/usage-sums.ts'
import type { Segment, TimedWait, Timeline } from '../../history/timeline.ts'

/**
 * `slot`: waits for other items of the same foreach. `queue`: waits for a slot of its provider. `retry`: failed attempts and the pauses after them. `wait`: for a point in time,
 * `event`: for an event, `approve`: for a person.
 */
export type SpanKind =
  | 'model'
  | 'tool'
  | 'code'
  | 'memory'
  | 'workflow'
  | 'wait'
  | 'event'
  | 'approve'
  | 'undo'
  | 'retry'
  | 'slot'
  | 'queue'
  | 'other'

export interface Span {
  step: string
  path: string
  kind: SpanKind
  /** Epoch milliseconds. */
  startedAt: number
  /** Start of the last attempt. */
  lastStartedAt: number
  endedAt: number
  /** Part of the last attempt that waited for a slot of its provider, in milliseconds. Default 0. */
  queuedMs?: number
  attempts: number
  /** Codes of the attempts that failed and were followed by another. Default: none. */
  faults?: readonly string[]
}

/** Steps by id, of the workflow as the run began with it. The kind of a step that is missing is guessed. */
export type Steps = ReadonlyMap<string, StepPlace>

/** Kinds that no work makes faster. */
export const WAITING_KINDS: readonly SpanKind[] = ['wait', 'event', 'approve']

export interface SpanOptions {
  steps: Steps
  /** End of waits that go on, in epoch milliseconds. */
  endedAt: number
  /** True: the timeline is folded and has waits. False: approvals are guessed from their decisions. */
  isFolded: boolean
}

/** Ordered by start, then by end, then by the row that ended it. */
export const toSpans = (timeline: Timeline, { steps, endedAt, isFolded }: SpanOptions): Span[] =>
  [
    ...timeline.segments.flatMap((segment) =>
      segment.row.kind === 'outcome'
        ? toAttempts(timeline.segmentsOf(segment.row), steps)
        : toPause(segment, { steps, isFolded }),
    ),
    ...timeline.groups().flatMap((segments) => (segments.some(isOutcome) ? [] : toAttempts(segments, steps))),
    ...timeline.waits.map((wait) => toWait(wait, endedAt)),
  ].sort((one, other) => one.startedAt - other.startedAt || one.endedAt - other.endedAt)

const isOutcome = ({ row }: Segment): boolean => row.kind === 'outcome'

/** One span for all attempts of a visit. */
const toAttempts = (segments: readonly Segment[], steps: Steps): Span[] => {
  const attempts = segments.filter(({ row }) => row.kind === 'attempt' || row.kind === 'outcome')
  const [first, last] = [attempts[0], attempts.at(-1)]
  if (first === undefined || last === undefined) return []
  const { row, startedAt: lastStartedAt, endedAt } = last
  const kind = kindOf(row.path, steps) ?? ('usage' in row.data ? 'model' : 'other')
  const { startedAt } = first
  const faults = attempts.flatMap(({ row }) => (row.kind === 'attempt' ? [row.data.fault.code] : []))
  const failed = faults.length === 0 ? {} : { faults }
  const { waited_ms: queuedMs } = figuresOf(row)
  const queued = queuedMs === undefined ? {} : { queuedMs }
  return [
    { ...placeOf(row.path), kind, startedAt, lastStartedAt, endedAt, attempts: attempts.length, ...queued, ...failed },
  ]
}

const placeOf = (path: string) => ({ step: stepOfPath(path), path })

/** Path of a turn of a model with tools, or of a tool call in it. */
const INNER = /\/turn_\d+(_call_\d+)?$/

const kindOf = (path: string, steps: Steps): SpanKind | undefined => {
  if (path.startsWith(`${UNDO}/`)) return 'undo'
  const planned = steps.get(stepOfPath(path))?.step.kind
  if (planned === undefined) return undefined
  if (planned === 'llm') return INNER.exec(path)?.[1] === undefined ? 'model' : 'tool'
  return planned === 'tool' || planned === 'code' || planned === 'memory' || planned === 'workflow' ? planned : 'other'
}

/** A pause has a row at its end only. It began with the event before the row, unless the workflow states its length. */
const toPause = (
  { row, since, endedAt }: Segment,
  { steps, isFolded }: Pick<SpanOptions, 'steps' | 'isFolded'>,
): Span[] => {
  const timer = row.kind === 'timer' ? row.data.timer : undefined
  const isGuessed = row.kind === 'decision' && !isPartial(row) && !isFolded
  if (timer !== 'wait' && timer !== 'backoff' && !isGuessed) return []
  const place = placeOf(row.path)
  const length = timer === 'wait' ? lengthOf(place.step, steps) : undefined
  const startedAt = length === undefined ? since : endedAt - length
  const kind = isGuessed ? 'approve' : timer === 'wait' ? 'wait' : 'retry'
  return [{ ...place, kind, startedAt, lastStartedAt: startedAt, endedAt, attempts: 1 }]
}

const lengthOf = (id: string, steps: Steps): number | undefined => {
  const step = steps.get(id)?.step
  return step?.kind === 'wait' && step.wait.kind === 'for' ? step.wait.durationMs.value : undefined
}

const toWait = ({ wait, startedAt, endedAt }: TimedWait, until: number): Span => ({
  ...placeOf(wait.path),
  kind: wait.kind === 'approval' ? 'approve' : 'event',
  startedAt,
  lastStartedAt: startedAt,
  endedAt: endedAt ?? until,
  attempts: 1,
})
