import { parseFiniteJson } from '../../core/finite-json.ts'
import type { JsonValue } from '../../core/json.ts'

/**
 * Parses JSON input of a user. As in a workflow file, a whole number that would lose digits is an error: most often it is
 * an id.
 * @throws SyntaxError for text that is no JSON, too large, or would lose digits
 */
export const parseInputJson = (text: string): JsonValue => {
  const value = parseFiniteJson(text)
  if (LONG_NUMBER.test(text)) JSON.parse(text, refuseLoss)
  return value
}

const LONG_NUMBER = /\d{16}/

const refuseLoss = (_key: string, value: unknown, { source = '' }: { source?: string } = {}): unknown => {
  if (/^-?\d+$/.test(source) && !Number.isSafeInteger(value))
    throw new SyntaxError(`${source} would lose digits: expected it as text, in quotes`)
  return value
}
