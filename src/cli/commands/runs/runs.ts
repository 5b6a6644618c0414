/** `troupe runs`: lists the runs of a database, newest first. */
import { formatDuration } from '../../../core/duration.ts'
import type { RunRecord, Store } from '../../../store/store.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { formatCost, formatCount, toTime } from '../../figures.ts'
import { withRunsIfThere } from '../../open-runs.ts'
import { readChoice, readCount } from '../../option-values.ts'
import { writeJson, writeTable } from '../../output.ts'
import type { Paint } from '../../paint.ts'
import { cutEnd, toOneLine } from '../../printable.ts'
import { describeHolder, type ShownStatus, STATUS_COLORS, toShownStatus } from '../../run-holder.ts'
import { formatTime } from '../../run-time.ts'
import { describeWaits, toWaitJson } from '../../run-waits-text.ts'
import type { Column } from '../../table.ts'
import { type ListedRun, toListed } from './listed-run.ts'

export interface RunsArguments {
  status?: string
  workflow?: string
  limit?: string
  json?: boolean
}

const DEFAULT_LIMIT = 20
const LONGEST_WAIT = 50

/** Resolves to the exit code. */
export const listRuns = async (context: Context, options: RunsArguments): Promise<number> => {
  const { workflow, json = false } = options
  const statuses = Object.keys(STATUS_COLORS) as ShownStatus[]
  const status = options.status === undefined ? undefined : readChoice('--status', options.status, statuses)
  const limit = readCount('--limit', options.limit) ?? DEFAULT_LIMIT
  return withRunsIfThere(context, { json }, async (store) => {
    const runs = await toListed(await find(store, { status, workflow, limit }), store)
    if (json) writeJson(context, runs.map(toJson))
    else if (runs.length === 0) context.stderr.write('no runs\n')
    else reportRuns(runs, context)
    return EXIT.completed
  })
}

interface Query {
  status: ShownStatus | undefined
  workflow: string | undefined
  limit: number
}

/** Filters runs that have not ended here: their shown status follows from the row and from the holder. */
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
    started_at: toTime(createdAt),
    ended_at: toTime(endedAt),
    duration_ms: (endedAt ?? Date.now()) - createdAt,
    usage,
    error: error === null ? null : { code: error.code, message: error.message, step: error.step },
    waits_for: run.waits.map(toWaitJson),
  }
}

const reportRuns = (runs: readonly ListedRun[], { stdout, stderr }: Context): void => {
  writeTable(stdout, runs, createColumns(stdout.paint))
  const interrupted = runs.filter(({ shown }) => shown === 'interrupted').length
  if (interrupted > 0 && stdout.isTerminal)
    stderr.write(
      `\n${stderr.paint.cyan('hint:')} to continue ${interrupted === 1 ? 'it: troupe resume' : 'them: troupe resume --all'}\n`,
    )
}

const createColumns = (paint: Paint): Column<ListedRun>[] => [
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
