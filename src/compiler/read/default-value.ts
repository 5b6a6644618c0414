/** Whether the `default` of a JSON Schema fits the schema itself: else it is wrong exactly when nothing else is given. */
import { isJsonObject, type JsonValue, toCanonicalJson } from '../../core/json.ts'
import { formatValue } from '../../core/value-text.ts'
import { compilePattern } from '../expression/regular-expression.ts'

type Keywords = Readonly<Record<string, JsonValue>>

/**
 * What a default should have been, such as `an integer`; undefined when it fits. Looks at the keywords of this schema that judge
 * a value by itself, and not into fields and items: what is left is found when the input is checked.
 */
export const findDefaultProblem = (schema: Keywords, value: JsonValue): string | undefined => {
  const { type, enum: choices } = schema
  const names = type === undefined ? [] : [type].flat()
  if (names.length > 0 && !names.some((name) => IS_OF_TYPE[String(name)]?.(value) ?? true)) return names.join(' or ')
  if (Array.isArray(choices) && !choices.some((choice) => isEqual(choice, value)))
    return choices.length === 0
      ? 'a value in the list, which is empty'
      : `one of ${choices.slice(0, MOST_CHOICES).map(formatValue).join(', ')}${choices.length > MOST_CHOICES ? ', …' : ''}`
  if (schema.const !== undefined && !isEqual(schema.const, value)) return formatValue(schema.const)
  if (typeof value === 'number') return findNumberProblem(schema, value)
  return typeof value === 'string' ? findTextProblem(schema, value) : undefined
}

const MOST_CHOICES = 8

const IS_OF_TYPE: Readonly<Record<string, (value: JsonValue) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  array: (value) => Array.isArray(value),
  object: isJsonObject,
}

const isEqual = (a: JsonValue, b: JsonValue): boolean => toCanonicalJson(a) === toCanonicalJson(b)

const findNumberProblem = (schema: Keywords, value: number): string | undefined => {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema
  if (typeof minimum === 'number' && value < minimum) return `at least ${minimum}`
  if (typeof maximum === 'number' && value > maximum) return `at most ${maximum}`
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum) return `more than ${exclusiveMinimum}`
  return typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum ? `less than ${exclusiveMaximum}` : undefined
}

const findTextProblem = ({ minLength, maxLength, pattern }: Keywords, value: string): string | undefined => {
  const length = [...value].length
  if (typeof minLength === 'number' && length < minLength) return `at least ${minLength} characters`
  if (typeof maxLength === 'number' && length > maxLength) return `at most ${maxLength} characters`
  if (typeof pattern !== 'string') return undefined
  const compiled = compilePattern(pattern)
  return compiled.ok && !compiled.expression.test(value) ? `a text that matches ${formatValue(pattern)}` : undefined
}
