import type { JsonSchema } from '../../core/json-schema.ts'

/** Option of tools that read JSON. */
export const NUMBERS: JsonSchema = {
  enum: ['exact', 'text'],
  default: 'exact',
  description: 'text: a number in JSON that would lose digits becomes text; exact: it is the fault unsafe_number',
}
