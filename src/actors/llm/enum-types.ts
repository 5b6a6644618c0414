/** Gives each `enum` and `const` of a schema its type. Some servers refuse a literal without one, or ignore it. */
import type { JsonValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import { mapParts } from '../../core/json-schema-parts.ts'

export const withEnumTypes = (schema: JsonSchema): JsonSchema => {
  const typed = mapParts(schema, withEnumTypes)
  const type = schema.type ?? findType(schema.enum ?? (schema.const === undefined ? [] : [schema.const]))
  return type === undefined ? typed : { ...typed, type }
}

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
