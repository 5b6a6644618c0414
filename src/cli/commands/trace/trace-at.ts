/** `troupe trace --at`: shows the state of a run at a moment of its past. */

import { countOf } from '../../../core/count.ts'
import { formatDuration } from '../../../core/duration.ts'
import { isFault } from '../../../core/fault.ts'
import { isJsonObject, type JsonValue } from '../../../core/json.ts'
import { A_POINT_IN_TIME, explainPointInTime, parsePointInTime } from '../../../core/point-in-time.ts'
import { formatValue } from '../../../core/value-text.ts'
import type { OpenWait } from '../../../runtime/effects/run-effect.ts'
import { type Moment, readStateAt, type StateAt } from '../../../service/history/state-at.ts'
import type { Visit } from '../../../service/history/timeline.ts'
import { toStateJson } from '../../../service/views/state-json.ts'
import { toTime } from '../../../service/views/time.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { describeUsage, namePath, nameVisit } from '../../figures.ts'
import { withReader } from '../../open-reader.ts'
import { writeJson, writeLines } from '../../output.ts'
import type { Paint } from '../../paint.ts'
import { toOneLine } from '../../printable.ts'
import type { ReadRun } from '../../run-reader.ts'

export const traceAt = async (
  context: Context,
  options: { run: string; at: string; all?: boolean; json?: boolean },
): Promise<void> => {
  const moment = readMoment(options.at)
  return withReader(context, undefined, async (reader) => {
    const past = await reader.readPast(options.run)
    const state = readState(past, moment)
    if (options.json === true) writeJson(context, toStateJson(past, state))
    else writeLines(context.stdout, render(past, state, { context, all: options.all ?? false }))
  })
}

const readMoment = (text: string): Moment => {
  if (text === 'last') return 'last'
  if (/^[1-9]\d{0,8}$/.test(text)) return { seq: Number(text) }
  const time = parsePointInTime(text)
  if (time !== undefined) return { time }
  throw new CliError(`--at '${text}' is wrong: expected the number of a row, last, or ${A_POINT_IN_TIME}`, {
    hint: explainPointInTime(text) ?? 'to see the rows: troupe trace RUN --json',
  })
}

const readState = ({ record, workflow, rows }: ReadRun, moment: Moment): StateAt => {
  try {
    return readStateAt(workflow, { runId: record.id, rows, moment })
  } catch (cause) {
    if (!isFault(cause)) throw cause
    const [message = '', hint] = cause.message.split('\n')
    throw new CliError(`--at: ${message}`, { hint, cause })
  }
}

/** Steps that are shown, from the last one back. */
const MOST_STEPS = 30

const render = (
  { record }: Pick<ReadRun, 'record'>,
  state: StateAt,
  { context: { stdout }, all }: { context: Context; all: boolean },
): string[] => {
  const { paint } = stdout
  const { row, rowCount, status, steps } = state
  const shown = all ? steps : steps.slice(-MOST_STEPS)
  const left = steps.length - shown.length
  const write = all ? writeWhole : writeShort
  const facts = [
    record.id,
    `${toTime(row.at)} (+${formatDuration(row.at - (record.begunAt ?? record.createdAt))})`,
    ...describeUsage(state.usage),
  ]
  return [
    `${paint.bold(toOneLine(record.workflow))}  ${status} after row ${row.seq} of ${rowCount}  ${paint.dim(facts.join(' · '))}`,
    '',
    ...(left > 0 ? [paint.dim(`  ${countOf(left, 'step')} before (--all shows them)`)] : []),
    ...shown.map((step) => renderStep(step, { at: row.at, paint, write })),
    ...renderOpen(state, { paint, write }),
  ]
}

type WriteValue = (value: JsonValue | undefined) => string

const writeShort: WriteValue = (value) => toOneLine(formatValue(value))

const writeWhole: WriteValue = (value) => toOneLine(JSON.stringify(value ?? null))

const SYMBOLS: Record<Visit['status'], { symbol: string; color: keyof Paint }> = {
  running: { symbol: '◷', color: 'cyan' },
  completed: { symbol: '✓', color: 'green' },
  skipped: { symbol: '–', color: 'dim' },
  failed: { symbol: '✗', color: 'red' },
  cancelled: { symbol: '⊘', color: 'yellow' },
}

const renderStep = (step: Visit, { at, paint, write }: { at: number; paint: Paint; write: WriteValue }): string => {
  const { path, visit, status, output, error, startedAt } = step
  const { symbol, color } = SYMBOLS[status]
  const value =
    status === 'running'
      ? paint.dim(`for ${formatDuration(at - startedAt)}`)
      : status === 'failed'
        ? paint.red(describeError(error, write))
        : output === undefined
          ? ''
          : write(output)
  return `${paint[color](symbol)} ${name(path, visit)}  ${value}`.trimEnd()
}

const describeError = (error: Visit['error'], write: WriteValue): string =>
  isJsonObject(error) ? toOneLine(`${String(error.code)}: ${String(error.message)}`) : write(error)

const renderOpen = (
  { effects, timers, waits }: StateAt,
  { paint, write }: { paint: Paint; write: WriteValue },
): string[] => {
  const lines = [
    ...effects.map(({ path, visit, input }) => `  performs ${name(path, visit)} with ${write(input)}`),
    ...waits.map((wait) => `  waits for ${describeWait(wait)} in ${name(wait.path, wait.visit)}`),
    ...timers.map((timer) => `  ${timer.name} of ${name(timer.path, timer.visit)} at ${toTime(timer.dueAt)}`),
  ]
  return lines.length === 0 ? [] : ['', paint.bold('open'), ...lines]
}

const name = (path: string, visit: number): string => nameVisit(toOneLine(namePath(path)), visit)

const describeWait = (wait: OpenWait): string =>
  wait.kind === 'event' ? `the event ${toOneLine(wait.event)}` : `a decision: ${toOneLine(wait.title)}`
