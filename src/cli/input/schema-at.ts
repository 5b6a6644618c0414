import type { JsonSchema } from '../../core/json-schema.ts'

/** The part of a schema that a path of keys leads to; undefined where it says nothing about that. */
export const schemaAt = (root: JsonSchema | undefined, path: readonly string[]): JsonSchema | undefined => {
  let schema = root
  for (const key of path) {
    if (schema === undefined) return undefined
    schema = propertyOf(schema, { key, root: root ?? {} })
  }
  return schema === undefined ? undefined : deref(schema, root ?? {})
}

const propertyOf = (schema: JsonSchema, { key, root }: { key: string; root: JsonSchema }): JsonSchema | undefined => {
  const { properties = {}, additionalProperties, ...rest } = deref(schema, root)
  if (Object.hasOwn(properties, key)) return properties[key]
  for (const choice of choicesOf(rest)) {
    const found = propertyOf(choice, { key, root })
    if (found !== undefined) return found
  }
  return typeof additionalProperties === 'object' ? additionalProperties : undefined
}

/** How many references are followed: more is a circle. */
const MAX_REFERENCES = 20

const deref = (schema: JsonSchema, root: JsonSchema): JsonSchema => {
  let found = schema
  for (let count = 0; count < MAX_REFERENCES && found.$ref?.startsWith('#/$defs/') === true; count++)
    found = root.$defs?.[found.$ref.slice('#/$defs/'.length)] ?? {}
  return found
}

const choicesOf = ({ anyOf = [], oneOf = [], allOf = [] }: JsonSchema): JsonSchema[] => [...anyOf, ...oneOf, ...allOf]

/** Whether a text is among the values that the schema names: then what was typed is taken as it is. */
export const takesText = (schema: JsonSchema): boolean => {
  const { type, enum: values, const: only } = schema
  if (values !== undefined) return values.some((value) => typeof value === 'string')
  if (only !== undefined) return typeof only === 'string'
  if (type !== undefined) return [type].flat().includes('string')
  return choicesOf(schema).some(takesText)
}
