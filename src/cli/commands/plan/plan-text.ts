/** Renders a plan as text. */

import { countOf, formatCount } from '../../../core/count.ts'
import { formatDuration } from '../../../core/duration.ts'
import type { CostReason } from '../../../service/forecast/call-cost.ts'
import type { Forecast, StepForecast } from '../../../service/forecast/forecast.ts'
import type { PathForecast, PathForecasts } from '../../../service/forecast/forecast-paths.ts'
import type { Plan } from '../../../service/forecast/plan.ts'
import type { Channel } from '../../context.ts'
import { formatCost } from '../../figures.ts'
import { widthOfChannel } from '../../output.ts'
import type { Paint } from '../../paint.ts'
import { cutEnd, toOneLine } from '../../printable.ts'
import { type Column, renderTable, right } from '../../table.ts'

export const renderPlan = (plan: Plan, stdout: Channel): string[] => {
  const { paint } = stdout
  const width = widthOfChannel(stdout)
  const { forecast, paths } = plan
  return [
    paint.bold(toOneLine(plan.workflow)),
    '',
    ...renderFigures(plan, paint),
    ...section(renderSteps(forecast.byStep, { width, paint })),
    ...section(renderCache(forecast.byStep, paint)),
    ...section(renderPaths(paths, paint)),
    ...section(renderReasons(forecast, paint)),
  ]
}

const section = (lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', ...lines])

const LABEL_WIDTH = 18
const FIGURE_WIDTH = 10

const renderFigures = ({ forecast, typical }: Plan, paint: Paint): string[] => {
  const { worstUsd, unlimitedUsd, limitUsd, smoothUsd, calls, steps } = forecast
  const line = (label: string, figure: string, note: string): string =>
    `${label.padEnd(LABEL_WIDTH)}${paint.bold(figure.padEnd(FIGURE_WIDTH))}${note === '' ? '' : ` ${paint.dim(note)}`}`.trimEnd()
  const capped = limitUsd !== null && (unlimitedUsd === null || unlimitedUsd > limitUsd)
  const limit = capped ? `limits.cost_usd ends a run there; without the limit ${formatBound(unlimitedUsd)}` : ''
  const past = typical && [
    `${typical.runs === 1 ? 'one past run' : `median of ${typical.runs} past runs`}${typical.ofOtherVersions ? ' of other versions' : ''}`,
    ...(typical.highestUsd === null || typical.runs === 1 ? [] : [`the highest ${formatCost(typical.highestUsd)}`]),
    ...(typical.unpricedRuns === 0 ? [] : [`${typical.unpricedRuns} with unknown prices`]),
    ...(typical.cachedRuns === 0 ? [] : [`${typical.cachedRuns} with answers from the cache`]),
    formatDuration(typical.medianMs),
  ]
  return [
    line('worst case', formatBound(worstUsd), limit),
    line('if nothing fails', formatBound(smoothUsd), 'loops run their maximum number of rounds'),
    line(
      'typical',
      past === undefined ? '-' : formatCost(typical?.medianUsd ?? null),
      past?.join(', ') ?? 'no past run',
    ),
    line(
      'model calls',
      formatMost(calls),
      steps === null ? 'in steps without bound' : `at most, in at most ${countOf(steps, 'step')}`,
    ),
  ]
}

const formatBound = (usd: number | null): string => (usd === null ? 'no bound' : formatCost(usd))

const formatMost = (count: number | null): string => (count === null ? 'no bound' : formatCount(count))

const renderSteps = (steps: readonly StepForecast[], { width, paint }: { width: number; paint: Paint }): string[] =>
  steps.length === 0 ? [] : renderTable(steps, { columns: STEP_COLUMNS, width, paint })

const STEP_COLUMNS: readonly Column<StepForecast>[] = [
  { title: 'step', text: ({ step }) => toOneLine(step) },
  { title: 'model', text: ({ models }) => toOneLine(models.join(', ')) },
  right('runs', (step) => describeRuns(step)),
  right('calls a run', ({ each }) => formatMost(each.calls)),
  right('once', ({ each }) => formatBound(each.smoothUsd)),
  right('worst once', ({ each }) => formatBound(each.worstUsd)),
  right('worst case', ({ worstUsd }) => formatBound(worstUsd)),
]

const describeRuns = ({ entries, perRound }: StepForecast): string => {
  if (entries !== null) return formatCount(entries)
  if (perRound === null) return 'no bound'
  const { id, round } = perRound.block
  return `${formatCount(perRound.entries)} an ${round} of ${id}`
}

const renderCache = (steps: readonly StepForecast[], paint: Paint): string[] => {
  const lines = steps.flatMap(({ step, cacheMs }) =>
    cacheMs === null ? [] : [`  ${paint.bold(toOneLine(step))}: for ${formatDuration(cacheMs)}`],
  )
  return lines.length === 0 ? [] : [paint.dim('cached answers of equal requests are free; not counted above'), ...lines]
}

const MOST_PATHS = 10
const LONGEST_STEPS = 100

const renderPaths = ({ paths, isWhole }: PathForecasts, paint: Paint): string[] => {
  if (paths.length === 0) return []
  const hidden = paths.length - MOST_PATHS
  const more = hidden > 0 ? `  and ${hidden} more: --json` : isWhole ? undefined : '  and more that were not examined'
  return [
    paint.dim('paths when nothing fails'),
    ...paths.slice(0, MOST_PATHS).map((path) => `  ${describePath(path)}`),
    ...(more === undefined ? [] : [paint.dim(more)]),
  ]
}

const describePath = ({ end, steps, smoothUsd, ways }: PathForecast): string => {
  const list = steps.length === 0 ? '' : ` (${cutEnd(toOneLine(steps.join(', ')), LONGEST_STEPS)})`
  const count = ways === 1 ? '' : `${countOf(ways, 'way')} to `
  return `${count}${end}: ${countOf(steps.length, 'step')}, ${formatBound(smoothUsd)}${list}`
}

const renderReasons = ({ reasons }: Forecast, paint: Paint): string[] => {
  if (reasons.length === 0) return []
  return [
    paint.dim('parts without a bound in the workflow'),
    ...reasons.map(
      ({ step, reason, isBounded, message }) =>
        `  ${paint.bold(toOneLine(step))}: ${message}${isBounded ? ', so the context window of the model counts' : ''}${HINTS[reason]}`,
    ),
  ]
}

const HINTS: Record<CostReason['reason'], string> = {
  unknown_price: ': add it to prices in troupe.config.yaml',
  no_max_tokens: '',
  open_input: '',
  open_list: ': --input may make it known',
  open_loop: ': --input may make it known',
}
