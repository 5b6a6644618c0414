/** Wraps schemas for vendors that take objects alone: any other value is asked for as the one field of an object, and taken out again. */
import { parseFiniteJson } from '../../core/finite-json.ts'
import { isJsonObject, type JsonValue } from '../../core/json.ts'
import { closedObject, type JsonSchema } from '../../core/json-schema.ts'
import { renameReferences } from '../../core/json-schema-parts.ts'

export interface ObjectSchema {
  /** A schema of type object. */
  schema: JsonSchema
  /** True: the answer is in the field `value`. */
  isWrapped: boolean
}

export const toObjectSchema = (schema: JsonSchema): ObjectSchema => {
  if (schema.type === 'object' && schema.$ref === undefined) return { schema, isWrapped: false }
  const { $defs, ...value } = renameReferences(schema, (reference) =>
    reference.startsWith('#/$defs/') ? reference : `#/properties/value${reference.slice(1)}`,
  )
  return { schema: { ...closedObject({ value }), ...($defs === undefined ? {} : { $defs }) }, isWrapped: true }
}

/**
 * Takes the JSON text of the field `value` out. Text without the field is returned as it is, for the actor to judge, and so is one with a
 * number that would lose digits.
 */
export const unwrapText = (text: string): string => {
  const parsed = tryParseFinite(text)
  return isJsonObject(parsed) && parsed.value !== undefined ? JSON.stringify(parsed.value) : text
}

const tryParseFinite = (text: string): JsonValue | undefined => {
  try {
    return parseFiniteJson(text)
  } catch {
    return undefined
  }
}
