import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { isFault } from '../../core/fault.ts'
import type { JsonValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import { checkInput } from '../../runtime/check-input.ts'
import { CliError } from '../cli-error.ts'
import { describeFields, exampleField } from './describe-schema.ts'

/** Adds defaults to the input. @throws CliError that names the fields of the workflow's input */
export const expectInput = async (workflow: CompiledWorkflow, input: JsonValue): Promise<JsonValue> => {
  try {
    return await checkInput(workflow, input)
  } catch (cause) {
    if (!isFault(cause)) throw cause
    throw new CliError(cause.message, { hint: describeSchema(workflow.input), cause })
  }
}

/** `it takes name: string, age?: integer; such as --input name=…` */
const describeSchema = (schema: JsonSchema | undefined): string | undefined => {
  const fields = describeFields(schema)
  return fields === undefined ? undefined : `it takes ${fields}; such as --input ${exampleField(schema) ?? ''}=…`
}
