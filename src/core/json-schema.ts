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

/** Formats that are checked (json-schema-formats.ts). Any other is accepted without effect. */
export const CHECKED_FORMATS = [
  ...[
    'date',
    'time',
    'date-time',
    'duration',
    'email',
    'hostname',
    'ipv4',
    'ipv6',
    'uri',
    'uri-reference',
    'uri-template',
  ],
  ...['uuid', 'regex', 'json-pointer', 'relative-json-pointer'],
] as readonly string[]

/** Makes the schema of an object with these fields and no others. All are required unless `required` names fewer. */
export const closedObject = (
  properties: Record<string, JsonSchema>,
  required: string[] = Object.keys(properties),
): JsonSchema => ({ type: 'object', properties, required, additionalProperties: false })

/** The schema of a blob reference, to which the type `blob` of the language expands. */
export const BLOB_SCHEMA: JsonSchema = {
  title: 'blob',
  ...closedObject({
    $blob: { type: 'string' },
    media_type: { type: 'string' },
    size: { type: 'integer' },
    name: { type: 'string' },
  }),
}
