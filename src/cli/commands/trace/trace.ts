/** `troupe trace`: shows what a run did and when, from its journal. */

import { countOf } from '../../../core/count.ts'
import { formatDuration } from '../../../core/duration.ts'
import { listAftermath } from '../../../service/control/aftermath.ts'
import type { RunWait } from '../../../service/control/run-waits.ts'
import { measureRun } from '../../../service/history/measure-run.ts'
import type { TracedRun } from '../../../service/history/traced-run.ts'
import { toTraceJson, usageOf } from '../../../service/views/run-json.ts'
import { toShownStatus } from '../../../service/views/shown-status.ts'
import { createdOf, type JournalRow } from '../../../store/journal-row.ts'
import type { RunRecord } from '../../../store/store.ts'
import type { Context } from '../../context.ts'
import { describeQueued, describeUsage } from '../../figures.ts'
import { withReader } from '../../open-reader.ts'
import { describeOrigin, describeReplaced } from '../../origin-text.ts'
import { writeJson, writeLines } from '../../output.ts'
import type { Paint } from '../../paint.ts'
import { toOneLine, toPrintable } from '../../printable.ts'
import { describeHolder, STATUS_COLORS } from '../../run-holder.ts'
import { describeAftermath, describeAnswer } from '../../run-result.ts'
import { explainWait } from '../../run-waits-text.ts'
import { toTraceEntries } from '../../trace/trace-entry.ts'
import { toTraceRows } from '../../trace/trace-rows.ts'
import { renderWaterfall } from '../../trace/waterfall.ts'

export const trace = async (
  context: Context,
  options: { run: string; at?: string; all?: boolean; json?: boolean },
): Promise<void> => {
  if (options.at !== undefined) return (await import('./trace-at.ts')).traceAt(context, { ...options, at: options.at })
  return withReader(context, undefined, async (reader) => {
    const traced = await reader.trace(options.run)
    const { children, started } = traced
    if (options.json === true) writeJson(context, toTraceJson(traced))
    else {
      const all = options.all ?? false
      const lines = render(traced, { context, all })
      writeLines(context.stdout, [
        ...lines,
        ...renderRuns('child runs', children, all),
        ...renderRuns('runs that it started', started, all),
      ])
    }
  })
}

/** Each of these runs has a trace of its own. */
const renderRuns = (title: string, runs: readonly RunRecord[], all: boolean): string[] => {
  if (runs.length === 0) return []
  const shown = runs.slice(0, all ? undefined : MOST_RUNS).map((child) => {
    const took = child.endedAt === null ? '' : `  ${formatDuration(measureRun(child).durationMs)}`
    return `  ${child.id}  ${toPrintable(child.workflow)}  ${toShownStatus(child)}${took}`
  })
  const left = runs.length - shown.length
  return ['', title, ...shown, ...(left > 0 ? [`  and ${left} more (--all shows them)`] : [])]
}

const MOST_RUNS = 20

type Shown = Pick<TracedRun, 'run' | 'rows' | 'waits' | 'missing'>

/** Columns without a terminal: wide enough for messages. */
const WIDTH_WITHOUT_TERMINAL = 140

const render = (
  { run, rows, waits, missing }: Shown,
  { context: { stdout }, all }: { context: Context; all: boolean },
): string[] => {
  const { paint, isTerminal } = stdout
  const entries = toTraceEntries(rows)
  const startedAt = run.begunAt ?? run.createdAt
  // No spread: 100,000 numbers in one call of Math.max would overflow the stack.
  const to = entries.reduce((latest, { endedAt }) => Math.max(latest, endedAt), Math.max(run.endedAt ?? 0, startedAt))
  const width = isTerminal ? stdout.columns() : WIDTH_WITHOUT_TERMINAL
  const waterfall =
    entries.length === 0
      ? [paint.dim(run.endedAt === null ? '  no step has ended yet that takes time' : '  no step took time')]
      : renderWaterfall(toTraceRows(entries, { all }), {
          from: startedAt,
          to,
          width,
          paint,
          long: all ? (isTerminal ? 'wrap' : 'whole') : 'cut',
        })
  return [
    renderHead(run, rows, paint),
    ...renderOrigin(run, rows, paint),
    ...(run.replacedBy === null ? [] : [paint.dim(describeReplaced(run))]),
    '',
    ...waterfall,
    ...renderFoot({ run, rows, waits, missing }, paint),
  ]
}

const renderHead = (run: RunRecord, rows: readonly JournalRow[], paint: Paint): string => {
  const status = toShownStatus(run)
  const time = run.endedAt === null ? '' : ` after ${formatDuration(measureRun(run).durationMs)}`
  const facts = [run.id, ...describeQueued(run), ...describeUsage(usageOf(run, rows))].join(' · ')
  return `${paint.bold(toOneLine(run.workflow))}  ${paint[STATUS_COLORS[status]](status)}${time}  ${paint.dim(facts)}`
}

/** The run that it was made from, and the cost of the copied steps, paid in that run. */
const renderOrigin = ({ origin }: RunRecord, rows: readonly JournalRow[], paint: Paint): string[] => {
  if (origin === null) return []
  const fork = createdOf(rows)?.fork
  if (fork === undefined) return [paint.dim(describeOrigin(origin))]
  const cost = describeUsage(fork.usage)
  const paid = cost.length === 0 ? '' : `, paid in that run: ${cost.join(' · ')}`
  return [paint.dim(`fork of ${fork.run} from ${toOneLine(fork.from)}: ${countOf(fork.rows, 'row')} copied${paid}`)]
}

const renderFoot = ({ run, rows, waits, missing }: Shown, paint: Paint): string[] => {
  const state = missing.length === 0 ? renderState(run, paint) : renderMissing(missing)
  const lines = [...state, ...waits.flatMap((wait) => renderWait(wait, paint))]
  const all = [...lines, ...describeAftermath(listAftermath(run.status, rows), paint)]
  return all.length === 0 ? [] : ['', ...all]
}

/** The first line says what is missing, the second one what to do. */
const renderMissing = (missing: readonly string[]): string[] => [
  `waits for a server with ${missing.map(toOneLine).join(', ')}: no live server has it`,
  '  start one that has it, or set it and start a server again',
]

const renderState = (run: RunRecord, paint: Paint): string[] => {
  const status = toShownStatus(run)
  const hint = (command: string): string => `${paint.cyan('hint:')} to continue it: ${command} ${run.id}`
  if (status === 'interrupted') return [hint('troupe resume')]
  if (status === 'queued') return [`not started yet; troupe serve starts it, or: troupe resume ${run.id}`]
  if (status === 'paused') return [hint('troupe unpause')]
  if (status === 'running' && run.holder !== null) return [paint.dim(`running in ${describeHolder(run.holder)}`)]
  if (run.error === null) return []
  const { step, code, message } = run.error
  const where = step === null ? '' : `step ${paint.bold(toPrintable(step))}: `
  const fault = `${where}${paint.red(code)}: ${toPrintable(message).replaceAll('\n', '\n  ')}`
  return [fault, ...describeAnswer(run.error, paint)]
}

const renderWait = (wait: RunWait, paint: Paint): string[] => {
  const { text, command } = explainWait(wait)
  return [`${paint.cyan('◷')} ${text}`, ...(command === undefined ? [] : [`  ${paint.dim(command)}`])]
}
