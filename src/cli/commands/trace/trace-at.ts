/** `troupe trace --at`: what a run was at, at a moment of its past. */

import { formatDuration } from '../../../core/duration.ts'
import { isFault } from '../../../core/fault.ts'
import { isJsonObject } from '../../../core/json.ts'
import { formatValue } from '../../../core/value-text.ts'
import type { OpenWait } from '../../../runtime/effects/run-effect.ts'
import { type Moment, readStateAt, type StateAt } from '../../../service/history/state-at.ts'
import type { Visit } from '../../../service/history/timeline.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { openRuns } from '../../open-runs.ts'
import type { Paint } from '../../paint.ts'
import { openPastRun, type PastRun } from '../../past-run.ts'
import { toOneLine } from '../../printable.ts'
import { describeUsage } from '../../run-result.ts'

export interface TraceAtArguments {
  run: string
  at: string
  all?: boolean
  json?: boolean
}

/** The exit code. */
export const traceAt = async (context: Context, options: TraceAtArguments): Promise<number> => {
  const moment = readMoment(options.at)
  const opened = await openRuns(context)
  try {
    const past = await openPastRun(context, opened, options.run)
    const state = readState(past, moment)
    if (options.json === true) context.stdout.write(`${JSON.stringify(toJson(past, state), null, 2)}\n`)
    else
      for (const line of render(past, state, { context, all: options.all ?? false })) context.stdout.write(`${line}\n`)
    return EXIT.completed
  } finally {
    await opened.store.close()
  }
}

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/

const readMoment = (text: string): Moment => {
  if (text === 'last') return 'last'
  if (/^[1-9]\d{0,8}$/.test(text)) return { seq: Number(text) }
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(time)) return { time }
  throw new CliError(`--at '${text}' is wrong: expected the number of a row, a time or last`, {
    hint: 'such as --at 5, or --at 2026-01-31T08:00:00Z; the rows: troupe trace RUN --json',
  })
}

const readState = ({ record, stored, rows }: PastRun, moment: Moment): StateAt => {
  try {
    return readStateAt(stored.workflow, { runId: record.id, rows, moment })
  } catch (cause) {
    if (!isFault(cause)) throw cause
    const [message = '', hint] = cause.message.split('\n')
    throw new CliError(`--at: ${message}`, { hint, cause })
  }
}

const toTime = (at: number): string => new Date(at).toISOString()

const toJson = ({ record, created }: PastRun, { row, rowCount, status, steps, ...open }: StateAt) => ({
  run: record.id,
  workflow: record.workflow,
  seq: row.seq,
  rows: rowCount,
  at: toTime(row.at),
  status,
  input: created.input,
  usage: open.usage,
  steps: steps.map(({ path, visit, startedAt, endedAt, fromSeq, toSeq, place, fate, ...rest }) => ({
    step: path,
    visit,
    ...rest,
    started_at: toTime(startedAt),
    ended_at: endedAt === undefined ? null : toTime(endedAt),
    rows: [fromSeq, toSeq ?? null],
  })),
  open: {
    effects: open.effects.map(({ path, visit, input }) => ({ step: path, visit, input })),
    timers: open.timers.map(({ path, visit, name, dueAt }) => ({
      step: path,
      visit,
      timer: name,
      due_at: toTime(dueAt),
    })),
    waits: open.waits.map(({ path, step: _, ...wait }) => ({ ...wait, step: path })),
  },
})

/** How many steps are shown: the last ones. */
const MOST_STEPS = 30

const render = (
  { record }: PastRun,
  state: StateAt,
  { context: { stdout }, all }: { context: Context; all: boolean },
): string[] => {
  const { paint } = stdout
  const { row, rowCount, status, steps } = state
  const shown = all ? steps : steps.slice(-MOST_STEPS)
  const left = steps.length - shown.length
  const facts = [
    record.id,
    `${toTime(row.at)} (+${formatDuration(row.at - record.createdAt)})`,
    ...describeUsage(state.usage),
  ]
  return [
    `${paint.bold(toOneLine(record.workflow))}  ${status} behind row ${row.seq} of ${rowCount}  ${paint.dim(facts.join(' · '))}`,
    '',
    ...(left > 0 ? [paint.dim(`  ${left} steps before (--all shows them)`)] : []),
    ...shown.map((step) => renderStep(step, { at: row.at, paint })),
    ...renderOpen(state, paint),
  ]
}

const SYMBOLS: Record<Visit['status'], { symbol: string; color: keyof Paint }> = {
  running: { symbol: '◷', color: 'cyan' },
  completed: { symbol: '✓', color: 'green' },
  skipped: { symbol: '–', color: 'dim' },
  failed: { symbol: '✗', color: 'red' },
  cancelled: { symbol: '⊘', color: 'yellow' },
}

const renderStep = (step: Visit, { at, paint }: { at: number; paint: Paint }): string => {
  const { path, visit, status, output, error, startedAt } = step
  const { symbol, color } = SYMBOLS[status]
  const name = `${toOneLine(path)}${visit > 1 ? `:${visit}` : ''}`
  const value =
    status === 'running'
      ? paint.dim(`for ${formatDuration(at - startedAt)}`)
      : status === 'failed'
        ? paint.red(describeError(error))
        : output === undefined
          ? ''
          : toOneLine(formatValue(output))
  return `${paint[color](symbol)} ${name}  ${value}`.trimEnd()
}

const describeError = (error: Visit['error']): string =>
  isJsonObject(error) ? toOneLine(`${String(error.code)}: ${String(error.message)}`) : toOneLine(formatValue(error))

const renderOpen = ({ effects, timers, waits }: StateAt, paint: Paint): string[] => {
  const lines = [
    ...effects.map(({ path, visit, input }) => `  performs ${name(path, visit)} with ${toOneLine(formatValue(input))}`),
    ...waits.map((wait) => `  waits for ${describeWait(wait)} in ${name(wait.path, wait.visit)}`),
    ...timers.map((timer) => `  ${timer.name} of ${name(timer.path, timer.visit)} at ${toTime(timer.dueAt)}`),
  ]
  return lines.length === 0 ? [] : ['', paint.bold('open'), ...lines]
}

const name = (path: string, visit: number): string => `${toOneLine(path)}${visit > 1 ? `:${visit}` : ''}`

const describeWait = (wait: OpenWait): string =>
  wait.kind === 'event' ? `the event ${toOneLine(wait.event)}` : `a decision: ${toOneLine(wait.title)}`
