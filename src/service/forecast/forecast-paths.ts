/** Lists the ways through a workflow when nothing fails, with the steps on each and the cost of their calls. */
import type { Catalogue } from '../../compiler/catalogue.ts'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { stepOfPath } from '../../store/usage-sums.ts'
import { findPaths } from '../simulation/shortest-paths.ts'
import { plus } from './call-cost.ts'
import type { Forecast } from './forecast.ts'

export interface PathForecast {
  /** `completed`, or the fault of the `fail` step or bound that ends it. */
  end: string
  /** Performed steps in their order; a foreach has about one example item. */
  steps: string[]
  /** Cost when each call succeeds at once; null: unbounded, or a price is unknown. */
  smoothUsd: number | null
  /** Number of ways with this end, these steps in any order, and this cost: they differ in values, or in which branch ends first. */
  ways: number
}

export interface PathForecasts {
  paths: PathForecast[]
  /** False when there are more ways than were searched. */
  isWhole: boolean
}

/** A walk through more steps than this leaves no time to search for others. */
const MOST_STEPS = 500

const MOST_PATHS = 50
const MOST_PLACES = 300

export const forecastPaths = (
  workflow: CompiledWorkflow,
  {
    catalogue,
    start,
    forecast: { byStep, steps: mostSteps },
  }: { catalogue: Catalogue; start: { input: JsonValue; env: JsonObject }; forecast: Forecast },
): PathForecasts => {
  if (mostSteps !== null && mostSteps > MOST_STEPS) return { paths: [], isWhole: false }
  const costs = new Map(byStep.map(({ step, each }) => [step, each.smoothUsd]))
  // Steps that call no model are free. Null is an unbounded cost.
  const costOf = (step: string): number | null => costs.get(step) ?? (costs.has(step) ? null : 0)
  const { paths, isWhole } = findPaths(workflow, {
    ...start,
    catalogue,
    mayFail: () => false,
    mostPaths: MOST_PATHS,
    mostPlaces: MOST_PLACES,
  })
  return {
    isWhole,
    paths: mergeEqual(
      paths.map(({ events, end }) => {
        const performed = events.flatMap((event) => (event.kind === 'outcome' ? [event.path] : []))
        const steps = toSteps(performed)
        const smoothUsd = steps.reduce<number | null>((sum, step) => plus(sum, costOf(step)), 0)
        return { end: end.error === null ? end.status : end.error.code, steps, smoothUsd, ways: 1 }
      }),
    ),
  }
}

const mergeEqual = (paths: readonly PathForecast[]): PathForecast[] => {
  const known = new Map<string, PathForecast>()
  for (const path of paths) {
    const key = JSON.stringify([path.end, path.steps.toSorted(), path.smoothUsd])
    known.set(key, { ...(known.get(key) ?? path), ways: (known.get(key)?.ways ?? 0) + 1 })
  }
  return [...known.values()]
}

/** Counts the turns of a model step with tools as one step. */
const toSteps = (paths: readonly string[]): string[] => {
  const steps: string[] = []
  let before = ''
  for (const path of paths) {
    const around = path.replace(/\/turn_\d+(_call_\d+)?$/, '')
    if (around === path || around !== before) steps.push(stepOfPath(path))
    before = around === path ? '' : around
  }
  return steps
}
