import type { JsonSchema } from '../../../core/json-schema.ts'
import { narrowSchema, type SchemaDialect } from '../narrow-schema.ts'

/** https://platform.claude.com/docs/en/build-with-claude/structured-outputs, JSON Schema limitations. Any other format is a 400. */
const FORMATS = ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid']

const DIALECT: SchemaDialect = {
  keeps(keyword, value) {
    if (keyword === 'format') return FORMATS.includes(String(value))
    if (keyword === 'minItems') return value === 0 || value === 1
    return keyword === 'type' || keyword === 'title' || keyword === 'description'
  },
  closed: true,
  takesLiteral: (value) => typeof value !== 'object' || value === null,
}

/** Narrows a schema for `output_config.format`. Undefined: the model has to be asked in words. */
export const toAnthropicSchema = (schema: JsonSchema): JsonSchema | undefined =>
  schema.type === 'object' ? narrowSchema(schema, DIALECT) : undefined
