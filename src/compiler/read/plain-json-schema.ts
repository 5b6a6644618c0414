/**
 * Recognises schemas that are surely valid, as most in workflows are, without `ajv`, which takes 50 ms to load. A schema that
 * is not recognised may still be valid: check-json-schema.ts judges it.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'

export const SCHEMA_TYPE_NAMES: readonly string[] = [
  ...['string', 'number', 'integer', 'boolean', 'null', 'array', 'object'],
]

export const isSchemaTypeName = (name: JsonValue): boolean => SCHEMA_TYPE_NAMES.some((known) => known === name)

/** All keywords of 2020-12. */
export const KEYWORDS: ReadonlySet<string> = new Set(
  `type enum const title description default examples $comment deprecated readOnly writeOnly format pattern minLength
   maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf items minItems maxItems uniqueItems properties
   required additionalProperties minProperties maxProperties anyOf oneOf allOf $ref $defs $id $schema $anchor $dynamicRef
   $dynamicAnchor $vocabulary not if then else prefixItems contains minContains maxContains patternProperties propertyNames
   dependentRequired dependentSchemas unevaluatedItems unevaluatedProperties contentEncoding contentMediaType contentSchema`.split(
    /\s+/,
  ),
)

const isText = (value: JsonValue): boolean => typeof value === 'string'
const isNumber = (value: JsonValue): boolean => typeof value === 'number'
const isCount = (value: JsonValue): boolean => Number.isInteger(value) && Number(value) >= 0
const isSchema = (value: JsonValue): boolean => typeof value === 'boolean' || isPlainSchema(value)

const TESTS = new Map<string, (value: JsonValue) => boolean>([
  ['type', isSchemaTypeName],
  ...['title', 'description', 'format'].map((key) => [key, isText] as const),
  ...['minimum', 'maximum'].map((key) => [key, isNumber] as const),
  ...['minLength', 'maxLength', 'minItems', 'maxItems'].map((key) => [key, isCount] as const),
  ...['items', 'additionalProperties'].map((key) => [key, isSchema] as const),
  ...['const', 'default'].map((key) => [key, () => true] as const),
  ['enum', Array.isArray],
  ['anyOf', (value) => Array.isArray(value) && value.length > 0 && value.every(isSchema)],
  ['required', (value) => Array.isArray(value) && value.every(isText) && new Set(value).size === value.length],
  ['properties', (value) => isJsonObject(value) && Object.values(value).every(isSchema)],
])

/** True if the schema is surely valid, and each `default` in it fits. */
export const isPlainSchema = (value: JsonValue): boolean =>
  isJsonObject(value) &&
  Object.entries(value).every(([keyword, one]) => TESTS.get(keyword)?.(one) === true) &&
  hasPlainDefault(value)

const hasPlainDefault = ({ default: value, type, enum: choices, title, description, ...others }: JsonObject): boolean =>
  value === undefined ||
  (Object.keys(others).length === 0 &&
    (type === undefined || typeof value === type || (type === 'integer' && Number.isInteger(value))) &&
    (!Array.isArray(choices) || choices.includes(value)))
