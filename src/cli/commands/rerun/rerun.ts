/** `troupe rerun`: begins many runs anew that ended badly, each once. */

import { isFault } from '../../../core/fault.ts'
import { NO_USAGE } from '../../../runtime/budget/usage-totals.ts'
import { listFailed } from '../../../service/history/failed-runs.ts'
import type { RunRecord } from '../../../store/store.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { type FailedArguments, readFailedQuery } from '../../failed-query.ts'
import { type OpenedRuns, openRuns } from '../../open-runs.ts'
import { readPastRun } from '../../past-run.ts'
import { toOneLine } from '../../printable.ts'
import { readCount } from '../../read-count.ts'
import { explainError } from '../../report-error.ts'
import { createHosts, type Hosts, type Signals, watchSignals } from '../../run-hosts.ts'
import { describeResult, type RunResult, toExitCode, toResult } from '../../run-result.ts'
import { formatTime } from '../../run-time.ts'
import { type Column, renderTable } from '../../table.ts'

export interface RerunArguments extends FailedArguments {
  limit?: string
  dryRun?: boolean
  submit?: boolean
  json?: boolean
  quiet?: boolean
}

/** The exit code: the highest of all. */
export const rerun = async (context: Context, options: RerunArguments): Promise<number> => {
  const query = readFailedQuery(options)
  const limit = readCount('--limit', options.limit)
  const opened = await openRuns(context)
  try {
    const runs = (await listFailed(opened.store, query)).slice(0, limit)
    if (options.dryRun === true) return announce(runs, context, options)
    if (options.json !== true && options.quiet !== true) announce(runs, context, options)
    return await rerunAll(runs, { context, options, opened })
  } finally {
    await opened.store.close()
  }
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

/** What will be done, before it is. */
const announce = (runs: readonly RunRecord[], { stdout, stderr }: Context, options: RerunArguments): number => {
  if (options.dryRun === true && options.json === true) {
    stdout.write(`${JSON.stringify(runs.map(toJson), null, 2)}\n`)
    return EXIT.completed
  }
  const channel = options.dryRun === true ? stdout : stderr
  if (runs.length === 0) stderr.write('nothing to rerun: no run of these failed that was not dealt with\n')
  else {
    const width = channel.isTerminal ? channel.columns() : Number.POSITIVE_INFINITY
    for (const line of renderTable(runs, { columns: COLUMNS, width, paint: channel.paint })) channel.write(`${line}\n`)
    stderr.write(`${countRuns(runs.length)} ${options.dryRun === true ? 'would be' : 'will be'} begun anew\n`)
  }
  return EXIT.completed
}

const toJson = ({ id, workflow, status, endedAt, error }: RunRecord) => ({
  run: id,
  workflow,
  status,
  ended_at: endedAt === null ? null : new Date(endedAt).toISOString(),
  error: error === null ? null : { code: error.code, message: error.message, step: error.step },
})

const countRuns = (count: number): string => `${count} run${count === 1 ? '' : 's'}`

interface Surroundings {
  context: Context
  options: RerunArguments
  opened: OpenedRuns
}

interface Rerun {
  /** The run that is begun anew. */
  of: string
  /** `queued` where it is left to a server, `known` where somebody else was faster. */
  result: RunResult | { run: string; workflow: string; status: 'queued' | 'known' }
  exitCode: number
}

/** How many go on at once. */
const MOST_AT_ONCE = 10

const rerunAll = async (runs: readonly RunRecord[], { context, options, opened }: Surroundings): Promise<number> => {
  const hosts = createHosts(context, opened, { performs: options.submit !== true })
  const signals = watchSignals(hosts)
  const waiting = runs.entries()
  const done: Rerun[] = []
  const work = async (): Promise<void> => {
    for (const [index, record] of waiting) {
      if (signals.name !== undefined) return
      const rerun = await rerunOne(record, { context, options, opened, hosts, signals })
      done[index] = rerun
      if (options.json !== true && options.quiet !== true) report(rerun, context)
    }
  }
  try {
    await Promise.all(Array.from({ length: MOST_AT_ONCE }, work))
    const whole = done.filter((rerun) => rerun !== undefined)
    if (options.json === true)
      context.stdout.write(
        `${JSON.stringify(
          whole.map(({ of, result }) => ({ of, ...result })),
          null,
          2,
        )}\n`,
      )
    return Math.max(EXIT.completed, ...whole.map(({ exitCode }) => exitCode))
  } finally {
    signals.stop()
    await Promise.all(hosts.all().map((local) => local.close()))
  }
}

const rerunOne = async (
  record: RunRecord,
  { context, options, opened, hosts, signals }: Surroundings & { hosts: Hosts; signals: Signals },
): Promise<Rerun> => {
  const { id: of, workflow: name } = record
  const startedAt = Date.now()
  try {
    const { stored, created } = await readPastRun(context, opened, record)
    const { workflow, folder } = stored
    // The key lets it be done once, by however many at the same time.
    const wanted = { input: created.input, models: created.models, folder, key: `rerun ${of}` }
    const origin = { kind: 'rerun', of } as const
    const local = hosts.of(stored)
    if (options.submit === true) {
      const submitted = await local.submit(workflow, { ...wanted, origin })
      const status = submitted.isNew ? 'queued' : 'known'
      return { of, result: { run: submitted.run.id, workflow: name, status }, exitCode: EXIT.completed }
    }
    const run = await local.start(workflow, { ...wanted, origin })
    const exit = { ...(await run.exited), signal: signals.name }
    const durationMs = Date.now() - startedAt
    const result = toResult({ run: run.id, workflow: name, exit, durationMs, holder: undefined })
    return { of, result, exitCode: toExitCode(exit) }
  } catch (thrown) {
    const known = isFault(thrown) && thrown.code === 'conflict' ? thrown.details?.run : undefined
    if (typeof known === 'string')
      return { of, result: { run: known, workflow: name, status: 'known' }, exitCode: EXIT.completed }
    return toFailure(of, { name, ...explainError(thrown) })
  }
}

const toFailure = (
  of: string,
  { name, code, message, exitCode = EXIT.failed }: { name: string; code: string; message: string; exitCode?: number },
): Rerun => {
  const error = { code, message, step: null }
  const result: RunResult = {
    run: null,
    workflow: name,
    status: 'error',
    output: null,
    error,
    usage: NO_USAGE,
    duration_ms: 0,
  }
  return { of, result, exitCode }
}

const report = ({ of, result }: Rerun, { stderr }: Context): void => {
  const { paint } = stderr
  const head = `${paint.bold(result.workflow ?? '')} ${of}`
  if (result.status === 'queued') stderr.write(`${head}: run ${result.run} is queued\n`)
  else if (result.status === 'known') stderr.write(`${head}: was begun anew already, as ${result.run}\n`)
  else stderr.write(`${head} ${describeResult(result as RunResult, { paint, hint: undefined })}\n`)
}
