import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { createInstance } from '../../core/schema-instance/schema-instance.ts'

/** Makes an input that fits the workflow from its type: the required fields, without defaults. */
export const exampleInput = ({ input }: CompiledWorkflow): JsonObject => {
  if (input === undefined) return {}
  try {
    const example = createInstance(input, 'a text')
    return isJsonObject(example) ? example : {}
  } catch {
    return {}
  }
}
