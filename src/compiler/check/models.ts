/** Resolves the name of a model: an alias of `models`, or `provider/name`. */
import { ownValue } from '../../core/json.ts'
import { findNearest } from '../../core/nearest.ts'
import { type Correction, correct, meant, meantNearest } from '../correction.ts'
import type { Located, Workflow } from '../document.ts'
import type { CheckContext, ModelNames } from './check-context.ts'

/** @param replaced Alias to `provider/name`, in place of the file's models. */
export const createModelNames = (
  { models }: Workflow,
  replaced: Readonly<Record<string, string>> = {},
): ModelNames => ({
  resolve(name) {
    const replacement = ownValue(replaced, name)
    if (replacement !== undefined) return [replacement]
    return models.get(name)?.value.map(({ value }) => value) ?? (name.includes('/') ? [name] : undefined)
  },
  isReplaced: (alias) => Object.hasOwn(replaced, alias),
  isAlias: (name) => models.has(name) || Object.hasOwn(replaced, name),
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
  const guess = meantNearest(model.range, model.value, context.models.aliases()) ?? addProvider(model, context)
  context.diagnostics.error('unknown_model', model.range, message, guess ?? hint)
}

const checkModelName = ({ value, range }: Located<string>, { catalogue, diagnostics }: CheckContext): void => {
  const slash = value.indexOf('/')
  const provider = value.slice(0, slash)
  if (slash < 1 || slash === value.length - 1) {
    const message = `'${value}' is no model: expected provider/name`
    const hint = addProvider({ value, range }, { catalogue }) ?? "such as 'ollama/llama3.2'"
    diagnostics.error('unknown_model', range, message, hint)
    return
  }
  const entry = catalogue.providers.get(provider)
  if (entry === undefined) {
    const nearest = findNearest(provider, catalogue.providers.keys())
    const known = [...catalogue.providers.keys()].join(', ')
    const hint = nearest === undefined ? `known are ${known}` : meant(range, `${nearest}/${value.slice(slash + 1)}`)
    diagnostics.error('unknown_model', range, `'${provider}' is no provider that is known here`, hint)
    return
  }
  const name = value.slice(slash + 1)
  if (entry.models === undefined || entry.models.includes(name)) return
  const nearest = findNearest(name, entry.models)
  const message = `'${name}' is no model of '${provider}': expected one of ${entry.models.join(', ')}`
  const hint = nearest === undefined ? undefined : meant(range, `${provider}/${nearest}`)
  diagnostics.error('unknown_model', range, message, hint)
}

/** Providers by the beginnings of the names of their models. */
const FAMILIES: readonly [pattern: RegExp, provider: string][] = [
  [/^(gpt-(?!oss)|chatgpt|o[134](-|$))/, 'openai'],
  [/^claude/, 'anthropic'],
  [/^gemini/, 'gemini'],
  [/^(llama|qwen|mistral|gemma|phi|deepseek|gpt-oss)/, 'ollama'],
]

/** `write openai/gpt-4o` for a well-known name without its provider. */
const addProvider = (
  { value, range }: Located<string>,
  { catalogue }: Pick<CheckContext, 'catalogue'>,
): Correction | undefined => {
  const provider = FAMILIES.find(([pattern]) => pattern.test(value))?.[1]
  if (provider === undefined || !catalogue.providers.has(provider)) return undefined
  const text = `${provider}/${value}`
  return correct(`write ${text}`, { ...range, text })
}
