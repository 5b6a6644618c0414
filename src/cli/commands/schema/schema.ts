/** `troupe schema`: the workflow language as JSON Schema, for editors. */
import { createWorkflowJsonSchema } from '../../../compiler/grammar/workflow-json-schema.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'

/** The exit code. */
export const printSchema = async ({ stdout }: Context): Promise<number> => {
  stdout.write(`${JSON.stringify(createWorkflowJsonSchema(), null, 2)}\n`)
  return EXIT.completed
}
