/**
 * The journal of a run as spans: when something was under way, and what it was. One span for each visit of a step that the
 * host performed, from its first attempt to its end; one for each pause.
 */
import type { StepPlace } from '../../../compiler/step-place.ts'
import { UNDO } from '../../../core/machine-ends.ts'
import { isEventRow, type JournalRow } from '../../../store/journal-row.ts'
import { stepOfPath } from '../../../store/usage-sums.ts'

/**
 * `slot`: held up by other items of the same foreach. `retry`: attempts that failed, and the pauses after them. `wait`: for a point in
 * time, `event`: for an event, `approve`: for a person.
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
  | 'other'

export interface Span {
  step: string
  path: string
  kind: SpanKind
  /** Epoch milliseconds. */
  startedAt: number
  /** Of the attempt that came to an end. */
  lastStartedAt: number
  endedAt: number
  attempts: number
}

/** By id, of the workflow as the run began with it; what is not there has its kind guessed. */
export type Steps = ReadonlyMap<string, StepPlace>

/** What is no work of anybody's, and no faster for it: it is meant to take its time. */
export const WAITING_KINDS: readonly SpanKind[] = ['wait', 'event', 'approve']

/** @param waits For people and events, as the fold knows them; without them they are guessed from the rows that ended them. */
export const toSpans = (rows: readonly JournalRow[], steps: Steps, waits?: readonly Span[]): Span[] => {
  const open = new Map<string, Span>()
  const spans: Span[] = []
  let eventAt = rows[0]?.at ?? 0
  for (const row of rows) {
    if (row.kind === 'attempt' || row.kind === 'outcome') {
      const span = toAttempt(row, { before: open.get(keyOf(row)), steps })
      open.set(keyOf(row), span)
      if (row.kind === 'outcome') {
        open.delete(keyOf(row))
        spans.push(span)
      }
    } else if (waits === undefined || row.kind === 'timer') spans.push(...toPause(row, { eventAt, steps }))
    if (isEventRow(row)) eventAt = row.at
  }
  return [...spans, ...open.values(), ...(waits ?? [])].sort(
    (one, other) => one.startedAt - other.startedAt || one.endedAt - other.endedAt,
  )
}

const keyOf = ({ path, visit }: JournalRow): string => `${path}#${visit}`

const toAttempt = (
  { path, at, data }: JournalRow<'attempt' | 'outcome'>,
  { before, steps }: { before: Span | undefined; steps: Steps },
): Span => {
  const { started = at, ms = 0, usage } = data
  const step = stepOfPath(path)
  const kind = kindOf(path, steps) ?? (usage === undefined ? 'other' : 'model')
  return {
    step,
    path,
    kind,
    startedAt: before?.startedAt ?? started,
    lastStartedAt: started,
    endedAt: started + ms,
    attempts: (before?.attempts ?? 0) + 1,
  }
}

/** A turn of a model that may call tools, and a tool that it calls, are steps of the model's own. */
const INNER = /\/turn_\d+(_call_\d+)?$/

const kindOf = (path: string, steps: Steps): SpanKind | undefined => {
  if (path.startsWith(`${UNDO}/`)) return 'undo'
  const planned = steps.get(stepOfPath(path))?.step.kind
  if (planned === undefined) return undefined
  if (planned === 'llm') return INNER.exec(path)?.[1] === undefined ? 'model' : 'tool'
  return planned === 'tool' || planned === 'code' || planned === 'memory' || planned === 'workflow' ? planned : 'other'
}

/** A pause has a row at its end alone. It began with an event before: the last one, unless the workflow says how long it is. */
const toPause = (row: JournalRow, { eventAt, steps }: { eventAt: number; steps: Steps }): Span[] => {
  const { kind, path, at } = row
  const timer = row.kind === 'timer' ? row.data.timer : undefined
  const what = kind === 'decision' ? 'approve' : timer === 'wait' ? 'wait' : undefined
  if (what === undefined && timer !== 'backoff') return []
  const step = stepOfPath(path)
  const length = timer === 'wait' ? lengthOf(step, steps) : undefined
  const startedAt = length === undefined ? eventAt : at - length
  return [{ step, path, kind: what ?? 'retry', startedAt, lastStartedAt: startedAt, endedAt: at, attempts: 1 }]
}

const lengthOf = (id: string, steps: Steps): number | undefined => {
  const step = steps.get(id)?.step
  return step?.kind === 'wait' && step.wait.kind === 'for' ? step.wait.durationMs.value : undefined
}
