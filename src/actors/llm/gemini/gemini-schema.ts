import type { JsonSchema } from '../../../core/json-schema.ts'
import { narrowSchema, type SchemaDialect } from '../narrow-schema.ts'

/** Keywords of `responseJsonSchema` and `parametersJsonSchema`: https://ai.google.dev/api/generate-content#FIELDS.response_json_schema */
const KEYWORDS = ['type', 'title', 'description', 'minItems', 'maxItems', 'minimum', 'maximum']

const FORMATS = ['date-time', 'date', 'time']

const DIALECT: SchemaDialect = {
  keeps: (keyword, value) => KEYWORDS.includes(keyword) || (keyword === 'format' && FORMATS.includes(String(value))),
  closed: false,
  takesLiteral: (value) => typeof value === 'string' || typeof value === 'number',
}

/** Narrows a schema for Gemini. Undefined: the model has to be asked in words. */
export const toGeminiSchema = (schema: JsonSchema): JsonSchema | undefined => narrowSchema(schema, DIALECT)
