/** `troupe cost-report`: shows the cost of model calls. */

import { formatCount } from '../../../core/count.ts'
import { type CostReport, type CostRow, reportCosts } from '../../../service/reports/cost-report.ts'
import { USAGE_GROUPS, type UsageGroup } from '../../../store/store.ts'
import type { Context } from '../../context.ts'
import { formatCost } from '../../figures.ts'
import { withRunsIfThere } from '../../open-runs.ts'
import { readChoice, readSince } from '../../option-values.ts'
import { writeJson, writeTable } from '../../output.ts'
import { toOneLine } from '../../printable.ts'
import { findServer } from '../../remote/server-client.ts'
import { type Column, right } from '../../table.ts'

export const costReport = async (
  context: Context,
  options: { by?: string[]; since?: string; workflow?: string; json?: boolean },
): Promise<void> => {
  const { since, workflow, json = false } = options
  const query = {
    by: readGroups(options.by),
    ...(since !== undefined && { since: readSince(since) }),
    ...(workflow !== undefined && { workflow }),
  }
  const show = (report: CostReport): void => {
    if (json) writeJson(context, report)
    else if (report.rows.length > 0) print(report, query.by, context)
    else context.stderr.write('no model calls\n')
  }
  const client = findServer(context)
  if (client !== undefined) return show(await (await import('../../remote/remote-reports.ts')).readCosts(client, query))
  return withRunsIfThere(context, { json, none: NOTHING }, async (store) => show(await reportCosts(store, query)))
}

const NOTHING: CostReport = { total_cost_usd: 0, unpriced_calls: 0, rows: [] }

const readGroups = (texts: readonly string[] = ['model']): UsageGroup[] =>
  texts.flatMap((text) => text.split(',')).map((text) => readChoice('--by', text, USAGE_GROUPS))

const print = (report: CostReport, by: readonly UsageGroup[], { stdout, stderr }: Context): void => {
  const { paint } = stdout
  const rows = report.rows.length === 1 ? report.rows : [...report.rows, toTotal(report)]
  const isTotal = (row: CostRow): boolean => rows.length > 1 && row === rows.at(-1)
  const [first, ...groups] = createGroupColumns(by)
  const columns: Column<CostRow>[] = [
    { ...first, text: (row) => (isTotal(row) ? 'total' : first.text(row)), paint: (text) => paint.bold(text) },
    ...groups,
    ...FIGURES.filter((figure) => figure !== CACHE_HITS || rows.some(({ cache_hits }) => cache_hits > 0)),
    ...(rows.some(({ cache_saved_usd: saved }) => saved) ? [SAVED] : []),
  ]
  writeTable(stdout, rows, columns)
  if (report.unpriced_calls > 0)
    stderr.write(
      `\n${stderr.paint.cyan('hint:')} add the prices of models to troupe.config.yaml: prices: { PROVIDER/NAME: { input, output } }; the cost of calls that broke off stays unknown\n`,
    )
}

const toTotal = ({ rows, total_cost_usd, unpriced_calls }: CostReport): CostRow => {
  const sums = COUNTS.map((key) => [key, rows.reduce((sum, row) => sum + row[key], 0)])
  const counts: Record<Count, number> = Object.fromEntries(sums)
  const cache_saved_usd = rows.reduce((sum, row) => sum + (row.cache_saved_usd ?? 0), 0)
  return { provider: null, model: null, cost_usd: total_cost_usd, unpriced_calls, ...counts, cache_saved_usd }
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

const COUNTS = ['calls', 'cache_hits', 'input_tokens', 'cached_tokens', 'output_tokens'] as const
type Count = (typeof COUNTS)[number]

const count = (title: string, key: Count): Column<CostRow> => right(title, (row) => formatCount(row[key]))

/** Hidden if all are 0. These are answers of our cache; `cached` counts tokens in the cache of a vendor. */
const CACHE_HITS = count('from cache', 'cache_hits')

const FIGURES: readonly Column<CostRow>[] = [
  count('calls', 'calls'),
  CACHE_HITS,
  count('input', 'input_tokens'),
  count('cached', 'cached_tokens'),
  count('output', 'output_tokens'),
  right('cost', (row) => describeCost(row)),
]

/** Saved by the caches of vendors. Hidden if nothing is. */
const SAVED: Column<CostRow> = right('cache saved', ({ cache_saved_usd: saved }) =>
  saved ? `${saved < 0 ? '-' : ''}${formatCost(Math.abs(saved))}` : '',
)

const describeCost = ({ cost_usd, unpriced_calls }: CostRow): string => {
  if (cost_usd === null) return 'unknown'
  const known = cost_usd === 0 ? '$0 (free)' : formatCost(cost_usd)
  return unpriced_calls === 0 ? known : `${known} and ${formatCount(unpriced_calls)} unknown`
}
