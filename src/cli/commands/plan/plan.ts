/** `troupe plan`: what a workflow may cost, before a cent is spent. */

import type { Project } from '../../../app/project/project.ts'
import { readVariables, toPricing } from '../../../app/project/project-access.ts'
import { createProjectCatalogue } from '../../../app/project/project-catalogue.ts'
import type { CompiledWorkflow } from '../../../compiler/compile.ts'
import { isFault } from '../../../core/fault.ts'
import type { JsonValue } from '../../../core/json.ts'
import { checkInput } from '../../../runtime/check-input.ts'
import { forecast } from '../../../service/forecast/forecast.ts'
import { forecastPaths } from '../../../service/forecast/forecast-paths.ts'
import { findTypicalCost, type TypicalCost } from '../../../service/forecast/typical-cost.ts'
import { exampleInput } from '../../../service/simulation/walk-input.ts'
import { openDatabase } from '../../../store/open-database.ts'
import { InvalidFile } from '../../cli-error.ts'
import { compileFile, folderOf } from '../../compile-file.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { expectInput } from '../../input/expect-input.ts'
import { readInput } from '../../input/input-arguments.ts'
import { checkAliases, readModels } from '../../model-arguments.ts'
import { openProject } from '../../open-project.ts'
import { hasDatabase } from '../../open-runs.ts'
import { type Plan, toPlanJson } from './plan-json.ts'
import { renderPlan } from './plan-text.ts'

export interface PlanArguments {
  file: string
  input?: string[]
  model?: string[]
  json?: boolean
}

/** The exit code. */
export const plan = async (context: Context, options: PlanArguments): Promise<number> => {
  const { file, json = false } = options
  const project = await openProject(context, folderOf(file, context.workingFolder))
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
  const { stdout } = context
  if (json) stdout.write(`${JSON.stringify(toPlanJson(found), null, 2)}\n`)
  else stdout.write(`${renderPlan(found, stdout).join('\n')}\n`)
  return EXIT.completed
}

/** Undefined: none is given, so that nothing that depends on it is known. */
const readKnownInput = async (
  workflow: CompiledWorkflow,
  texts: readonly string[] | undefined,
  context: Context,
): Promise<JsonValue | undefined> => {
  if (texts === undefined) return workflow.input === undefined ? {} : undefined
  return expectInput(workflow, await readInput(texts, { schema: workflow.input, context }))
}

/** An input to walk by where none is given: with its defaults, as a run has it. */
const fillExample = async (workflow: CompiledWorkflow): Promise<JsonValue> => {
  const example = exampleInput(workflow)
  try {
    return await checkInput(workflow, example)
  } catch (error) {
    // Not for every type an instance can be made up.
    if (isFault(error)) return example
    throw error
  }
}

const findTypical = async (project: Project, workflow: CompiledWorkflow): Promise<TypicalCost | undefined> => {
  if (!hasDatabase(project)) return undefined
  const store = await openDatabase(project)
  try {
    return await findTypicalCost(store, workflow)
  } finally {
    await store.close()
  }
}
