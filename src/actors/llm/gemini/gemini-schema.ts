import type { JsonSchema } from '../../../core/json-schema.ts'
import { narrowSchema, type SchemaDialect } from '../narrow-schema.ts'

/** What `responseJsonSchema` and `parametersJsonSchema` heed: https://ai.google.dev/api/generate-content#FIELDS.response_json_schema */
const KEYWORDS = ['type', 'title', 'description', 'minItems', 'maxItems', 'minimum', 'maximum']

const FORMATS = ['date-time', 'date', 'time']

const DIALECT: SchemaDialect = {
  keeps: (keyword, value) => KEYWORDS.includes(keyword) || (keyword === 'format' && FORMATS.includes(String(value))),
  closed: false,
  takesLiteral: (value) => typeof value === 'string' || typeof value === 'number',
}

/** What Gemini may be told of a schema; undefined when it can't be told, and the model has to be asked in words. */
export const toGeminiSchema = (schema: JsonSchema): JsonSchema | undefined => narrowSchema(schema, DIALECT)
