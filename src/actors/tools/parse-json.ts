import { Fault, isFault } from '../../core/fault.ts'
import { parseFiniteJson, type ReadJsonOptions } from '../../core/finite-json.ts'
import type { JsonValue } from '../../core/json.ts'

/** Deeper values overflow the stack when they are walked or printed. */
const MAX_DEPTH = 200

/**
 * Parses JSON from outside.
 * @param subject Names the text in the message.
 * @throws Fault `invalid_output` for text that is not JSON, or nested deeper than 200; `unsafe_number` for a number that would lose digits
 */
export const parseJson = (text: string, subject: string, options: ReadJsonOptions = {}): JsonValue => {
  let value: JsonValue
  try {
    value = parseFiniteJson(text, options)
  } catch (cause) {
    if (isFault(cause))
      throw new Fault(cause.code, `in '${subject}' ${cause.message}\nread it with numbers: text`, {
        cause,
        details: { ...cause.details },
      })
    throw new Fault('invalid_output', `'${subject}' is not JSON: ${(cause as Error).message}`, { cause })
  }
  if (isDeeperThan(value, MAX_DEPTH))
    throw new Fault('invalid_output', `'${subject}' is nested too deeply: expected at most ${MAX_DEPTH} levels`)
  return value
}

const isDeeperThan = (value: JsonValue, depth: number): boolean => {
  if (typeof value !== 'object' || value === null) return false
  if (depth === 0) return true
  for (const key in value) if (isDeeperThan((value as Record<string, JsonValue>)[key] ?? null, depth - 1)) return true
  return false
}
