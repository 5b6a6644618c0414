/** The JSON of a plan, as the command line prints it and the HTTP interface answers it. */
import type { StepForecast } from '../forecast/forecast.ts'
import type { Plan } from '../forecast/plan.ts'
import type { TypicalCost } from '../forecast/typical-cost.ts'

export const toPlanJson = ({ workflow, forecast, paths, typical }: Plan) => ({
  workflow,
  worst_case_usd: roundUsd(forecast.worstUsd),
  worst_case_without_limit_usd: roundUsd(forecast.unlimitedUsd),
  limit_usd: forecast.limitUsd,
  if_nothing_fails_usd: roundUsd(forecast.smoothUsd),
  most_steps: forecast.steps,
  most_model_calls: forecast.calls,
  typical: typical === undefined ? null : toTypicalCostJson(typical),
  steps: forecast.byStep.map(stepToJson),
  paths: paths.paths.map(({ end, steps, smoothUsd, ways }) => ({
    end,
    steps,
    if_nothing_fails_usd: roundUsd(smoothUsd),
    ways,
  })),
  paths_are_complete: paths.isWhole,
  unbounded_by: forecast.reasons.map(({ step, reason, isBounded, message }) => ({
    step,
    reason,
    message,
    bounded_by_model: isBounded,
  })),
})

export const toTypicalCostJson = ({ runs, ofOtherVersions, unpricedRuns, cachedRuns, ...figures }: TypicalCost) => ({
  runs,
  of_other_versions: ofOtherVersions,
  unpriced_runs: unpricedRuns,
  cached_runs: cachedRuns,
  median_usd: roundUsd(figures.medianUsd),
  highest_usd: roundUsd(figures.highestUsd),
  median_ms: figures.medianMs,
})

const stepToJson = ({ step, models, entries, perRound, each, worstUsd, cacheMs }: StepForecast) => ({
  step,
  models,
  most_runs: entries,
  runs_per_item: perRound?.block.round === 'item' ? { foreach: perRound.block.id, most_runs: perRound.entries } : null,
  runs_per_iteration:
    perRound?.block.round === 'iteration' ? { loop: perRound.block.id, most_runs: perRound.entries } : null,
  each: {
    worst_case_usd: roundUsd(each.worstUsd),
    if_nothing_fails_usd: roundUsd(each.smoothUsd),
    most_model_calls: each.calls,
  },
  worst_case_usd: roundUsd(worstUsd),
  cache_ms: cacheMs,
})

const roundUsd = (usd: number | null): number | null => (usd === null ? null : Math.round(usd * 1e12) / 1e12)
