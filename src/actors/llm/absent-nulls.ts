/** Takes null for absent in fields that may be absent and may not be null: models that must fill each field write null there. */
import { isJsonObject, type JsonValue, ownValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'

/** Returns the same value if nothing in it is left out. */
export const dropAbsentNulls = (value: JsonValue, schema: JsonSchema): JsonValue => drop(value, schema, schema)

const drop = (value: JsonValue, given: unknown, root: JsonSchema): JsonValue => {
  const schema = resolve(given, root)
  if (schema === undefined) return value
  if (Array.isArray(value)) return value.map((item) => drop(item, schema.items, root))
  if (!isJsonObject(value)) return value
  const { properties = {}, required = [] } = schema
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]) => {
      const own = ownValue(properties, name)
      if (field === null && own !== undefined && !required.includes(name) && !takesNull(own, root)) return []
      return [[name, drop(field, own, root)]]
    }),
  )
}

const resolve = (given: unknown, root: JsonSchema, depth = 0): JsonSchema | undefined => {
  if (!isSchema(given) || depth > 16) return undefined
  const [, name] = /^#\/\$defs\/(.+)$/.exec(given.$ref ?? '') ?? []
  return name === undefined ? given : resolve(ownValue(root.$defs, name), root, depth + 1)
}

const isSchema = (given: unknown): given is JsonSchema => isJsonObject(given)

/** True also for a schema that says nothing of types. */
const takesNull = (given: unknown, root: JsonSchema): boolean => {
  const schema = resolve(given, root)
  if (schema === undefined) return true
  const { type, enum: values, const: value, anyOf, oneOf } = schema
  if (type !== undefined) return [type].flat().includes('null')
  if (values !== undefined) return values.includes(null)
  if (value !== undefined) return value === null
  return (anyOf ?? oneOf)?.some((choice) => takesNull(choice, root)) ?? true
}
