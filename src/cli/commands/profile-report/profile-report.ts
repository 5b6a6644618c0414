/** `troupe profile-report`: shows where the time of runs went, and what to make faster. */
import { createCatalogue } from '../../../app/catalogue.ts'
import { formatCount } from '../../../core/count.ts'
import { formatDuration } from '../../../core/duration.ts'
import type { NamedProfile } from '../../../service/reports/profile/profile-of.ts'
import type { ProfileReport, StepProfile } from '../../../service/reports/profile/profile-report.ts'
import type { SpanKind } from '../../../service/reports/profile/span.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { SHORTEST_QUEUED_MS } from '../../figures.ts'
import { findRun, withRuns } from '../../open-runs.ts'
import { readCount } from '../../option-values.ts'
import { writeJson, writeTable } from '../../output.ts'
import type { Paint } from '../../paint.ts'
import { toOneLine } from '../../printable.ts'
import { findServer } from '../../remote/server-client.ts'
import { type Column, right } from '../../table.ts'
import { describeAdvice, WORDS } from './advice-text.ts'

export interface ProfileReportArguments {
  run?: string
  workflow?: string
  limit?: string
  json?: boolean
}

export const profileReport = async (context: Context, options: ProfileReportArguments): Promise<void> => {
  const limit = readLimit(options)
  const { run = 'last', workflow } = options
  const show = (profile: NamedProfile): void => {
    if (options.json === true) writeJson(context, profile)
    else print(profile, context)
  }
  const client = findServer(context)
  if (client !== undefined) {
    const { readProfile } = await import('../../remote/remote-reports.ts')
    return show(await readProfile(client, workflow === undefined ? { run } : { workflow, limit }))
  }
  return withRuns(context, async ({ store }) => {
    const { profileRun, profileWorkflow } = await import('../../../service/reports/profile/profile-of.ts')
    const ports = { store, catalogue: createCatalogue() }
    show(
      workflow === undefined
        ? await profileRun(await findRun(store, run), ports)
        : await profileWorkflow(workflow, { ...ports, limit }),
    )
  })
}

const readLimit = ({ run, workflow, limit }: ProfileReportArguments): number | undefined => {
  if (run !== undefined && workflow !== undefined)
    throw new CliError(`both a run and --workflow are given: expected one of them`)
  return readCount('--limit', limit)
}

const describeRuns = (count: number): string => (count === 1 ? 'one run' : `the last ${count} runs that completed`)

const print = (report: NamedProfile, { stdout }: Context): void => {
  const { paint } = stdout
  const title = `${toOneLine(report.workflow)}  ${report.run ?? describeRuns(report.runs)}`
  const time = formatDuration(report.duration_ms / report.runs)
  const average = report.runs > 1 ? ' on average' : ''
  const queued =
    report.queued_ms < SHORTEST_QUEUED_MS
      ? ''
      : `, queued for ${formatDuration(report.queued_ms / report.runs)}${average} before`
  stdout.write(`${paint.bold(title)}  ${time}${average}${queued}\n\n`)
  writeTable(stdout, [...report.steps, toHostRow(report)], createColumns(paint))
  for (const advice of describeAdvice(report, paint)) stdout.write(`\n${advice}\n`)
}

type Row = Pick<StepProfile, 'step' | 'critical_ms' | 'critical_share'> & Partial<StepProfile>

const toHostRow = ({ host }: ProfileReport): Row => ({ step: '(host)', ...host })

const createColumns = (paint: Paint): Column<Row>[] => {
  const time = (title: string, read: (row: Row) => number | undefined): Column<Row> =>
    right(title, (row) => {
      const ms = read(row)
      return ms === undefined ? '' : formatDuration(ms)
    })
  return [
    { title: 'step', text: ({ step }) => toOneLine(step), paint: (text) => paint.bold(text) },
    { title: 'what', text: ({ what }) => (what === undefined ? '' : WORDS[what]) },
    right('critical', ({ critical_share }) => `${(critical_share * 100).toFixed(1)}%`),
    right('count', ({ count }) => (count === undefined ? '' : formatCount(count))),
    time('p50', ({ p50_ms }) => p50_ms),
    time('p95', ({ p95_ms }) => p95_ms),
    time('total', ({ total_ms }) => total_ms),
    time('on path', ({ critical_ms }) => critical_ms),
    { title: 'of that', text: describeParts },
  ]
}

/** Parts of the time on the critical path by kind; empty if it is all of one kind. */
const describeParts = ({ critical_by = {} }: Row): string => {
  const parts = Object.entries(critical_by) as [SpanKind, number][]
  return parts.length < 2 ? '' : parts.map(([kind, ms]) => `${WORDS[kind]} ${formatDuration(ms)}`).join(', ')
}
