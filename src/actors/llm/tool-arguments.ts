import { MAY_LOSE_DIGITS, parseFiniteJson } from '../../core/finite-json.ts'
import { isJsonObject, type JsonObject, tryParseJson } from '../../core/json.ts'

/** Parses the arguments of a call for vendors that want an object back. Other text becomes `{}`: the tool's result says what was wrong. */
export const toArgumentsObject = (text: string): JsonObject => {
  const value = tryParseJson(text)
  return isJsonObject(value) ? value : {}
}

/** Writes numbers that would lose digits as text, so that a tool gets all digits of an id, or refuses it by its schema. */
export const toExactArguments = (text: string): string => {
  if (!MAY_LOSE_DIGITS.test(text)) return text
  try {
    return JSON.stringify(parseFiniteJson(text, { numbers: 'text' }))
  } catch {
    return text
  }
}

/** Some models write nothing where they mean no arguments. */
export const toArgumentsText = (text: string | undefined): string =>
  text === undefined || text.trim() === '' ? '{}' : text
