/** Asks for JSON in words, for schemas that a vendor's structured output can't hold, and for servers that may ignore it. */
import type { JsonSchema } from '../../core/json-schema.ts'

export const writeReturnsInstruction = (returns: JsonSchema): string =>
  `Your final answer is JSON alone, without any text or code fence around it, and an instance of this JSON Schema:\n${JSON.stringify(returns)}`

/** The most characters of a schema that is said once more, within the tokens that the budget reserves for a repair. */
const LONGEST_REPEATED = 4_000

/** True for a schema that a repair may repeat. */
export const isShort = (returns: JsonSchema): boolean => JSON.stringify(returns).length <= LONGEST_REPEATED
