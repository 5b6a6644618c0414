/** `troupe runs`: the runs of a database, newest first. */
import { formatDuration } from '../../../core/duration.ts'
import { findNearest } from '../../../core/nearest.ts'
import type { RunRecord, Store } from '../../../store/store.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { openProject } from '../../open-project.ts'
import { openRunsIfThere, shownDatabase } from '../../open-runs.ts'
import { cutEnd, toOneLine } from '../../printable.ts'
import { readCount } from '../../read-count.ts'
import { describeHolder, SHOWN_STATUSES, type ShownStatus, STATUS_COLORS, toShownStatus } from '../../run-holder.ts'
import { formatCost, formatCount } from '../../run-result.ts'
import { formatTime } from '../../run-time.ts'
import { describeWaits, toWaitJson } from '../../run-waits-text.ts'
import { type Column, renderTable } from '../../table.ts'
import { type ListedRun, toListed } from './listed-run.ts'

export interface RunsArguments {
  status?: string
  workflow?: string
  limit?: string
  json?: boolean
}

const DEFAULT_LIMIT = 20
const LONGEST_WAIT = 50

/** The exit code. */
export const listRuns = async (context: Context, options: RunsArguments): Promise<number> => {
  const status = readStatus(options.status)
  const limit = readCount('--limit', options.limit) ?? DEFAULT_LIMIT
  const store = await openRunsIfThere(context)
  if (store === undefined) return reportNone(context, options)
  try {
    const found = await find(store, { status, workflow: options.workflow, limit })
    const runs = await toListed(found, store)
    if (options.json === true) context.stdout.write(`${JSON.stringify(runs.map(toJson), null, 2)}\n`)
    else if (runs.length === 0) context.stderr.write('no runs\n')
    else reportRuns(runs, context)
    return EXIT.completed
  } finally {
    await store.close()
  }
}

const readStatus = (text: string | undefined): ShownStatus | undefined => {
  const found = SHOWN_STATUSES.find((status) => status === text)
  if (text === undefined || found !== undefined) return found
  const nearest = findNearest(text, SHOWN_STATUSES)
  throw new CliError(`--status '${text}' is wrong: expected one of ${SHOWN_STATUSES.join(', ')}`, {
    hint: nearest === undefined ? undefined : `did you mean '${nearest}'?`,
  })
}

const reportNone = async (context: Context, { json = false }: RunsArguments): Promise<number> => {
  if (json) context.stdout.write('[]\n')
  else context.stderr.write(`no runs yet in ${shownDatabase(await openProject(context), context)}\n`)
  return EXIT.completed
}

interface Query {
  status: ShownStatus | undefined
  workflow: string | undefined
  limit: number
}

/** What a run that goes on is at only its row and its holder tell, so those are picked out here. */
const find = async (store: Store, { status, workflow, limit }: Query): Promise<RunRecord[]> => {
  const ofWorkflow = workflow === undefined ? {} : { workflow }
  if (status === undefined) return store.listRuns({ ...ofWorkflow, limit })
  if (status === 'completed' || status === 'failed' || status === 'cancelled')
    return store.listRuns({ ...ofWorkflow, status, limit })
  const runs = await store.listRuns({ ...ofWorkflow, status: 'running' })
  return runs.filter((run) => toShownStatus(run) === status).slice(0, limit)
}

const toJson = (run: ListedRun): Record<string, unknown> => {
  const { id, workflow, shown: status, origin, createdAt, endedAt, usage, error, holder } = run
  return {
    run: id,
    workflow,
    status,
    origin,
    held_by: status === 'running' && holder !== null ? { pid: holder.pid, host: holder.host.split('/')[0] } : null,
    started_at: new Date(createdAt).toISOString(),
    ended_at: endedAt === null ? null : new Date(endedAt).toISOString(),
    duration_ms: (endedAt ?? Date.now()) - createdAt,
    usage,
    error: error === null ? null : { code: error.code, message: error.message, step: error.step },
    waits_for: run.waits.map(toWaitJson),
  }
}

const reportRuns = (runs: readonly ListedRun[], { stdout, stderr }: Context): void => {
  const { paint, isTerminal } = stdout
  const width = isTerminal ? stdout.columns() : Number.POSITIVE_INFINITY
  for (const line of renderTable(runs, { columns: createColumns(paint), width, paint })) stdout.write(`${line}\n`)
  const interrupted = runs.filter(({ shown }) => shown === 'interrupted').length
  if (interrupted > 0 && isTerminal)
    stderr.write(
      `\n${stderr.paint.cyan('hint:')} go on with ${interrupted === 1 ? 'it: troupe resume' : 'them: troupe resume --all'}\n`,
    )
}

const createColumns = (paint: Context['stdout']['paint']): Column<ListedRun>[] => [
  { title: 'run', text: ({ id }) => id },
  { title: 'workflow', text: ({ workflow }) => toOneLine(workflow), paint: (text) => paint.bold(text) },
  { title: 'status', text: describeStatus, paint: (text, { shown }) => paint[STATUS_COLORS[shown]](text) },
  { title: 'started', text: ({ createdAt }) => formatTime(createdAt) },
  { title: 'duration', align: 'right', text: describeDuration },
  { title: 'tokens', align: 'right', text: describeTokens },
  { title: 'cost', align: 'right', text: (run) => (describeTokens(run) === '' ? '' : formatCost(run.usage.cost_usd)) },
]

const describeStatus = (run: ListedRun): string => {
  const { shown: status } = run
  const waits = cutEnd(describeWaits(run.waits), LONGEST_WAIT)
  if (status === 'running' && run.holder !== null)
    return `running (${describeHolder(run.holder)})${waits === '' ? '' : `, waits for ${waits}`}`
  if (status === 'waiting') return waits === '' ? status : `waiting for ${waits}`
  return status === 'failed' && run.error !== null ? `failed: ${run.error.code}` : status
}

const describeDuration = (run: ListedRun): string => {
  if (run.endedAt !== null) return formatDuration(run.endedAt - run.createdAt)
  return run.shown === 'running' ? formatDuration(Date.now() - run.createdAt) : ''
}

const describeTokens = ({ usage: { input_tokens, output_tokens } }: RunRecord): string =>
  input_tokens + output_tokens === 0 ? '' : formatCount(input_tokens + output_tokens)
