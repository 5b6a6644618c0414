/** `troupe schema`: prints the workflow language as JSON Schema, for editors. */
import { createWorkflowJsonSchema } from '../../../compiler/grammar/workflow-json-schema.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { writeJson } from '../../output.ts'

/** Resolves to the exit code. */
export const printSchema = async (context: Context): Promise<number> => {
  writeJson(context, createWorkflowJsonSchema())
  return EXIT.completed
}
