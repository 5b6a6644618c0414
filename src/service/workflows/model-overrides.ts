/** Judges models that a request gives in place of those of the file: alias to `provider/name`. */
import type { Catalogue } from '../../compiler/catalogue.ts'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { InvalidPart } from '../../core/invalid-part.ts'
import { didYouMean } from '../../core/nearest.ts'

export interface OverrideProblem {
  message: string
  hint: string
}

/** @param option Names the value in messages: `--model`. */
export const findProviderProblem = (
  [alias, model]: readonly [alias: string, model: string],
  { providers, option }: Pick<Catalogue, 'providers'> & { option: string },
): OverrideProblem | undefined => {
  const text = `${alias}=${model}`
  const [, provider, name] = /^([^/]+)\/(.+)$/.exec(model) ?? []
  if (alias === '' || provider === undefined || name === undefined)
    return {
      message: `${option} '${text}' is wrong: expected alias=provider/name`,
      hint: 'such as default=mock/echo',
    }
  const entry = providers.get(provider)
  if (entry === undefined)
    return toUnknown(`${option} '${text}' names an unknown provider`, provider, [...providers.keys()])
  if (!entry.available)
    return {
      message: `${option} '${text}': the provider '${provider}' comes in a later release`,
      hint: 'until then: mock/echo or mock/script',
    }
  if (entry.models !== undefined && !entry.models.includes(name))
    return toUnknown(`${option} '${text}' names an unknown model of '${provider}'`, name, entry.models)
  return undefined
}

/** An alias that the workflow does not have. */
export const findAliasProblem = (
  aliases: readonly string[],
  { workflow: { workflow, plans }, option }: { workflow: CompiledWorkflow; option: string },
): OverrideProblem | undefined => {
  const known = [...workflow.models.keys()]
  const usesModels = [...plans.values()].some(({ kind }) => kind === 'llm')
  const wrong = aliases.find((alias) => !known.includes(alias) && !(alias.includes('/') && usesModels))
  return wrong === undefined
    ? undefined
    : toUnknown(`${option} '${wrong}' is no alias of workflow '${workflow.name.value}'`, wrong, known)
}

/** Judges the models of a request that is no command. @throws InvalidPart for a provider, model or alias that there is not */
export const expectModels = (
  models: Readonly<Record<string, string>>,
  { workflow, catalogue: { providers } }: { workflow: CompiledWorkflow; catalogue: Pick<Catalogue, 'providers'> },
): void => {
  const option = 'the model'
  const problem =
    Object.entries(models)
      .map((model) => findProviderProblem(model, { providers, option }))
      .find((one) => one !== undefined) ?? findAliasProblem(Object.keys(models), { workflow, option })
  if (problem !== undefined) throw new InvalidPart('models', `${problem.message}\n${problem.hint}`)
}

const toUnknown = (message: string, word: string, names: readonly string[]): OverrideProblem => ({
  message,
  hint: didYouMean(word, names) ?? (names.length === 0 ? 'it has none' : `known are ${names.join(', ')}`),
})
