/** `troupe cost-report`: what model calls did cost. */

import { findNearest } from '../../../core/nearest.ts'
import { type CostReport, type CostRow, reportCosts } from '../../../service/reports/cost-report.ts'
import { USAGE_GROUPS, type UsageGroup } from '../../../store/store.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { openProject } from '../../open-project.ts'
import { openRunsIfThere, shownDatabase } from '../../open-runs.ts'
import { toOneLine } from '../../printable.ts'
import { formatCost, formatCount } from '../../run-result.ts'
import { readSince } from '../../since.ts'
import { type Column, renderTable } from '../../table.ts'

export interface CostReportArguments {
  by?: string[]
  since?: string
  workflow?: string
  json?: boolean
}

/** The exit code. */
export const costReport = async (context: Context, options: CostReportArguments): Promise<number> => {
  const { since, workflow, json = false } = options
  const query = {
    by: readGroups(options.by),
    ...(since !== undefined && { since: readSince(since) }),
    ...(workflow !== undefined && { workflow }),
  }
  const store = await openRunsIfThere(context)
  try {
    const report = store === undefined ? NOTHING : await reportCosts(store, query)
    if (json) context.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
    else if (report.rows.length > 0) print(report, query.by, context)
    else if (store !== undefined) context.stderr.write('no model calls\n')
    else context.stderr.write(`no runs yet in ${shownDatabase(await openProject(context), context)}\n`)
    return EXIT.completed
  } finally {
    await store?.close()
  }
}

const NOTHING: CostReport = { total_cost_usd: 0, unpriced_calls: 0, rows: [] }

const readGroups = (texts: readonly string[] = ['model']): UsageGroup[] =>
  texts.flatMap((text) => text.split(',')).map(readGroup)

const readGroup = (text: string): UsageGroup => {
  const found = USAGE_GROUPS.find((group) => group === text)
  if (found !== undefined) return found
  const nearest = findNearest(text, USAGE_GROUPS)
  throw new CliError(`--by '${text}' is wrong: expected one of ${USAGE_GROUPS.join(', ')}`, {
    hint: nearest === undefined ? undefined : `did you mean '${nearest}'?`,
  })
}

const print = (report: CostReport, by: readonly UsageGroup[], { stdout, stderr }: Context): void => {
  const { paint, isTerminal } = stdout
  const width = isTerminal ? stdout.columns() : Number.POSITIVE_INFINITY
  const rows = report.rows.length === 1 ? report.rows : [...report.rows, toTotal(report)]
  const isTotal = (row: CostRow): boolean => rows.length > 1 && row === rows.at(-1)
  const [first, ...groups] = createGroupColumns(by)
  const columns: Column<CostRow>[] = [
    { ...first, text: (row) => (isTotal(row) ? 'total' : first.text(row)), paint: (text) => paint.bold(text) },
    ...groups,
    ...FIGURES.filter((figure) => figure !== CACHE_HITS || rows.some(({ cache_hits }) => cache_hits > 0)),
  ]
  for (const line of renderTable(rows, { columns, width, paint })) stdout.write(`${line}\n`)
  if (report.unpriced_calls > 0)
    stderr.write(
      `\n${stderr.paint.cyan('hint:')} say what models cost in troupe.config.yaml: prices: { PROVIDER/NAME: { input, output } }; calls that broke off stay unknown\n`,
    )
}

const toTotal = ({ rows, total_cost_usd, unpriced_calls }: CostReport): CostRow => {
  const add = (read: (row: CostRow) => number): number => rows.reduce((sum, row) => sum + read(row), 0)
  return {
    provider: null,
    model: null,
    calls: add((row) => row.calls),
    input_tokens: add((row) => row.input_tokens),
    cached_tokens: add((row) => row.cached_tokens),
    output_tokens: add((row) => row.output_tokens),
    cost_usd: total_cost_usd,
    unpriced_calls,
    cache_hits: add((row) => row.cache_hits),
  }
}

const createGroupColumns = (by: readonly UsageGroup[]): [Column<CostRow>, ...Column<CostRow>[]] => {
  const columns: Column<CostRow>[] = []
  if (by.includes('day')) columns.push({ title: 'day', text: ({ day = '' }) => day })
  if (by.includes('workflow') || by.includes('step'))
    columns.push({ title: 'workflow', text: ({ workflow = '' }) => toOneLine(workflow) })
  if (by.includes('step')) columns.push({ title: 'step', text: ({ step = '' }) => toOneLine(step) })
  if (by.includes('model')) columns.push({ title: 'model', text: nameModel })
  else if (by.includes('provider'))
    columns.push({ title: 'provider', text: ({ provider }) => toOneLine(provider ?? '') })
  const [first = { title: 'model', text: nameModel }, ...rest] = columns
  return [first, ...rest]
}

const nameModel = ({ provider, model }: CostRow): string => (model === null ? '' : toOneLine(`${provider}/${model}`))

/** Shown where there are any. Not to be mistaken for the tokens that a vendor had in its own cache. */
const CACHE_HITS: Column<CostRow> = {
  title: 'from cache',
  align: 'right',
  text: ({ cache_hits }) => formatCount(cache_hits),
}

const FIGURES: readonly Column<CostRow>[] = [
  { title: 'calls', align: 'right', text: ({ calls }) => formatCount(calls) },
  CACHE_HITS,
  { title: 'input', align: 'right', text: ({ input_tokens }) => formatCount(input_tokens) },
  { title: 'cached', align: 'right', text: ({ cached_tokens }) => formatCount(cached_tokens) },
  { title: 'output', align: 'right', text: ({ output_tokens }) => formatCount(output_tokens) },
  { title: 'cost', align: 'right', text: (row) => describeCost(row) },
]

const describeCost = ({ cost_usd, unpriced_calls }: CostRow): string => {
  if (cost_usd === null) return 'unknown'
  const known = cost_usd === 0 ? '$0 (free)' : formatCost(cost_usd)
  return unpriced_calls === 0 ? known : `${known} and ${formatCount(unpriced_calls)} unknown`
}
