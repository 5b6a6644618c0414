/** `troupe diff`: compares two runs. */

import { countOf, formatCount } from '../../../core/count.ts'
import { formatDuration } from '../../../core/duration.ts'
import { addTotals, NO_USAGE } from '../../../runtime/budget/usage-totals.ts'
import { type ComparedStep, compareRuns, type RunComparison } from '../../../service/history/compare-runs.ts'
import { measureRun } from '../../../service/history/measure-run.ts'
import { toShownStatus } from '../../../service/views/shown-status.ts'
import type { UsageTotals } from '../../../store/store.ts'
import { describeChanges } from '../../change-text.ts'
import type { Context } from '../../context.ts'
import { describeUsage, formatCost, namePath, nameVisit } from '../../figures.ts'
import { withReader } from '../../open-reader.ts'
import { describeOrigin } from '../../origin-text.ts'
import { widthOfChannel, writeJson, writeLines } from '../../output.ts'
import type { Paint } from '../../paint.ts'
import { toOneLine } from '../../printable.ts'
import { STATUS_COLORS } from '../../run-holder.ts'
import type { ReadRun } from '../../run-reader.ts'
import { type Column, renderTable, right } from '../../table.ts'

type Pair = readonly [ReadRun, ReadRun]

/** The exit code is 0 also if the runs differ. */
export const diff = (
  context: Context,
  { run, other, all = false, json = false }: { run: string; other: string; all?: boolean; json?: boolean },
): Promise<void> =>
  withReader(context, undefined, async (reader) => {
    const pair: Pair = [await reader.readPast(run), await reader.readPast(other)]
    const comparison = compareRuns(...pair)
    if (json) writeJson(context, toJson(pair, comparison))
    else writeLines(context.stdout, render(pair, { comparison, context, all }))
  })

const toJson = (runs: Pair, { input, output, partsAt, steps, usage }: RunComparison) => {
  const parting = partsAt === null ? undefined : steps[partsAt]
  return {
    runs: runs.map(({ record }, index) => ({
      run: record.id,
      workflow: record.workflow,
      definition: record.definition,
      status: toShownStatus(record),
      error: record.error,
      duration_ms: durationOf(record),
      usage: usage[index],
      origin: record.origin,
    })),
    parts_at: parting === undefined ? null : { step: parting.path, visit: parting.visit },
    input,
    output,
    steps: steps.map(({ path, visit, sides, isDifferent, ...changes }) => ({
      step: path,
      visit,
      is_different: isDifferent,
      sides,
      ...changes,
    })),
  }
}

const durationOf = (record: ReadRun['record']): number => measureRun(record).durationMs

/** Rows of the table, and differing steps that are shown in full. */
const MOST_STEPS = 40
const MOST_TOLD = 10

const render = (
  runs: Pair,
  { comparison, context: { stdout }, all }: { comparison: RunComparison; context: Context; all: boolean },
): string[] => {
  const { paint } = stdout
  const { steps, input, partsAt } = comparison
  const shown = all ? steps : chooseSteps(steps)
  const left = steps.length - shown.length
  return [
    ...runs.map((run, index) => renderRun(run, { usage: comparison.usage[index] ?? NO_USAGE, paint })),
    ...renderDefinitions(runs, paint),
    ...(input.length === 0 ? [] : ['', paint.bold('input'), ...describeChanges(input, { paint, indent: '  ' })]),
    '',
    ...(partsAt === null ? ['all steps have the same outcome'] : renderParting(comparison, { partsAt, paint, all })),
    '',
    ...renderTable(shown, { columns: createColumns(paint), width: widthOfChannel(stdout), paint }),
    ...(left > 0 ? [paint.dim(`and ${left} more (--all shows them)`)] : []),
  ]
}

const renderRun = ({ record }: ReadRun, { usage, paint }: { usage: UsageTotals; paint: Paint }): string => {
  const status = toShownStatus(record)
  const code = record.error === null ? '' : `: ${record.error.code}`
  const facts = [formatDuration(durationOf(record)), ...describeUsage(usage)].join(' · ')
  const from = record.origin === null ? '' : ` · ${describeOrigin(record.origin)}`
  return `${record.id}  ${paint.bold(toOneLine(record.workflow))}  ${paint[STATUS_COLORS[status]](status + code)}  ${paint.dim(facts + from)}`
}

const renderDefinitions = ([{ record: one }, { record: other }]: Pair, paint: Paint): string[] =>
  one.definition === other.definition
    ? []
    : [
        paint.yellow(
          one.workflow === other.workflow
            ? 'the runs have different versions of the workflow'
            : 'the runs have different workflows',
        ),
      ]

const renderParting = (
  { steps }: RunComparison,
  { partsAt, paint, all }: { partsAt: number; paint: Paint; all: boolean },
): string[] => {
  const different = steps.filter(({ isDifferent }) => isDifferent)
  const told = all ? different : different.slice(0, MOST_TOLD)
  const [first] = different
  const before = `${countOf(partsAt, 'step')} before it ${partsAt === 1 ? 'has' : 'have'} the same outcome`
  return [
    `they differ from ${paint.bold(first === undefined ? '' : nameStep(first))} ${paint.dim(`(${before})`)}`,
    ...told.flatMap((step) => renderStep(step, paint)),
    ...(told.length < different.length ? [paint.dim(`and ${different.length - told.length} more that differ`)] : []),
  ]
}

const renderStep = (step: ComparedStep, paint: Paint): string[] => {
  const { sides, input, output, error } = step
  const [one, other] = sides.map((side) => side?.status ?? 'not started')
  const part = (title: string, changes: ComparedStep['output']): string[] =>
    changes.length === 0 ? [] : [`    ${paint.dim(title)}`, ...describeChanges(changes, { paint, indent: '      ' })]
  return [
    `  ${paint.bold(nameStep(step))}  ${one === other ? one : `${one} → ${other}`}`,
    ...(sides.includes(null) ? [] : [...part('input', input), ...part('output', output), ...part('fault', error)]),
  ]
}

const nameStep = ({ path, visit }: Pick<ComparedStep, 'path' | 'visit'>): string =>
  nameVisit(toOneLine(namePath(path)), visit)

/** The first steps, and those that differ. */
const chooseSteps = (steps: readonly ComparedStep[]): ComparedStep[] => {
  const different = steps.filter(({ isDifferent }) => isDifferent).slice(0, MOST_STEPS)
  const chosen = new Set([...different, ...steps.slice(0, MOST_STEPS - different.length)])
  return steps.filter((step) => chosen.has(step))
}

const createColumns = (paint: Paint): Column<ComparedStep>[] => [
  { title: 'step', text: nameStep, paint: (text, { isDifferent }) => (isDifferent ? paint.yellow(text) : text) },
  { title: 'status', text: (step) => describeBoth(step, ({ status }) => status) },
  right('time', (step) => describeBoth(step, ({ ms }) => (ms === null ? 'goes on' : formatDuration(ms)))),
  right('tokens', (step) => (isFree(step) ? '' : describeBoth(step, tokensOf))),
  right('cost', (step) => (isFree(step) ? '' : describeBoth(step, ({ usage }) => formatCost(usage.cost_usd)))),
]

type Figures = NonNullable<ComparedStep['sides'][number]>

const describeBoth = ({ sides }: ComparedStep, describe: (side: Figures) => string): string => {
  const [one = '', other = ''] = sides.map((side) => (side === null ? '–' : describe(side)))
  return one === other ? one : `${one} → ${other}`
}

const tokensOf = ({ usage: { input_tokens, output_tokens } }: Figures): string =>
  formatCount(input_tokens + output_tokens)

const isFree = ({ sides }: ComparedStep): boolean => {
  const { input_tokens, output_tokens } = sides.reduce((sum, side) => addTotals(sum, side?.usage ?? NO_USAGE), NO_USAGE)
  return input_tokens + output_tokens === 0
}
