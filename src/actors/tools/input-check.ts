/**
 * Checks a tool's input against the tool's own schema before it is performed.
 *
 * It reads the keywords of the built-in schemas alone: a test counts them, and another holds the verdicts equal to those of `ajv`. Loading
 * `ajv` takes 90 ms of a cold start, more than the rest of a first tool call. core/json-schema-validator.ts judges the schemas of users.
 */
import { isJsonObject, type JsonObject, ownValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import { didYouMean } from '../../core/nearest.ts'
import { formatValue } from '../../core/value-text.ts'

/** Describes the problem of `value`, such as `'/url' must be string, got 5`. Undefined for a valid value. */
export const findInputProblem = (schema: JsonSchema, value: unknown, path = ''): string | undefined =>
  findTypeProblem(schema, value, path) ??
  findLimitProblem(schema, value, path) ??
  findItemProblem(schema, value, path) ??
  findFieldProblem(schema, value, path) ??
  (schema.anyOf === undefined ? undefined : findChoiceProblem(schema.anyOf, value, path))

/** Describes two fields of which a call may give one alone. */
export const findExcluded = (exclusive: readonly (readonly string[])[], value: unknown): string | undefined => {
  for (const paths of exclusive) {
    const [first, second] = paths.filter((path) => isGiven(value, path.split('.')))
    if (second !== undefined) return `'${first}' and '${second}' exclude each other: give one of them`
  }
  return undefined
}

const isGiven = (value: unknown, [name, ...path]: readonly string[]): boolean => {
  if (name === undefined) return true
  if (!isJsonObject(value)) return false
  const key = Object.keys(value).find((one) => one.toLowerCase() === name)
  return key !== undefined && isGiven(value[key], path)
}

const isOfType = (value: unknown, type: string): boolean => {
  switch (type) {
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isJsonObject(value)
    case 'integer':
      return Number.isInteger(value)
    case 'number':
      return Number.isFinite(value)
    default:
      return typeof value === type
  }
}

/** Allocates nothing, as every effect of a model is checked here: a closure would. */
const isOfAny = (value: unknown, type: string | readonly string[]): boolean => {
  if (typeof type === 'string') return isOfType(value, type)
  for (const name of type) if (isOfType(value, name)) return true
  return false
}

const findTypeProblem = ({ type, enum: choices }: JsonSchema, value: unknown, path: string): string | undefined => {
  if (type !== undefined && !isOfAny(value, type))
    return `'${path || '/'}' must be ${[type].flat().join(' or ')}, got ${formatValue(value)}`
  if (choices !== undefined && !choices.some((choice) => choice === value))
    return `'${path || '/'}' must be one of ${choices.map((choice) => JSON.stringify(choice)).join(', ')}, got ${formatValue(value)}`
  return undefined
}

const findLimitProblem = (schema: JsonSchema, value: unknown, path: string): string | undefined => {
  if (typeof value === 'string' && value.length < Number(schema.minLength ?? 0)) return `'${path}' must not be empty`
  if (typeof value !== 'number') return undefined
  if (value < Number(schema.minimum ?? -Infinity)) return `'${path}' must be >= ${schema.minimum}, got ${value}`
  if (value > Number(schema.maximum ?? Infinity)) return `'${path}' must be <= ${schema.maximum}, got ${value}`
  return undefined
}

const findItemProblem = ({ items }: JsonSchema, value: unknown, path: string): string | undefined => {
  if (!Array.isArray(value) || typeof items !== 'object') return undefined
  for (let index = 0; index < value.length; index++) {
    const problem = findInputProblem(items, value[index], `${path}/${index}`)
    if (problem !== undefined) return problem
  }
  return undefined
}

const findFieldProblem = (schema: JsonSchema, value: unknown, path: string): string | undefined => {
  if (!isJsonObject(value)) return undefined
  const { properties = {}, required = [], additionalProperties = true } = schema
  const missing = findMissing(required, value)
  if (missing !== undefined) return `'${path || '/'}' must have the field '${missing}'`
  for (const name of Object.keys(value)) {
    const known = Object.hasOwn(properties, name) ? properties[name] : additionalProperties
    if (known === false) return `'${path}/${name}' is not a known field: ${suggestField(name, Object.keys(properties))}`
    const problem =
      typeof known === 'object' ? findInputProblem(known, ownValue(value, name), `${path}/${name}`) : undefined
    if (problem !== undefined) return problem
  }
  return undefined
}

const findMissing = (required: readonly string[], value: JsonObject): string | undefined => {
  for (const name of required) if (!Object.hasOwn(value, name)) return name
  return undefined
}

/** Describes a value that fits no choice; an object by the choice that it shares a field with. */
const findChoiceProblem = (anyOf: readonly JsonSchema[], value: unknown, path: string): string | undefined => {
  if (anyOf.some((choice) => findInputProblem(choice, value, path) === undefined)) return undefined
  const names = anyOf.map(({ properties = {} }) => Object.keys(properties))
  const meant = isJsonObject(value)
    ? anyOf.filter((_, index) => names[index]?.some((name) => Object.hasOwn(value, name)))
    : []
  const [only, ...others] = meant
  if (only !== undefined && others.length === 0) return findInputProblem(only, value, path)
  return `'${path}' must have exactly one of the fields ${names.flat().join(', ')}`
}

const suggestField = (name: string, known: string[]): string =>
  didYouMean(name, known) ?? `expected one of ${known.join(', ')}`
