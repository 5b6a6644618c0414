/** Resolves the name of a model: an alias of `models`, or `provider/name`. */
import { didYouMean, findNearest } from '../../core/nearest.ts'
import type { Located, Workflow } from '../document.ts'
import type { CheckContext, ModelNames } from './check-context.ts'

/** @param replaced Alias to `provider/name`, in place of the file's models. */
export const createModelNames = (
  { models }: Workflow,
  replaced: Readonly<Record<string, string>> = {},
): ModelNames => ({
  resolve(name) {
    const replacement = replaced[name]
    if (replacement !== undefined) return [replacement]
    return models.get(name)?.value.map(({ value }) => value) ?? (name.includes('/') ? [name] : undefined)
  },
  isReplaced: (alias) => replaced[alias] !== undefined,
  isAlias: (name) => models.has(name) || replaced[name] !== undefined,
  aliases: () => [...new Set([...models.keys(), ...Object.keys(replaced)])],
})

/** Reports the models of all aliases that are not a `provider/name` with a known provider. */
export const checkModels = (context: CheckContext): void => {
  for (const { value } of context.workflow.models.values()) for (const model of value) checkModelName(model, context)
}

/** Reports the model of a step. */
export const checkModel = (model: Located<string>, context: CheckContext): void => {
  if (context.models.isAlias(model.value)) return
  if (model.value.includes('/')) {
    checkModelName(model, context)
    return
  }
  const message = `'${model.value}' is no alias of 'models': expected an alias, or provider/name`
  const hint = `add it to the workflow: models: { ${model.value}: mock/echo }`
  const guess = didYouMean(model.value, context.models.aliases())
  context.diagnostics.error('unknown_model', model.range, message, guess ?? hint)
}

const checkModelName = ({ value, range }: Located<string>, { catalogue, diagnostics }: CheckContext): void => {
  const slash = value.indexOf('/')
  const provider = value.slice(0, slash)
  if (slash < 1 || slash === value.length - 1) {
    const message = `'${value}' is no model: expected provider/name`
    diagnostics.error('unknown_model', range, message, "such as 'ollama/llama3.2'")
    return
  }
  const entry = catalogue.providers.get(provider)
  if (entry === undefined) {
    const nearest = findNearest(provider, catalogue.providers.keys())
    const known = [...catalogue.providers.keys()].join(', ')
    const hint = nearest === undefined ? `known are ${known}` : `did you mean '${nearest}/${value.slice(slash + 1)}'?`
    diagnostics.error('unknown_model', range, `'${provider}' is no provider that is known here`, hint)
    return
  }
  const name = value.slice(slash + 1)
  if (entry.models === undefined || entry.models.includes(name)) return
  const nearest = findNearest(name, entry.models)
  const message = `'${name}' is no model of '${provider}': expected one of ${entry.models.join(', ')}`
  const hint = nearest === undefined ? undefined : `did you mean '${provider}/${nearest}'?`
  diagnostics.error('unknown_model', range, message, hint)
}
