/** A journal as what happened when: one entry for each attempt, deadline and message. */
import type { Usage } from '../../core/actor.ts'
import type { FaultData } from '../../core/fault.ts'
import { addUsage, NO_USAGE } from '../../runtime/budget/usage-totals.ts'
import type { AttemptFigures } from '../../runtime/run-event.ts'
import { createdOf, isEventRow, type JournalRow } from '../../store/journal-row.ts'
import type { UsageTotals } from '../../store/store.ts'
import { describeNear } from '../near-limit.ts'
import { CalledTools } from './called-tools.ts'

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

export interface TraceEntry {
  /** Of the step, with the foreach items around it; empty for the run as a whole. */
  path: string
  visit: number
  state: EntryState
  /** Undefined where there are none: deadlines, messages. */
  attempt: number | undefined
  startedAt: number
  endedAt: number
  /** False where only the end is known for sure. */
  hasDuration: boolean
  usage: UsageTotals
  /** Why it failed, who stopped it, or who answered in place of another. */
  note: string
}

type Data = Partial<AttemptFigures> & {
  fault?: FaultData
  timer?: string
  by?: string
  limit?: string
  verdict?: string
  comment?: string
  /** Why a decision did not count. */
  reason?: string
  /** Of an event from outside. */
  name?: string
  is_paused?: boolean
  choice?: number
}

export const toTraceEntries = (rows: readonly JournalRow[]): TraceEntry[] => {
  const entries: TraceEntry[] = []
  const choices = new Choices()
  const tools = new CalledTools()
  const { fork } = { fork: undefined, ...createdOf(rows) }
  let eventAt = rows[0]?.at ?? 0
  for (const row of rows) {
    const plain = choices.describe(row, toEntry(row, eventAt))
    const entry = plain && { ...plain, note: tools.describe(row, plain.note) }
    if (entry !== undefined) entries.push(row.seq <= 1 + (fork?.rows ?? 0) ? markCopied(entry) : entry)
    if (isEventRow(row)) eventAt = row.at
  }
  return entries.map((entry) => (entry.state === 'waited' ? { ...entry, hasDuration: isAlone(entry, entries) } : entry))
}

/** What it did cost stands in the trace of the run that it is from. */
const markCopied = (entry: TraceEntry): TraceEntry => ({
  ...entry,
  note: entry.note === '' ? 'copied' : `copied; ${entry.note}`,
})

/** Which model of a fallback order answered, where it was not the first: the attempts before say why. */
class Choices {
  readonly #fallenBack = new Set<string>()

  describe(row: JournalRow, entry: TraceEntry | undefined): TraceEntry | undefined {
    const { choice = 0, usage = [] } = (row.data ?? {}) as unknown as Data
    const key = `${row.path}#${row.visit}`
    if (row.kind === 'attempt' && choice > 0) this.#fallenBack.add(key)
    const last = usage.at(-1)
    if (entry?.state !== 'completed' || last === undefined || !this.#fallenBack.has(key)) return entry
    return { ...entry, note: `answered by ${last.provider}/${last.model}` }
  }
}

const toEntry = (row: JournalRow, eventAt: number): TraceEntry | undefined => {
  const data = (row.data ?? {}) as unknown as Data
  switch (row.kind) {
    case 'outcome':
      return toAttempt(row, data, data.fault === undefined ? 'completed' : 'failed')
    case 'attempt':
      return toAttempt(row, data, 'retried')
    case 'late':
      return toAttempt(row, data, 'late', describeLate(data))
    case 'stopped':
      return toAttempt(row, data, 'stopped', 'called off: it may have taken effect')
    case 'lost':
      return toMoment(row, 'lost', 'the process that performed it is gone', data.attempt)
    case 'timer':
      return toDeadline(row, data.timer, eventAt)
    case 'decision':
      return toMoment(row, data.verdict === 'approved' ? 'completed' : 'failed', describeDecision(data))
    case 'signal':
      return toMoment(row, 'completed', `event ${data.name ?? ''}`)
    case 'pause':
      return toMoment(row, 'stopped', `${data.is_paused === true ? 'paused' : 'unpaused'} by ${data.by ?? 'unknown'}`)
    case 'cancel':
      return toMoment(row, 'stopped', `cancelled by ${data.by ?? 'unknown'}`)
    case 'budget':
      return toMoment(row, 'stopped', describeBudget(data))
    case 'warning':
      return toMoment(row, 'noted', describeNear(row.data))
    default:
      return undefined
  }
}

const describeBudget = ({ limit = '' }: Data): string =>
  limit === 'journal' || limit === 'context' ? `the ${limit} is too large` : `limits.${limit} reached`

/** `approved by ann: fine`. */
const describeDecision = ({ verdict, by = 'unknown', comment }: Data): string =>
  `${verdict ?? 'decided'} by ${by}${comment === undefined || comment === '' ? '' : `: ${comment}`}`

const describeLate = (data: Data): string => {
  if (data.verdict !== undefined)
    return `${describeDecision(data)}; did not count: ${data.reason ?? 'nothing was asked any more'}`
  if (data.reason !== undefined) return `event ${data.name ?? ''}: did not count: ${data.reason}`
  return data.name === undefined
    ? 'came too late: changed nothing'
    : `event ${data.name}: too many of its name are kept already`
}

const toAttempt = (row: JournalRow, data: Data, state: EntryState, note?: string): TraceEntry => ({
  path: row.path,
  visit: row.visit,
  state,
  attempt: data.attempt,
  startedAt: data.started ?? row.at,
  endedAt: data.started === undefined ? row.at : data.started + (data.ms ?? 0),
  hasDuration: data.started !== undefined,
  usage: totalOf(data.usage),
  note: note ?? (data.fault === undefined ? '' : `${data.fault.code}: ${data.fault.message}`),
})

const totalOf = (usage: readonly Usage[] | undefined): UsageTotals => addUsage(NO_USAGE, usage)

const toMoment = ({ path, visit, at }: JournalRow, state: EntryState, note: string, attempt?: number): TraceEntry => ({
  path,
  visit,
  state,
  attempt,
  startedAt: at,
  endedAt: at,
  hasDuration: false,
  usage: NO_USAGE,
  note,
})

/** A wait began with an event before it: with the last one, as far as the journal tells. */
const toDeadline = (row: JournalRow, timer: string | undefined, eventAt: number): TraceEntry | undefined => {
  if (timer === 'wait') return { ...toMoment(row, 'waited', ''), startedAt: eventAt, hasDuration: true }
  if (timer === 'timeout') return toMoment(row, 'timed_out', 'took longer than its timeout')
  return undefined
}

const isAlone = (wait: TraceEntry, entries: readonly TraceEntry[]): boolean =>
  entries.every((other) => other === wait || other.endedAt <= wait.startedAt || other.startedAt >= wait.endedAt)
