/** Asks for JSON in words, for schemas that a vendor's structured output can't hold. */
import type { JsonSchema } from '../../core/json-schema.ts'

export const writeReturnsInstruction = (returns: JsonSchema): string =>
  `Your final answer is JSON alone, without any text or code fence around it, and an instance of this JSON Schema:\n${JSON.stringify(returns)}`

/** Takes the JSON out of a code fence, which models like to put around it. */
export const stripFence = (text: string): string => /^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/i.exec(text)?.[1] ?? text
