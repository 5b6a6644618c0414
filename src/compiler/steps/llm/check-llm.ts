/** Checks `llm` steps: the model, its messages, parameters and tools. */
import type { ProviderEntry } from '../../catalogue.ts'
import type { CheckContext, StepSites } from '../../check/check-context.ts'
import type { Site } from '../../check/expression-checks.ts'
import { PRINTABLE } from '../../check/known-types.ts'
import { checkModel } from '../../check/models.ts'
import { reportUnknownTool } from '../../check/tools.ts'
import { meantNearest } from '../../correction.ts'
import type { Located, MapNode, StepOf } from '../../document.ts'
import { checkAsked, checkConflicts, checkImages, checkParameterValue, type LlmValueContext } from './llm-values.ts'
import { reportMessageForms } from './message-forms.ts'
import { CONVERSATION, IMAGES, MESSAGES, MODEL_PARAMETERS } from './model-parameters.ts'
import { checkToolParameters } from './tool-parameters.ts'

export const checkLlm = (step: StepOf<'llm'>, { perform }: StepSites, context: CheckContext): void => {
  const { expressions, tools } = context
  checkModel(step.model, context)
  for (const name of ['prompt', 'system'] as const)
    if (step[name] !== undefined) expressions.typed(step[name], { name, type: PRINTABLE, words: 'a text' }, perform)
  if (step.messages !== undefined) {
    if (reportMessageForms(step.messages, context.diagnostics)) expressions.value(step.messages, perform)
    else expressions.fitting(step.messages, MESSAGES, perform)
  }
  const models = context.models.resolve(step.model.value) ?? []
  const values: LlmValueContext = {
    models,
    providers: findProviders(models, context),
    diagnostics: context.diagnostics,
  }
  checkAsked(step, values)
  if (step.images !== undefined && checkImages(step.images, values)) expressions.fitting(step.images, IMAGES, perform)
  if (step.conversation !== undefined) expressions.fitting(step.conversation, CONVERSATION, perform)
  if (step.params !== undefined) checkParameters(step.params, { site: perform, values }, context)
  checkConflicts(step, values)
  checkToolParameters(step, values.diagnostics)
  for (const tool of step.tools ?? [])
    if (tools.resolve(tool.value, step) === undefined) reportUnknownTool(tool, context)
}

const findProviders = (models: readonly string[], { catalogue }: CheckContext): ProviderEntry[] => {
  const names = models.map((name) => name.slice(0, name.indexOf('/')))
  return [...new Set(names)].flatMap((name) => catalogue.providers.get(name) ?? [])
}

const checkParameters = (
  { entries }: MapNode,
  { site, values }: { site: Site; values: LlmValueContext },
  context: CheckContext,
): void => {
  const { expressions, diagnostics } = context
  const { models: answering } = values
  for (const { key, value } of entries) {
    const expected = MODEL_PARAMETERS.get(key.value)
    if (expected === undefined) {
      const known = [...MODEL_PARAMETERS.keys()]
      const message = `'${key.value}' is no parameter of models: expected ${known.join(', ')}`
      diagnostics.error('unknown_parameter', key.range, message, meantNearest(key.range, key.value, known))
      expressions.value(value, site)
      continue
    }
    if (key.value === 'script' && answering.length > 0 && !answering.includes('mock/script'))
      diagnostics.error(
        'unknown_parameter',
        key.range,
        `'script' is only for the model mock/script: expected no script for ${answering.join(', ')}`,
        'remove it, or let mock/script answer',
      )
    else checkTaken(key, answering, context)
    expressions.fitting(value, expected, site)
    checkParameterValue({ key, value }, values)
  }
}

/** Reports a parameter that one of the models would ignore silently. */
const checkTaken = (
  key: Located<string>,
  answering: readonly string[],
  { catalogue, diagnostics }: CheckContext,
): void => {
  for (const model of answering) {
    const entry = catalogue.providers.get(model.slice(0, model.indexOf('/')))
    if (entry?.params === undefined || entry.params.includes(key.value)) continue
    const message = `'${key.value}' is no parameter of '${entry.name}': expected ${entry.params.join(', ')}`
    const hint = `remove it, or let a model answer that takes it, other than ${model}`
    diagnostics.error('unknown_parameter', key.range, message, hint)
    return
  }
}
