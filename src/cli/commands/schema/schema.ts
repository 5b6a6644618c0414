/** `troupe schema`: prints the workflow language as JSON Schema, for editors. */
import { createCatalogue } from '../../../app/catalogue.ts'
import { createWorkflowJsonSchema } from '../../../compiler/grammar/workflow-json-schema.ts'
import type { Context } from '../../context.ts'
import { writeJson } from '../../output.ts'

export const printSchema = async (context: Context): Promise<void> => {
  writeJson(context, createWorkflowJsonSchema(createCatalogue()))
}
