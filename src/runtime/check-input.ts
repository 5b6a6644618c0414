import type { CompiledWorkflow } from '../compiler/compile.ts'
import { holdsInfinity } from '../core/finite-json.ts'
import { InvalidPart } from '../core/invalid-part.ts'
import { isJsonObject, type JsonValue } from '../core/json.ts'
import { expectWithin, LIMITS } from '../core/limits.ts'
import { sizeOf } from '../core/value-size.ts'

/**
 * Checks the input of a new run against the workflow's `input` and fills in defaults: a wrong input never creates a run.
 * @throws InvalidPart that names each wrong field, Fault `too_large`
 */
export const checkInput = async ({ name, input: schema }: CompiledWorkflow, input: JsonValue): Promise<JsonValue> => {
  // JSON would turn it into null.
  if (holdsInfinity(input))
    throw new InvalidPart('input', `the input of workflow '${name}' holds a number that is none of JSON`)
  expectWithin(LIMITS.context, { subject: `the input of workflow '${name}'`, amount: sizeOf(input) })
  if (schema === undefined) {
    if (isJsonObject(input) && Object.keys(input).length === 0) return input
    throw new InvalidPart('input', `workflow '${name}' takes no input, got ${JSON.stringify(input)}`)
  }
  // Loaded late: a workflow without input never needs it.
  const { createValidator } = await import('../core/json-schema-validator.ts')
  const value = structuredClone(input)
  const problem = createValidator(schema, { useDefaults: true })(value)
  if (problem === undefined) return value
  throw new InvalidPart('input', `the input does not fit workflow '${name}': ${problem}`)
}
