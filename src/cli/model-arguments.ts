import type { Project } from '../app/project/project.ts'
import { createProjectCatalogue } from '../app/project/project-access.ts'
import type { CompiledWorkflow } from '../compiler/compile.ts'
import { findAliasProblem, findProviderProblem, type OverrideProblem } from '../service/workflows/model-overrides.ts'
import { CliError } from './cli-error.ts'

const option = '--model'

/** Reads `--model`: alias to `provider/name`. @throws CliError */
export const readModels = (texts: readonly string[], project: Pick<Project, 'config'>): Record<string, string> => {
  const models = texts.map(splitModel)
  if (models.length === 0) return {}
  const { providers } = createProjectCatalogue(project)
  for (const model of models) expectNone(findProviderProblem(model, { providers, option }))
  return Object.fromEntries(models)
}

/** `alias=provider/name` @throws CliError */
export const splitModel = (text: string): readonly [alias: string, model: string] => {
  const [, alias, model] = /^([^=]+)=([^/]+\/.+)$/.exec(text) ?? []
  if (alias !== undefined && model !== undefined) return [alias, model]
  throw new CliError(`--model '${text}' is wrong: expected alias=provider/name`, {
    hint: 'such as --model default=mock/echo',
  })
}

/** @throws CliError for an alias that the workflow does not have */
export const checkAliases = (models: Readonly<Record<string, string>>, workflow: CompiledWorkflow): void =>
  expectNone(findAliasProblem(Object.keys(models), { workflow, option }))

const expectNone = (problem: OverrideProblem | undefined): void => {
  if (problem !== undefined) throw new CliError(problem.message, { hint: problem.hint })
}
