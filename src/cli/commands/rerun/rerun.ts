/** `troupe rerun`: restarts many failed or cancelled runs, each once. */

import { countOf } from '../../../core/count.ts'
import { isFault } from '../../../core/fault.ts'
import { findKnownRerun, planRerun } from '../../../service/control/copy-run.ts'
import { type SubmittedRerun, submitRerun } from '../../../service/control/submit-reruns.ts'
import { type FailedQuery, listFailed } from '../../../service/history/failed-runs.ts'
import { toFailedRunJson } from '../../../service/views/copy-json.ts'
import type { RunRecord } from '../../../store/store.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { formatTime } from '../../figures.ts'
import { type OpenedRuns, withRuns } from '../../open-runs.ts'
import { type FailedArguments, readCount, readFailedQuery } from '../../option-values.ts'
import { writeJson, writeTable } from '../../output.ts'
import { readPastRun } from '../../past-run.ts'
import { toOneLine } from '../../printable.ts'
import { findServer, type ServerClient } from '../../remote/server-client.ts'
import { explainError } from '../../report-error.ts'
import { type Hosts, withHosts } from '../../run-hosts.ts'
import { describeResult, type RunResult, toErrorResult, toExitCode, toResult } from '../../run-result.ts'
import type { Column } from '../../table.ts'

export interface RerunArguments extends FailedArguments {
  limit?: string
  dryRun?: boolean
  submit?: boolean
  json?: boolean
  quiet?: boolean
}

/** Resolves to the exit code: the highest of all runs. */
export const rerun = async (context: Context, options: RerunArguments): Promise<number> => {
  const query = readFailedQuery(options)
  const limit = readCount('--limit', options.limit)
  const client = findServer(context)
  if (client !== undefined) return rerunOn(client, { query, limit, context, options })
  return withRuns(context, async (opened) => {
    const runs = (await listFailed(opened.store, query)).slice(0, limit)
    if (options.dryRun === true || (options.json !== true && options.quiet !== true)) announce(runs, context, options)
    return options.dryRun === true ? EXIT.completed : rerunAll(runs, { context, options, opened })
  })
}

/** The server performs the reruns. */
const rerunOn = async (
  client: ServerClient,
  { query, limit, context, options }: WantedReruns & { context: Context; options: RerunArguments },
): Promise<number> => {
  const { planRemoteReruns } = await import('../../remote/remote-copies.ts')
  const { runs, left, begin } = await planRemoteReruns(client, { query, limit })
  const isSilent = options.json === true || options.quiet === true
  if (options.dryRun === true || !isSilent) announce(runs, context, options)
  if (left > 0) context.stderr.write(`${countOf(left, 'further run')} selected: repeat the command for them\n`)
  if (options.dryRun === true) return EXIT.completed
  const reruns = (runs.length === 0 ? [] : await begin()).map(toRerun)
  if (options.json === true)
    writeJson(
      context,
      reruns.map(({ of, result }) => ({ of, ...result })),
    )
  else if (!isSilent) for (const rerun of reruns) report(rerun, context)
  return Math.max(EXIT.completed, ...reruns.map(({ exitCode }) => exitCode))
}

interface WantedReruns {
  query: FailedQuery
  limit: number | undefined
}

const toRerun = ({ of, run, workflow, status, error }: SubmittedRerun): Rerun => {
  if (run !== null && status !== 'error') return { of, result: { run, workflow, status }, exitCode: EXIT.completed }
  const { code, message } = error ?? { code: 'unavailable', message: 'it could not be queued' }
  return { of, result: toErrorResult({ code, message }, { workflow }), exitCode: EXIT.invalid }
}

const COLUMNS: readonly Column<RunRecord>[] = [
  { title: 'run', text: ({ id }) => id },
  { title: 'workflow', text: ({ workflow }) => toOneLine(workflow) },
  { title: 'ended', text: ({ endedAt, createdAt }) => formatTime(endedAt ?? createdAt) },
  {
    title: 'why',
    text: ({ status, error }) =>
      error === null ? status : `${error.step === null ? '' : `${error.step}: `}${error.code}`,
  },
]

/** Lists the runs before they are rerun. */
const announce = (
  runs: readonly RunRecord[],
  context: Context,
  { dryRun = false, json = false }: RerunArguments,
): void => {
  const { stdout, stderr } = context
  if (dryRun && json) writeJson(context, runs.map(toFailedRunJson))
  else if (runs.length === 0) stderr.write('nothing to rerun: no selected run is left to handle\n')
  else {
    writeTable(dryRun ? stdout : stderr, runs, COLUMNS)
    stderr.write(`${countOf(runs.length, 'run')} ${dryRun ? 'would be' : 'will be'} rerun\n`)
  }
}

interface Setting {
  context: Context
  options: RerunArguments
  opened: OpenedRuns
}

interface Rerun {
  /** The run that is repeated. */
  of: string
  /** `queued`: left to a server. `known`: rerun before, by this or another command. */
  result: RunResult | { run: string; workflow: string; status: 'queued' | 'known' }
  exitCode: number
}

/** Runs in flight at the same time. */
const MOST_AT_ONCE = 10

const rerunAll = async (runs: readonly RunRecord[], { context, options, opened }: Setting): Promise<number> => {
  const waiting = runs.entries()
  const done: Rerun[] = []
  const work = async (hosts: Hosts): Promise<void> => {
    for (const [index, record] of waiting) {
      if (hosts.signal !== undefined) return
      const rerun = await rerunOne(record, { context, options, opened, hosts })
      done[index] = rerun
      if (options.json !== true && options.quiet !== true) report(rerun, context)
    }
  }
  await withHosts({ ...opened, context, performs: options.submit !== true }, (hosts) =>
    Promise.all(Array.from({ length: MOST_AT_ONCE }, () => work(hosts))),
  )
  const whole = done.filter((rerun) => rerun !== undefined)
  const results = whole.map(({ of, result }) => ({ of, ...result }))
  if (options.json === true) writeJson(context, results)
  return Math.max(EXIT.completed, ...whole.map(({ exitCode }) => exitCode))
}

const rerunOne = async (
  record: RunRecord,
  { context, options, opened, hosts }: Setting & { hosts: Hosts },
): Promise<Rerun> => {
  if (options.submit === true) return toRerun(await submitOne(record, { context, opened, hosts }))
  const { id: of, workflow: name } = record
  const startedAt = Date.now()
  try {
    const copy = planRerun(await readPastRun(context, opened, record))
    const { workflow, folder } = copy.stored
    const local = await hosts.of(copy.stored)
    const run = await local.start(workflow, { ...copy.start, folder })
    const exit = { ...(await run.exited), signal: hosts.signal }
    const durationMs = Date.now() - startedAt
    const result = toResult({ run: run.id, workflow: name, exit, durationMs, holder: undefined })
    return { of, result, exitCode: toExitCode(exit) }
  } catch (thrown) {
    const known = isFault(thrown) ? findKnownRerun(thrown) : undefined
    if (known !== undefined)
      return { of, result: { run: known, workflow: name, status: 'known' }, exitCode: EXIT.completed }
    const explained = explainError(thrown)
    return { of, result: toErrorResult(explained, { workflow: name }), exitCode: explained.exitCode }
  }
}

/** Leaves the rerun to a server, as the HTTP interface does. */
const submitOne = (record: RunRecord, { context, opened, hosts }: Omit<Setting, 'options'> & { hosts: Hosts }) =>
  submitRerun(record, {
    by: undefined,
    readPast: (run) => readPastRun(context, opened, run),
    submitCopy: async ({ stored, start }) =>
      (await hosts.of(stored)).submit(stored.workflow, { ...start, folder: stored.folder }),
  })

const report = ({ of, result }: Rerun, { stderr }: Context): void => {
  const { paint } = stderr
  const head = `${paint.bold(result.workflow ?? '')} ${of}`
  if (result.status === 'queued') stderr.write(`${head}: run ${result.run} is queued\n`)
  else if (result.status === 'known') stderr.write(`${head}: was rerun before, as ${result.run}\n`)
  else stderr.write(`${head} ${describeResult(result as RunResult, { paint, hint: undefined })}\n`)
}
