/**
 * Narrows a JSON Schema to the subset that a vendor's structured output takes. The actor judges the answer by the whole schema all the same.
 *
 * 1. Keywords that the subset lacks are left out. The description shows short ones, as a hint to the model.
 * 2. A narrowed schema accepts every value that the whole one accepts. Where it would not (an object with any keys, for a vendor that takes
 *    closed ones alone), there is none.
 */
import { isJsonObject, type JsonValue, ownValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'

export interface SchemaDialect {
  /** True: a keyword without schemas in it passes unchanged. */
  keeps(keyword: string, value: unknown): boolean
  /** True: every object must list its properties and take no others. */
  closed: boolean
  /** True: the value may stand in `enum` and `const`. */
  takesLiteral(value: JsonValue): boolean
}

/** Undefined for a schema that the dialect can't hold. No vendor takes one that holds itself. */
export const narrowSchema = (schema: JsonSchema, dialect: SchemaDialect): JsonSchema | undefined => {
  try {
    return refersToItself(schema) ? undefined : narrow(schema, dialect)
  } catch (error) {
    if (error === INEXPRESSIBLE || error instanceof RangeError) return undefined
    throw error
  }
}

const INEXPRESSIBLE = Symbol('inexpressible')

const narrow = (whole: JsonSchema, dialect: SchemaDialect): JsonSchema => {
  const schema = mergeAllOf(whole)
  const narrowed: JsonSchema = {}
  if (schema.$defs !== undefined) narrowed.$defs = mapValues(schema.$defs, (part) => narrow(part, dialect))
  if (schema.$ref !== undefined) {
    if (!/^#(\/\$defs\/|$)/.test(schema.$ref)) throw INEXPRESSIBLE
    // Vendors take no other keyword beside a reference.
    return { ...narrowed, $ref: schema.$ref }
  }
  for (const [keyword, value] of Object.entries(schema)) if (dialect.keeps(keyword, value)) narrowed[keyword] = value
  Object.assign(narrowed, narrowLiterals(schema, dialect), narrowObject(schema, dialect), narrowArray(schema, dialect))
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) narrowed.anyOf = choices.map((choice) => narrow(toSchema(choice), dialect))
  if (dialect.closed && isOpenEnded(narrowed)) throw INEXPRESSIBLE
  return describeRest(schema, narrowed)
}

const narrowLiterals = ({ enum: values, const: value }: JsonSchema, { takesLiteral }: SchemaDialect): JsonSchema => {
  const literals = value === undefined ? values : [value]
  if (literals === undefined) return {}
  return literals.every(takesLiteral) ? { enum: literals } : { type: [...new Set(literals.map(typeOfLiteral))] }
}

const typeOfLiteral = (value: JsonValue): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value

const narrowObject = (schema: JsonSchema, dialect: SchemaDialect): JsonSchema => {
  const { properties, additionalProperties, required } = schema
  const isObject = properties !== undefined || typesOf(schema).includes('object')
  if (!isObject) return {}
  if (dialect.closed && (properties === undefined || isOpen(additionalProperties))) throw INEXPRESSIBLE
  const narrowed: JsonSchema = {}
  if (properties !== undefined) narrowed.properties = mapValues(properties, (part) => narrow(toSchema(part), dialect))
  if (required !== undefined) narrowed.required = required
  if (dialect.closed && required?.some((name) => !Object.hasOwn(properties ?? {}, name))) throw INEXPRESSIBLE
  if (dialect.closed) narrowed.additionalProperties = false
  else if (isJsonObject(additionalProperties)) narrowed.additionalProperties = narrow(additionalProperties, dialect)
  else if (additionalProperties !== undefined) narrowed.additionalProperties = additionalProperties
  return narrowed
}

/** True for explicit `additionalProperties`. A schema is open by default, which is rarely meant. */
const isOpen = (additional: JsonSchema | boolean | undefined): boolean =>
  additional === true || isJsonObject(additional)

const narrowArray = ({ items }: JsonSchema, dialect: SchemaDialect): JsonSchema =>
  isJsonObject(items) ? { items: narrow(items, dialect) } : {}

/** A schema without a type, a choice or a literal takes any value. */
const isOpenEnded = ({ type, anyOf, enum: literals }: JsonSchema): boolean =>
  type === undefined && anyOf === undefined && literals === undefined

/** Merges the parts of `allOf` where they only add to each other. */
const mergeAllOf = ({ allOf, ...own }: JsonSchema): JsonSchema => {
  let merged: JsonSchema = own
  for (const part of allOf ?? []) merged = mergeTwo(mergeAllOf(toSchema(part)), merged)
  return merged
}

const mergeTwo = (part: JsonSchema, own: JsonSchema): JsonSchema => {
  if (part.$ref !== undefined || part.anyOf !== undefined || part.oneOf !== undefined) throw INEXPRESSIBLE
  const merged = { ...part, ...own }
  if (part.properties !== undefined) merged.properties = { ...part.properties, ...own.properties }
  if (part.required !== undefined) merged.required = [...new Set([...(own.required ?? []), ...part.required])]
  return merged
}

/** Describes short limits, which help a model also where the vendor does not enforce them. */
const describeRest = (schema: JsonSchema, narrowed: JsonSchema): JsonSchema => {
  const said = SAYABLE.filter((keyword) => schema[keyword] !== undefined && narrowed[keyword] === undefined)
  if (said.length === 0) return narrowed
  const limits = said.map((keyword) => `${keyword}: ${JSON.stringify(schema[keyword])}`).join(', ')
  return {
    ...narrowed,
    description: narrowed.description === undefined ? limits : `${narrowed.description} (${limits})`,
  }
}

const SAYABLE =
  `minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern format minItems maxItems
  uniqueItems`.split(/\s+/)

const refersToItself = (schema: JsonSchema): boolean => {
  const follow = (part: unknown, open: readonly string[]): boolean => {
    if (Array.isArray(part)) return part.some((item) => follow(item, open))
    if (!isJsonObject(part)) return false
    const { $ref, $defs, ...rest } = part
    if (typeof $ref === 'string') {
      if ($ref === '#' || open.includes($ref)) return true
      const target = ownValue(schema.$defs, $ref.slice('#/$defs/'.length))
      if (target !== undefined && follow(target, [...open, $ref])) return true
    }
    return Object.values(rest).some((item) => follow(item, open))
  }
  return follow(schema, [])
}

const typesOf = ({ type }: JsonSchema): readonly string[] => (type === undefined ? [] : [type].flat())

const toSchema = (schema: JsonSchema | boolean): JsonSchema => (typeof schema === 'boolean' ? {} : schema)

const mapValues = (map: Record<string, JsonSchema>, change: (schema: JsonSchema) => JsonSchema) =>
  Object.fromEntries(Object.entries(map).map(([name, schema]) => [name, change(schema)]))
