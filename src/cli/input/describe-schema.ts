import type { JsonSchema } from '../../core/json-schema.ts'

/** `name: string, age?: integer`; undefined if the schema names no fields. */
export const describeFields = (schema: JsonSchema | undefined): string | undefined => {
  const fields = Object.entries(schema?.properties ?? {})
  if (fields.length === 0) return undefined
  const required = new Set(schema?.required)
  return fields.map(([name, field]) => `${name}${required.has(name) ? '' : '?'}: ${describeType(field)}`).join(', ')
}

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
