/** Writes the JSON Schema (draft 2020-12) of a grammar, for editors. */
import type { JsonSchema } from '../../core/json-schema.ts'
import { type Fields, toObjectSchema } from './record-shape.ts'
import type { Definitions } from './shape.ts'

interface WriteOptions extends Partial<Pick<Definitions, 'tools'>> {
  title: string
  description: string
}

export const writeJsonSchema = (fields: Fields, { tools = [], ...about }: WriteOptions): JsonSchema => {
  const found: Record<string, JsonSchema> = {}
  const definitions: Definitions = {
    tools,
    refer(name, create) {
      if (!Object.hasOwn(found, name)) {
        // Set before it is filled: a definition may refer to itself.
        found[name] = {}
        Object.assign(found[name], create())
      }
      return { $ref: `#/$defs/${name}` }
    },
  }
  const whole = toObjectSchema(fields, definitions)
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', ...about, ...whole, $defs: sortByName(found) }
}

const sortByName = (definitions: Record<string, JsonSchema>): Record<string, JsonSchema> =>
  Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1)))
