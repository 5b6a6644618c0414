import { ownValue } from '../core/json.ts'
import type { JsonSchema } from '../core/json-schema.ts'

/** The part of a schema at a path of keys; undefined if the schema does not describe it. */
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

/** Most references that are followed; a longer chain is a cycle. */
const MAX_REFERENCES = 20

const deref = (schema: JsonSchema, root: JsonSchema): JsonSchema => {
  let found = schema
  for (let count = 0; count < MAX_REFERENCES && found.$ref?.startsWith('#/$defs/') === true; count++)
    found = ownValue(root.$defs, found.$ref.slice('#/$defs/'.length)) ?? {}
  return found
}

const choicesOf = ({ anyOf = [], oneOf = [], allOf = [] }: JsonSchema): JsonSchema[] => [...anyOf, ...oneOf, ...allOf]

/** True if the schema accepts text: then typed text is taken as it is. */
export const takesText = (schema: JsonSchema): boolean => {
  const { type, enum: values, const: only } = schema
  if (values !== undefined) return values.some((value) => typeof value === 'string')
  if (only !== undefined) return typeof only === 'string'
  if (type !== undefined) return [type].flat().includes('string')
  return choicesOf(schema).some(takesText)
}

/** `name: string, age?: integer`; undefined if the schema names no fields. */
export const describeFields = (schema: JsonSchema | undefined): string | undefined => {
  const fields = Object.entries(schema?.properties ?? {})
  if (fields.length === 0) return undefined
  const required = new Set(schema?.required)
  return fields.map(([name, field]) => `${name}${required.has(name) ? '' : '?'}: ${describeType(field)}`).join(', ')
}

/** Names of the fields that the schema requires. */
export const requiredFields = ({ properties = {}, required = [] }: JsonSchema): string[] =>
  Object.keys(properties).filter((name) => required.includes(name))

/** A required field, else the first one; undefined if the schema names no fields. */
export const exampleField = (schema: JsonSchema | undefined): string | undefined => {
  const names = Object.keys(schema?.properties ?? {})
  const required = new Set(schema?.required)
  return names.find((name) => required.has(name)) ?? names[0]
}

const describeType = ({ type, enum: values, title }: JsonSchema): string => {
  if (title !== undefined) return title
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(' | ')
  return type === undefined ? 'any' : [type].flat().join(' | ')
}
