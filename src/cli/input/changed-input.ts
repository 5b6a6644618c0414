import { isJsonObject, type JsonValue } from '../../core/json.ts'
import type { Context } from '../context.ts'
import type { PastRun } from '../past-run.ts'
import { expectInput } from './expect-input.ts'
import { readInput } from './input-arguments.ts'

/** Merges the given values into the old input. */
export const readChangedInput = async (
  { stored: { workflow }, created }: PastRun,
  { texts, context }: { texts: readonly string[]; context: Context },
): Promise<JsonValue> => {
  const base = isJsonObject(created.input) ? created.input : {}
  return expectInput(workflow, await readInput(texts, { schema: workflow.input, context, base }))
}
