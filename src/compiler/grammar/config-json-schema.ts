import type { JsonSchema } from '../../core/json-schema.ts'
import { CONFIG_FIELDS } from './config-grammar.ts'
import { writeJsonSchema } from './json-schema-writer.ts'

/** The project config as JSON Schema (draft 2020-12); `schema/config.schema.json` is this, written out. */
export const createConfigJsonSchema = (): JsonSchema =>
  writeJsonSchema(CONFIG_FIELDS, {
    title: 'Troupe project config',
    description: 'troupe.config.yaml, beside the workflows or above them.',
  })
