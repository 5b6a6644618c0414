/** `troupe runs`: lists runs, newest first. */

import { formatCount } from '../../../core/count.ts'
import { formatDuration } from '../../../core/duration.ts'
import type { RunWait } from '../../../service/control/run-waits.ts'
import { measureRun } from '../../../service/history/measure-run.ts'
import type { RunQuery } from '../../../service/history/select-runs.ts'
import { toRunJson } from '../../../service/views/run-json.ts'
import { type ShownStatus, toShownStatus } from '../../../service/views/shown-status.ts'
import type { RunRecord } from '../../../store/store.ts'
import type { Context } from '../../context.ts'
import { describeShown, formatCost, formatTime } from '../../figures.ts'
import { readConditions } from '../../input-condition.ts'
import { withReader } from '../../open-reader.ts'
import { readChoice, readLimit, readPeriod } from '../../option-values.ts'
import { describeOrigin } from '../../origin-text.ts'
import { writeJson, writeTable } from '../../output.ts'
import type { Paint } from '../../paint.ts'
import { toOneLine } from '../../printable.ts'
import { describeHolder, STATUS_COLORS } from '../../run-holder.ts'
import type { RunReader } from '../../run-reader.ts'
import { describeWaits } from '../../run-waits-text.ts'
import { type Column, right } from '../../table.ts'
import { type ListedRun, withDamaged } from './listed-run.ts'

const DEFAULT_LIMIT = 20

export interface RunsArguments {
  status?: string
  workflow?: string
  since?: string
  until?: string
  input?: string[]
  children?: boolean
  limit?: string
  all?: boolean
  json?: boolean
}

export const listRuns = async (context: Context, options: RunsArguments): Promise<void> => {
  const { children = false, json = false } = options
  const query = readQuery(options)
  const { limit } = query.filter
  return withReader(context, { json }, async (reader) => {
    const selected = await reader.list(query)
    const listed = selected.runs.map((run): ListedRun => ({ ...run, depth: 0, isCut: false }))
    const found = withDamaged(listed, { damaged: reader.damaged.runs, query })
    const families = children ? await Promise.all(found.map((run) => listFamily(run, { reader, limit }))) : [found]
    const runs = families.flat()
    if (json)
      writeJson(
        context,
        runs.map((run) => toRunJson(run, { status: run.shown, waits: run.waits, missing: run.missing })),
      )
    else if (runs.length === 0) context.stderr.write('no runs\n')
    else reportRuns(runs, context)
    const shown = describeShown(found.length, Math.max(selected.total, found.length), { noun: 'run', which: 'newest' })
    if (shown !== '') context.stderr.write(`${shown}\n`)
  })
}

const readQuery = (options: RunsArguments): RunQuery => {
  const { status, workflow, input = [] } = options
  const statuses = Object.keys(STATUS_COLORS) as ShownStatus[]
  const most = readLimit(options, DEFAULT_LIMIT)
  return {
    status: status === undefined ? undefined : readChoice('--status', status, statuses),
    inputs: readConditions(input),
    filter: {
      ...readPeriod(options),
      ...(workflow !== undefined && { workflow }),
      ...(most !== undefined && { limit: most }),
    },
  }
}

/** Lists a run and its child runs, each parent before its children, the newest first. The waits stand at the runs that wait. */
const listFamily = async (
  root: ListedRun,
  { reader, limit }: { reader: RunReader; limit: number | undefined },
): Promise<ListedRun[]> => {
  const ownOf = (id: string): RunWait[] => root.waits.filter(({ run }) => run === id)
  const list = async (parent: ListedRun): Promise<ListedRun[]> => {
    const children = await reader.listChildren(parent.id, limit === undefined ? undefined : limit + 1)
    const below = children.slice(0, limit).map((child): ListedRun => {
      return {
        ...child,
        depth: parent.depth + 1,
        shown: toShownStatus(child),
        waits: ownOf(child.id),
        missing: [],
        isCut: false,
      }
    })
    const families = await Promise.all(below.map(list))
    return [{ ...parent, isCut: children.length > below.length }, ...families.flat()]
  }
  return list({ ...root, waits: ownOf(root.id) })
}

const reportRuns = (runs: readonly ListedRun[], { stdout, stderr }: Context): void => {
  writeTable(stdout, runs, createColumns(stdout.paint))
  for (const { id } of runs.filter(({ isCut }) => isCut))
    stderr.write(`run ${id} has more child runs: --limit shows more of them\n`)
  const interrupted = runs.filter(({ shown }) => shown === 'interrupted').length
  if (interrupted > 0 && stdout.isTerminal)
    stderr.write(
      `\n${stderr.paint.cyan('hint:')} to continue ${interrupted === 1 ? 'it: troupe resume' : 'them: troupe resume --all'}\n`,
    )
}

const createColumns = (paint: Paint): Column<ListedRun>[] => [
  { title: 'run', text: ({ id, depth }) => (depth === 0 ? id : `${'  '.repeat(depth - 1)}└ ${id}`) },
  { title: 'workflow', least: 16, text: ({ workflow }) => toOneLine(workflow), paint: (text) => paint.bold(text) },
  {
    title: 'status',
    least: 16,
    text: (run) => describeStatus(run) + describeAgain(run),
    paint: (text, { shown }) => paint[STATUS_COLORS[shown]](text),
  },
  { title: 'started', text: ({ begunAt }) => (begunAt === null ? '' : formatTime(begunAt)) },
  right('duration', describeDuration),
  right('tokens', describeTokens),
  right('cost', (run) => (describeTokens(run) === '' ? '' : formatCost(run.usage.cost_usd))),
]

const describeAgain = ({ origin, replacedBy }: ListedRun): string => {
  const parts = [origin?.kind === 'again' ? describeOrigin(origin) : '', replacedBy === null ? '' : 'replaced']
  return parts.map((part) => part && `, ${part}`).join('')
}

const describeStatus = (run: ListedRun): string => {
  const { shown: status, missing } = run
  if (missing.length > 0) return `${status}, for a server with ${missing.map(toOneLine).join(', ')}`
  const waits = describeWaits(run.waits)
  if (status === 'running' && run.holder !== null)
    return `running (${describeHolder(run.holder)})${waits === '' ? '' : `, waits for ${waits}`}`
  if (status === 'waiting') return waits === '' ? status : `waiting for ${waits}`
  return status === 'failed' && run.error !== null ? `failed: ${run.error.code}` : status
}

const describeDuration = (run: ListedRun): string => {
  const { startedAt, durationMs, queuedMs } = measureRun(run)
  if (run.shown === 'damaged') return ''
  if (startedAt === null) return `queued for ${formatDuration(queuedMs)}`
  return run.endedAt !== null || run.shown === 'running' ? formatDuration(durationMs) : ''
}

const describeTokens = ({ usage: { input_tokens, output_tokens } }: RunRecord): string =>
  input_tokens + output_tokens === 0 ? '' : formatCount(input_tokens + output_tokens)
