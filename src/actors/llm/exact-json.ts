/** JSON that a model or its server wrote: numbers that would lose digits become text, so that a tool gets all digits of an id, or refuses it by its schema. */
import { MAY_LOSE_DIGITS, parseFiniteJson } from '../../core/finite-json.ts'
import type { JsonValue } from '../../core/json.ts'

/** Undefined for text that is not JSON. */
export const readExactJson = (text: string): JsonValue | undefined => {
  try {
    return parseFiniteJson(text, { numbers: 'text' })
  } catch {
    return undefined
  }
}

/** Other text stays as it is. */
export const toExactJson = (text: string): string => {
  const value = MAY_LOSE_DIGITS.test(text) ? readExactJson(text) : undefined
  return value === undefined ? text : JSON.stringify(value)
}
