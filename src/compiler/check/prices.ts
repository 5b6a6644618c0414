/** Checks that a limit on cost can be kept: the maximum cost of each call must be known beforehand. */
import type { Located } from '../document.ts'
import { descriptorOf } from '../steps/step-kinds.ts'
import type { CheckContext } from './check-context.ts'

/** Finds every model that a run may call, those of child workflows included. */
export const findModels = ({ index, models, children }: CheckContext): string[] => {
  const found = new Set<string>()
  for (const { step } of index.steps) {
    const { model, child, detaches } = descriptorOf(step)
    const own = model && models.resolve(model(step).value)
    const below = detaches?.(step) === true ? undefined : child && children.get(child(step).value)?.models
    for (const one of [...(own ?? []), ...(below ?? [])]) found.add(one)
  }
  return [...found]
}

/** Reports the models without a known price, where the workflow sets `limits.cost_usd`. */
export const checkPrices = (context: CheckContext): void => {
  const { workflow, index, children } = context
  if (workflow.limits.costUsd === undefined || workflow.limits.allowUnpriced?.value === true) return
  const reported = new Set<Located<string>>()
  for (const { step } of index.steps) {
    const { model, child, detaches } = descriptorOf(step)
    if (model !== undefined) checkModelsOf(model(step), { context, reported })
    if (child === undefined || detaches?.(step) === true) continue
    const { value, range } = child(step)
    const unpriced = children.get(value)?.models.find((one) => isUnpriced(one, context))
    if (unpriced === undefined) continue
    const message = `'${value}' calls '${unpriced}', which has no known price, so limits.cost_usd can't be kept`
    context.diagnostics.error('unpriced_model', range, message, hintFor(unpriced))
  }
}

const checkModelsOf = (
  model: Located<string>,
  { context, reported }: { context: CheckContext; reported: Set<Located<string>> },
): void => {
  for (const place of placesOf(model, context)) {
    if (reported.has(place) || !isUnpriced(place.value, context)) continue
    reported.add(place)
    const message = `'${place.value}' has no known price, so limits.cost_usd can't be kept: expected a model with a known price`
    context.diagnostics.error('unpriced_model', place.range, message, hintFor(place.value))
  }
}

/** Finds where the file names the models of a step. Models that a run gives have no place of their own. */
const placesOf = (model: Located<string>, { workflow, models }: CheckContext): readonly Located<string>[] => {
  const alias = models.isReplaced(model.value) ? undefined : workflow.models.get(model.value)
  return alias?.value ?? (models.resolve(model.value) ?? []).map((value) => ({ value, range: model.range }))
}

const isUnpriced = (model: string, { catalogue }: CheckContext): boolean => {
  const slash = model.indexOf('/')
  return catalogue.providers.get(model.slice(0, slash))?.price?.(model.slice(slash + 1)) === 'unknown'
}

const hintFor = (model: string): string =>
  `say what it costs in troupe.config.yaml, in USD per million tokens: prices: { ${model}: { input: …, output: … } }; or set limits: { allow_unpriced: true }`
