import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { createInstance } from '../../core/schema-instance/schema-instance.ts'

/** An input that fits the workflow, made from its type: the fields that must be there, without defaults filled in. */
export const exampleInput = ({ input }: CompiledWorkflow): JsonObject => {
  if (input === undefined) return {}
  try {
    const example = createInstance(input, 'a text')
    return isJsonObject(example) ? example : {}
  } catch {
    return {}
  }
}
