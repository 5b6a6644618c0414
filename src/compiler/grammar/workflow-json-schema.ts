import type { JsonSchema } from '../../core/json-schema.ts'
import type { Catalogue } from '../catalogue.ts'
import { writeJsonSchema } from './json-schema-writer.ts'
import { steps } from './step-grammar.ts'
import { createWorkflowFields } from './workflow-grammar.ts'

/**
 * The language as JSON Schema (draft 2020-12), so that editors complete and explain it. `schema/workflow.schema.json`
 * holds the result. It checks less than the compiler does: expressions and names are plain text in it. Editors offer the
 * available tools of the catalogue, and accept others.
 */
export const createWorkflowJsonSchema = ({ tools }: Pick<Catalogue, 'tools'>): JsonSchema =>
  writeJsonSchema(createWorkflowFields(steps), {
    tools: [...tools.values()].filter(({ available }) => available),
    title: 'Troupe workflow',
    description: 'A workflow: one file, checked and compiled into a state machine.',
  })
