/** Entries of a trace: one for each attempt, deadline and message. A view of the timeline, which needs no workflow. */
import { formatDuration } from '../../core/duration.ts'
import { isJsonObject, type JsonValue } from '../../core/json.ts'
import { FINALLY } from '../../core/machine-ends.ts'
import { addUsage, NO_USAGE } from '../../runtime/budget/usage-totals.ts'
import { readTimeline, type Segment, type Timeline } from '../../service/history/timeline.ts'
import type { BudgetData, DecisionData, FailedAttemptData, LateData } from '../../store/journal-data.ts'
import { createdOf, figuresOf, isPartial, type JournalRow } from '../../store/journal-row.ts'
import type { UsageTotals } from '../../store/store.ts'
import { describeFault } from '../fault-text.ts'
import { describeWarning } from '../figures.ts'

export type EntryState =
  | 'completed'
  | 'failed'
  | 'retried'
  | 'lost'
  | 'late'
  | 'waited'
  | 'timed_out'
  | 'stopped'
  | 'noted'
  /** `finally` has begun. */
  | 'begun'

export interface TraceEntry {
  /** Path of the step, with the foreach items around it; empty for the run as a whole. */
  path: string
  visit: number
  state: EntryState
  /** Undefined for deadlines and messages. */
  attempt: number | undefined
  startedAt: number
  endedAt: number
  /** False: only the end is known for sure. */
  hasDuration: boolean
  usage: UsageTotals
  /** Why it failed, who stopped it, or which model answered in place of another. */
  note: string
}

export const toTraceEntries = (rows: readonly JournalRow[]): TraceEntry[] => {
  const timeline = readTimeline(rows)
  const tools = new CalledTools()
  const lastCopied = 1 + (createdOf(rows)?.fork?.rows ?? 0)
  const entries = timeline.segments.flatMap((segment): TraceEntry[] => {
    const { row } = segment
    const outcome = describeRow(segment)
    if (outcome === undefined) return []
    const note = addWaited(row, tools.describe(row, nameFallback(segment, timeline) ?? outcome.note))
    const entry = { ...toEntry(segment), ...outcome, note }
    return [row.seq <= lastCopied ? markCopied(entry) : entry]
  })
  return entries.map((entry) => (entry.state === 'waited' ? { ...entry, hasDuration: isAlone(entry, entries) } : entry))
}

/** Says how long a call waited for its turn at the provider. */
const addWaited = (row: JournalRow, note: string): string => {
  const { waited_ms: ms } = figuresOf(row)
  if (ms === undefined) return note
  const waited = `waited ${formatDuration(ms)} for a slot of its provider`
  return note === '' ? waited : `${waited}; ${note}`
}

/** Leaves the cost to the trace of the origin. */
const markCopied = (entry: TraceEntry): TraceEntry => ({
  ...entry,
  note: entry.note === '' ? 'copied' : `copied; ${entry.note}`,
})

/** Names the model that answered, when it is not the first of its fallback order. The attempts before tell why. */
const nameFallback = ({ row }: Segment, timeline: Timeline): string | undefined => {
  const last = row.kind === 'outcome' && 'output' in row.data ? row.data.usage?.at(-1) : undefined
  const isFallback = (one: Segment): boolean => one.row.kind === 'attempt' && (one.row.data.choice ?? 0) > 0
  if (last === undefined || !timeline.segmentsOf(row).some(isFallback)) return undefined
  return `answered by ${last.provider}/${last.model}`
}

const toEntry = ({ row, startedAt, endedAt, isTimed }: Segment): Omit<TraceEntry, 'state' | 'note'> => {
  const { attempt, usage } = figuresOf(row)
  const { path, visit } = row
  return { path, visit, attempt, startedAt, endedAt, hasDuration: isTimed, usage: addUsage(NO_USAGE, usage) }
}

/** State and note of a row, and a start where the row has none. Undefined: the trace does not show it. */
const describeRow = ({
  row,
  since,
}: Segment): (Pick<TraceEntry, 'state' | 'note'> & Partial<TraceEntry>) | undefined => {
  switch (row.kind) {
    case 'outcome':
      return 'fault' in row.data
        ? { state: 'failed', note: describeFault(row.data.fault) }
        : { state: 'completed', note: '' }
    case 'attempt':
      return { state: 'retried', note: describeRetried(row.data) }
    case 'late':
      return { state: 'late', note: describeLate(row.data) }
    case 'stopped':
      return { state: 'stopped', note: 'called off: it may have taken effect' }
    case 'lost':
      return { state: 'lost', note: 'the process that performed it is gone' }
    case 'timer':
      return describeTimer(row, since)
    case 'decision':
      return { state: toDecisionState(row), note: describeDecision(row.data) }
    default:
      return describeMessage(row)
  }
}

const describeMessage = (row: JournalRow): ReturnType<typeof describeRow> => {
  switch (row.kind) {
    case 'signal':
      return { state: 'completed', note: `event ${row.data.name}` }
    case 'pause':
      return { state: 'stopped', note: `${row.data.is_paused ? 'paused' : 'unpaused'} by ${row.data.by}` }
    case 'cancel':
      return { state: 'stopped', note: `cancelled by ${row.data.by}` }
    case 'budget':
      return { state: 'stopped', note: describeBudget(row.data) }
    case 'finally':
      return 'status' in row.data
        ? { state: 'begun', path: FINALLY, note: `the run has ${row.data.status}` }
        : undefined
    case 'warning':
      return { state: 'noted', note: describeWarning(row.data) }
    default:
      return undefined
  }
}

/** A wait has a row at its end only. It started with an earlier event, at the latest with the last one. */
const describeTimer = ({ data: { timer } }: JournalRow<'timer'>, since: number): ReturnType<typeof describeRow> => {
  if (timer === 'wait') return { state: 'waited', note: '', startedAt: since, hasDuration: true }
  return timer === 'timeout' ? { state: 'timed_out', note: 'took longer than its timeout' } : undefined
}

const describeRetried = ({ fault, retry_at: at }: FailedAttemptData): string =>
  `${describeFault(fault)}${at === undefined ? '' : `; next attempt at ${new Date(at).toISOString()}`}`

const describeBudget = ({ limit, details }: BudgetData): string => {
  if (limit === 'journal' || limit === 'context') return `the ${limit} is too large`
  return `limits.${limit}${details?.of_run === undefined ? '' : ` of run ${details.of_run}`} reached`
}

const toDecisionState = (row: JournalRow<'decision'>): EntryState => {
  if (isPartial(row)) return 'noted'
  return row.data.verdict === 'approved' ? 'completed' : 'failed'
}

/** `approved by ann: fine`, `approved by ann (1 of 2)`. */
const describeDecision = ({ verdict, by, comment, given, count }: Partial<DecisionData>): string => {
  const part = given === undefined || count === undefined ? '' : ` (${given} of ${count})`
  return `${verdict ?? 'decided'} by ${by ?? 'unknown'}${part}${comment === undefined || comment === '' ? '' : `: ${comment}`}`
}

const describeLate = (data: LateData): string => {
  if (data.verdict !== undefined)
    return `${describeDecision(data)}; did not count: ${data.reason ?? 'nothing was asked any more'}`
  if (data.reason !== undefined) return `event ${data.name ?? ''}: did not count: ${data.reason}`
  return data.name === undefined
    ? 'came too late: changed nothing'
    : `event ${data.name}: too many of its name are kept already`
}

const isAlone = (wait: TraceEntry, entries: readonly TraceEntry[]): boolean =>
  entries.every((other) => other === wait || other.endedAt <= wait.startedAt || other.startedAt >= wait.endedAt)

/**
 * Names the tools that a model calls, at its turn and at each call; a call of an unknown tool has only its turn. It takes rows in the
 * order of the journal.
 */
class CalledTools {
  /** Names by the path of the call: `ask/turn_1_call_2`. */
  readonly #names = new Map<string, string>()

  /** Puts the names of the tools before the note of a row. */
  describe(row: JournalRow, note: string): string {
    const { path } = row
    const name = this.#names.get(path)
    if (name !== undefined) return join(name, note)
    const names =
      row.kind === 'outcome' && /(^|\/)turn_\d+$/.test(path) && 'output' in row.data ? readNames(row.data.output) : []
    for (const [index, called] of names.entries()) this.#names.set(`${path}_call_${index + 1}`, called)
    return names.length === 0 ? note : join(`calls ${names.join(', ')}`, note)
  }
}

const join = (tools: string, note: string): string => (note === '' ? tools : `${tools}: ${note}`)

const readNames = (turn: JsonValue | undefined): string[] => {
  const calls = isJsonObject(turn) && Array.isArray(turn.tool_calls) ? turn.tool_calls : []
  return calls.map((call) => (isJsonObject(call) ? String(call.name) : ''))
}
