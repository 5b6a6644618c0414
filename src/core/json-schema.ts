import type { JsonValue } from './json.ts'

/** The parts of JSON Schema 2020-12 that this code writes or reads. Users may use all of it; `ajv` judges. */
export interface JsonSchema {
  $ref?: string
  $defs?: Record<string, JsonSchema>
  $comment?: string
  title?: string
  description?: string
  default?: JsonValue
  type?: string | string[]
  enum?: JsonValue[]
  const?: JsonValue
  properties?: Record<string, JsonSchema>
  patternProperties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: boolean | JsonSchema
  items?: JsonSchema | boolean
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  allOf?: JsonSchema[]
  [keyword: string]: unknown
}

/** The schema of a blob reference, to which the type `blob` of the language expands. */
export const BLOB_SCHEMA: JsonSchema = {
  type: 'object',
  title: 'blob',
  properties: {
    $blob: { type: 'string' },
    media_type: { type: 'string' },
    size: { type: 'integer' },
    name: { type: 'string' },
  },
  required: ['$blob', 'media_type', 'size', 'name'],
  additionalProperties: false,
}
