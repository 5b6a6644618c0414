import type { JsonSchema } from '../../core/json-schema.ts'
import { createConfigFields, type ProviderNames } from './config-grammar.ts'
import { writeJsonSchema } from './json-schema-writer.ts'

/** Writes the project config as JSON Schema (draft 2020-12). `schema/config.schema.json` holds the result. */
export const createConfigJsonSchema = (builtIn: ProviderNames): JsonSchema =>
  writeJsonSchema(createConfigFields(builtIn), {
    title: 'Troupe project config',
    description: 'troupe.config.yaml, beside the workflows or above them.',
  })
