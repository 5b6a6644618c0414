/** Guards code that users write: values go in and come out as copies that are plain JSON and fit their schema. */

import type { ActorContext } from '../core/actor.ts'
import { Cancelled } from '../core/cancelled.ts'
import { Fault } from '../core/fault.ts'
import type { JsonValue } from '../core/json.ts'
import type { JsonSchema } from '../core/json-schema.ts'
import { toToolError } from '../core/tool-error.ts'
import type { OwnActor } from '../service/own-actor.ts'

interface OwnActorCode {
  name: string
  input: JsonSchema
  output: JsonSchema
  perform(input: JsonValue, context: ActorContext): unknown
}

/** Makes an actor of a description and the code of a user. */
export const toOwnActor = ({
  perform,
  ...description
}: Omit<OwnActor, 'perform'> & Pick<OwnActorCode, 'perform'>): OwnActor => ({
  ...description,
  perform: (input, context) => performOwnCode({ ...description, perform }, input, context),
})

/**
 * Holds `code` to the actor contract: an aborted signal performs nothing, and every error leaves as Fault or Cancelled.
 * @throws Fault `invalid_input`, `invalid_output`, `tool_failed` and those of the code; Cancelled
 */
const performOwnCode = async (
  { name, input, output, perform }: OwnActorCode,
  given: JsonValue,
  context: ActorContext,
): Promise<JsonValue> => {
  if (context.signal.aborted) throw new Cancelled()
  // Changes that the code makes to its input must not reach the journal.
  const value = structuredClone(given)
  const problem = await findProblem(input, value)
  if (problem !== undefined) throw new Fault('invalid_input', `the input of ${name} is wrong: ${problem}`)
  try {
    const result = toJson(await perform(value, context))
    const flaw = await findProblem(output, result)
    if (flaw === undefined) return result
    throw new Fault('invalid_output', `the output of ${name} does not fit its schema: ${flaw}`, { retryable: true })
  } catch (thrown) {
    throw toToolError(thrown, { name, signal: context.signal })
  }
}

/** The value as the journal would return it: dates as text, no undefined, no classes. @throws TypeError for a BigInt or a circle */
const toJson = (value: unknown): JsonValue => {
  const text = JSON.stringify(value)
  return text === undefined ? null : (JSON.parse(text) as JsonValue)
}

/** Checks a value and fills in defaults. Undefined: it fits. */
const findProblem = async (schema: JsonSchema, value: JsonValue): Promise<string | undefined> => {
  if (Object.keys(schema).length === 0) return undefined
  // Loaded late: it costs 50 ms.
  const { createValidator } = await import('../core/json-schema-validator.ts')
  return createValidator(schema, { useDefaults: true })(value)
}
