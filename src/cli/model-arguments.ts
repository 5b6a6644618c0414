import type { Project } from '../app/project/project.ts'
import { createProjectCatalogue } from '../app/project/project-access.ts'
import type { CompiledWorkflow } from '../compiler/compile.ts'
import { CliError } from './cli-error.ts'
import { suggest } from './option-values.ts'

/** Reads `--model`: alias to `provider/name`. @throws CliError */
export const readModels = (texts: readonly string[], project: Pick<Project, 'config'>): Record<string, string> =>
  Object.fromEntries(texts.map((text) => readModel(text, project)))

const readModel = (text: string, project: Pick<Project, 'config'>): [string, string] => {
  const [, alias, provider, name] = /^([^=]+)=([^/]+)\/(.+)$/.exec(text) ?? []
  if (alias === undefined || provider === undefined || name === undefined)
    throw new CliError(`--model '${text}' is wrong: expected alias=provider/name`, {
      hint: 'such as --model default=mock/echo',
    })
  const { providers } = createProjectCatalogue(project)
  const entry = providers.get(provider)
  if (entry === undefined) throw unknown(`--model '${text}' names an unknown provider`, provider, providers.keys())
  if (!entry.available)
    throw new CliError(`--model '${text}': the provider '${provider}' comes in a later release`, {
      hint: 'until then: mock/echo or mock/script',
    })
  if (entry.models !== undefined && !entry.models.includes(name))
    throw unknown(`--model '${text}' names an unknown model of '${provider}'`, name, entry.models)
  return [alias, `${provider}/${name}`]
}

/** @throws CliError for an alias that the workflow does not have */
export const checkAliases = (models: Readonly<Record<string, string>>, { workflow, plans }: CompiledWorkflow): void => {
  const known = new Set(workflow.models.keys())
  const used = new Set([...plans.values()].flatMap(({ kind, id }) => (kind === 'llm' ? [id] : [])))
  for (const alias of Object.keys(models)) {
    if (known.has(alias)) continue
    if (alias.includes('/') && used.size > 0) continue
    throw unknown(`--model '${alias}' is no alias of workflow '${workflow.name.value}'`, alias, known)
  }
}

const unknown = (message: string, word: string, known: Iterable<string>): CliError => {
  const names = [...known]
  const list = names.length === 0 ? 'it has none' : `known are ${names.join(', ')}`
  return new CliError(message, { hint: suggest(word, names, list) })
}
