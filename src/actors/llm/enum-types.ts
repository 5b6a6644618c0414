/** Gives each `enum` and `const` of a schema its type. Some servers refuse a literal without one, or ignore it. */
import { isJsonObject, type JsonValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'

export const withEnumTypes = (schema: JsonSchema): JsonSchema => {
  const typed = { ...schema }
  for (const [keyword, value] of Object.entries(schema))
    if (MAPS.has(keyword) && isJsonObject(value)) typed[keyword] = mapValues(value)
    else if (LISTS.has(keyword) && Array.isArray(value)) typed[keyword] = value.map(toTyped)
    else if (PARTS.has(keyword)) typed[keyword] = toTyped(value)
  const type = schema.type ?? findType(schema.enum ?? (schema.const === undefined ? [] : [schema.const]))
  return type === undefined ? typed : { ...typed, type }
}

const MAPS: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs'])
const LISTS: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf'])
const PARTS: ReadonlySet<string> = new Set(['items', 'additionalProperties'])

const toTyped = (part: unknown): JsonSchema | boolean => (isSchema(part) ? withEnumTypes(part) : part !== false)

const mapValues = (map: object): Record<string, JsonSchema | boolean> =>
  Object.fromEntries(Object.entries(map).map(([name, part]) => [name, toTyped(part)]))

const isSchema = (part: unknown): part is JsonSchema => isJsonObject(part)

/** Undefined for values of several types, null aside. */
const findType = (values: readonly JsonValue[]): string | string[] | undefined => {
  const types = new Set(values.map(typeOf))
  const [first, ...others] = [...types].filter((type) => type !== 'null')
  if (first === undefined || others.length > 0) return undefined
  return types.has('null') ? [first, 'null'] : first
}

const typeOf = (value: JsonValue): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value
}
