import { isJsonObject, type JsonObject, tryParseJson } from '../../core/json.ts'

/** Parses the arguments of a call for vendors that want an object back. Other text becomes `{}`: the tool's result says what was wrong. */
export const toArgumentsObject = (text: string): JsonObject => {
  const value = tryParseJson(text)
  return isJsonObject(value) ? value : {}
}

/** Some models write nothing where they mean no arguments. */
export const toArgumentsText = (text: string | undefined): string =>
  text === undefined || text.trim() === '' ? '{}' : text
