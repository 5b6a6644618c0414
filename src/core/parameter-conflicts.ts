/**
 * Parameters that a vendor refuses beside others, or for some of its models. The check judges the values that a workflow writes, a provider
 * those that expressions give, by the same table and in the same words.
 */
import type { JsonValue } from './json.ts'
import type { ParameterRule } from './model-parameters.ts'

export interface ParameterConflict {
  /** The parameter that is refused. `messages` stands for the role of the last message. */
  parameter: string
  /** The values that are taken all the same. Default: none. */
  takes?: ParameterRule
  /** The other parameter. `reasoning` counts with each level but none. Default: the models refuse the parameter by itself. */
  beside?: string
  /** Decides by a model's name without the provider. Default: all models refuse. */
  models?(model: string): boolean
  /** The way out, beside removing the other parameter. Default: to remove the parameter. */
  remedy?: string
}

/** A request as far as it is known. A value that is undefined is known only at run time. */
export interface GivenParameters {
  /** As a workflow names it: `provider/model`. */
  model: string
  values: ReadonlyMap<string, JsonValue | undefined>
}

/** Says what is wrong, and what to do. */
export interface FoundConflict {
  parameter: string
  message: string
  hint: string
}

/** Finds the first conflict of each parameter. */
export const findConflicts = (conflicts: readonly ParameterConflict[], given: GivenParameters): FoundConflict[] => {
  const found = new Map<string, FoundConflict>()
  for (const conflict of conflicts)
    if (!found.has(conflict.parameter) && isRefused(conflict, given))
      found.set(conflict.parameter, describe(conflict, given))
  return [...found.values()]
}

const isRefused = ({ parameter, takes, beside, models }: ParameterConflict, given: GivenParameters): boolean => {
  const { model, values } = given
  const name = model.slice(model.indexOf('/') + 1)
  if (!values.has(parameter) || models?.(name) === false || (beside !== undefined && !isSet(beside, values)))
    return false
  const value = values.get(parameter)
  return takes === undefined || (value !== undefined && !takes.fits(value))
}

const isSet = (name: string, values: GivenParameters['values']): boolean => {
  const value = values.get(name)
  return name === 'reasoning' ? value !== undefined && value !== 'none' && value !== false : values.has(name)
}

const describe = (
  { parameter, takes, beside, remedy = `remove ${parameter}` }: ParameterConflict,
  { model, values }: GivenParameters,
): FoundConflict => {
  const other = beside === undefined ? '' : ` beside ${writePair(beside, values.get(beside))}`
  const got = takes === undefined ? '' : `, got ${JSON.stringify(values.get(parameter))}`
  const way =
    beside === undefined ? 'name another model' : beside === 'reasoning' ? 'write reasoning: none' : `remove ${beside}`
  return {
    parameter,
    message: `'${parameter}' is refused by '${model}'${other}: expected ${takes?.expected ?? 'none'}${got}`,
    hint: `${remedy}, or ${way}`,
  }
}

const writePair = (name: string, value: JsonValue | undefined): string =>
  value === undefined ? name : `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`

/** A rule for one value. */
export const only = (value: JsonValue): ParameterRule => ({
  expected: JSON.stringify(value),
  fits: (given) => given === value,
})
