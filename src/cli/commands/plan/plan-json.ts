/** Renders a plan as the object of `troupe plan --json`. */
import type { Forecast, StepForecast } from '../../../service/forecast/forecast.ts'
import type { PathForecasts } from '../../../service/forecast/forecast-paths.ts'
import type { TypicalCost } from '../../../service/forecast/typical-cost.ts'

export interface Plan {
  workflow: string
  forecast: Forecast
  paths: PathForecasts
  /** Cost of past runs; undefined if none has completed. */
  typical: TypicalCost | undefined
}

export const toPlanJson = ({ workflow, forecast, paths, typical }: Plan): Record<string, unknown> => ({
  workflow,
  worst_case_usd: roundUsd(forecast.worstUsd),
  worst_case_without_limit_usd: roundUsd(forecast.unlimitedUsd),
  limit_usd: forecast.limitUsd,
  if_nothing_fails_usd: roundUsd(forecast.smoothUsd),
  most_steps: forecast.steps,
  most_model_calls: forecast.calls,
  typical: typical === undefined ? null : typicalToJson(typical),
  steps: forecast.byStep.map(stepToJson),
  paths: paths.paths.map(({ end, steps, smoothUsd }) => ({ end, steps, if_nothing_fails_usd: roundUsd(smoothUsd) })),
  paths_are_complete: paths.isWhole,
  unbounded_by: forecast.reasons.map(({ step, reason, isBounded, message }) => ({
    step,
    reason,
    message,
    bounded_by_model: isBounded,
  })),
})

const typicalToJson = ({ runs, ofOtherVersions, unpricedRuns, cachedRuns, ...figures }: TypicalCost): object => ({
  runs,
  of_other_versions: ofOtherVersions,
  unpriced_runs: unpricedRuns,
  cached_runs: cachedRuns,
  median_usd: roundUsd(figures.medianUsd),
  highest_usd: roundUsd(figures.highestUsd),
  median_ms: figures.medianMs,
})

const stepToJson = ({ step, models, entries, perItem, each, worstUsd, cacheMs }: StepForecast): object => ({
  step,
  models,
  most_runs: entries,
  runs_per_item: perItem === null ? null : { foreach: perItem.foreach, most_runs: perItem.entries },
  each: {
    worst_case_usd: roundUsd(each.worstUsd),
    if_nothing_fails_usd: roundUsd(each.smoothUsd),
    most_model_calls: each.calls,
  },
  worst_case_usd: roundUsd(worstUsd),
  cache_ms: cacheMs,
})

const roundUsd = (usd: number | null): number | null => (usd === null ? null : Math.round(usd * 1e12) / 1e12)
