/** Asks for JSON in words: for a schema, or a combination, that a vendor's own structured output can't hold. */
import type { JsonSchema } from '../../core/json-schema.ts'

export const writeReturnsInstruction = (returns: JsonSchema): string =>
  `Your final answer is JSON alone, without any text or code fence around it, and an instance of this JSON Schema:\n${JSON.stringify(returns)}`

/** The JSON in an answer that was asked for in words: models like to put it into a fence. */
export const stripFence = (text: string): string => /^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/i.exec(text)?.[1] ?? text
