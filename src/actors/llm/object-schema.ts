/** Vendors take only schemas of objects: any other is asked for as the one field of an object, and taken out again. */
import { isJsonObject } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'

export interface ObjectSchema {
  /** Of type object. */
  schema: JsonSchema
  /** Whether the answer is in the field `value`. */
  isWrapped: boolean
}

export const toObjectSchema = (schema: JsonSchema): ObjectSchema => {
  if (schema.type === 'object' && schema.$ref === undefined) return { schema, isWrapped: false }
  const { $defs, ...value } = schema
  return {
    schema: {
      type: 'object',
      properties: { value },
      required: ['value'],
      additionalProperties: false,
      ...($defs === undefined ? {} : { $defs }),
    },
    isWrapped: true,
  }
}

/** The JSON text of the field `value`; a text that has none is left as it is, to be judged by whoever asked. */
export const unwrapText = (text: string): string => {
  try {
    const parsed: unknown = JSON.parse(text)
    return isJsonObject(parsed) && parsed.value !== undefined ? JSON.stringify(parsed.value) : text
  } catch {
    return text
  }
}
