/** `troupe plan`: estimates the cost of a workflow before it runs. */
import type { Project } from '../../../app/project/project.ts'
import { createProjectCatalogue, readVariables, toPricing } from '../../../app/project/project-access.ts'
import type { CompiledWorkflow } from '../../../compiler/compile.ts'
import { isFault } from '../../../core/fault.ts'
import type { JsonValue } from '../../../core/json.ts'
import { checkInput } from '../../../runtime/check-input.ts'
import { forecast } from '../../../service/forecast/forecast.ts'
import { forecastPaths } from '../../../service/forecast/forecast-paths.ts'
import { findTypicalCost, type TypicalCost } from '../../../service/forecast/typical-cost.ts'
import { exampleInput } from '../../../service/simulation/example-outputs.ts'
import { InvalidFile } from '../../cli-error.ts'
import { compileFile, folderOf } from '../../compile-file.ts'
import type { Context } from '../../context.ts'
import { readInputOf } from '../../input.ts'
import { checkAliases, readModels } from '../../model-arguments.ts'
import { hasDatabase, viewProject, withDatabase } from '../../open-runs.ts'
import { writeJson, writeLines } from '../../output.ts'
import { type Plan, renderPlan, toPlanJson } from './plan-text.ts'

export const plan = async (
  context: Context,
  options: { file: string; input?: string[]; model?: string[]; json?: boolean },
): Promise<void> => {
  const { file, json = false } = options
  const project = await viewProject(context, folderOf(file, context.workingFolder))
  const models = readModels(options.model ?? [], project)
  const { compiled, proofs, diagnostics, source } = await compileFile(file, { context, project, models, proofs: true })
  if (compiled === undefined || proofs === undefined) throw new InvalidFile(diagnostics, source)
  checkAliases(models, compiled)
  const input = await readKnownInput(compiled, options.input, context)
  const pricing = toPricing(project)
  const catalogue = createProjectCatalogue(project)
  const forecasted = forecast(compiled, { proofs, catalogue, pricing, input, environment: project.config.env })
  const start = { input: input ?? (await fillExample(compiled)), env: readVariables(project, context.environment) }
  const found: Plan = {
    workflow: compiled.name,
    forecast: forecasted,
    paths: forecastPaths(compiled, { catalogue, start, forecast: forecasted }),
    typical: await findTypical(project, compiled),
  }
  if (json) writeJson(context, toPlanJson(found))
  else writeLines(context.stdout, renderPlan(found, context.stdout))
}

/** Undefined if no input is given: lists and prompts that depend on it are unknown then. */
const readKnownInput = async (
  workflow: CompiledWorkflow,
  texts: readonly string[] | undefined,
  context: Context,
): Promise<JsonValue | undefined> => {
  if (texts === undefined) return workflow.input === undefined ? {} : undefined
  return readInputOf(workflow, { texts, context })
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

/** A plan asks nothing: without trust it goes without the costs of past runs. */
const isDatabaseTrusted = ({ trust, isDatabaseGranted }: Project): boolean => trust.isTrusted || !isDatabaseGranted

const findTypical = async (project: Project, workflow: CompiledWorkflow): Promise<TypicalCost | undefined> =>
  isDatabaseTrusted(project) && hasDatabase(project)
    ? withDatabase(project, (store) => findTypicalCost(store, workflow))
    : undefined
