/** Plans a workflow before it runs: its possible cost, its ways, and the cost of past runs. Calls nothing. */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { Proofs } from '../../compiler/prove.ts'
import { isFault } from '../../core/fault.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { checkInput } from '../../runtime/check-input.ts'
import { exampleInput } from '../simulation/example-outputs.ts'
import { type Forecast, type ForecastOptions, forecast } from './forecast.ts'
import { forecastPaths, type PathForecasts } from './forecast-paths.ts'
import type { TypicalCost } from './typical-cost.ts'

export interface Plan {
  workflow: string
  forecast: Forecast
  paths: PathForecasts
  /** Cost of past runs; undefined if none has completed. */
  typical: TypicalCost | undefined
}

export interface PlanOptions extends Pick<ForecastOptions, 'catalogue' | 'pricing' | 'environment'> {
  proofs: Proofs
  /** Checked. Undefined: lists and prompts that depend on it are unknown. */
  input: JsonValue | undefined
  /** Values of the variables that expressions may read. */
  env: JsonObject
  typical: TypicalCost | undefined
}

export const planWorkflow = async (
  workflow: CompiledWorkflow,
  { input: given, env, typical, ...options }: PlanOptions,
): Promise<Plan> => {
  const input = given ?? (workflow.input === undefined ? {} : undefined)
  const forecasted = forecast(workflow, { ...options, input })
  const start = { input: input ?? (await fillExample(workflow)), env }
  const paths = forecastPaths(workflow, { catalogue: options.catalogue, start, forecast: forecasted })
  return { workflow: workflow.name, forecast: forecasted, paths, typical }
}

/** An example input with the defaults that a run would add. */
const fillExample = async (workflow: CompiledWorkflow): Promise<JsonValue> => {
  const example = exampleInput(workflow)
  try {
    return await checkInput(workflow, example)
  } catch (error) {
    // Some types have no example that passes the check.
    if (isFault(error)) return example
    throw error
  }
}
