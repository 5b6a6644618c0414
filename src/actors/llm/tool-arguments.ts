/** The arguments of tool calls: text in every answer, an object for vendors that want one back. */
import { isJsonObject, type JsonObject, type JsonValue, tryParseJson } from '../../core/json.ts'
import { readExactJson } from './exact-json.ts'

/** Parses the arguments of a call for vendors that want an object back. Other text becomes `{}`: the tool's result says what was wrong. */
export const toArgumentsObject = (text: string): JsonObject => {
  const value = tryParseJson(text)
  return isJsonObject(value) ? value : {}
}

/**
 * Brings the forms that servers send into JSON text: an object, nothing, JSON within a JSON text, `{}` before the arguments, the arguments
 * twice. Any other text stays as the model wrote it.
 */
export const toArgumentsText = (given: JsonValue | undefined): string => {
  if (given === undefined || given === null) return '{}'
  if (typeof given !== 'string') return JSON.stringify(given)
  const text = given.trim()
  if (text === '' || text === 'null') return '{}'
  const value = readExactJson(text)
  if (value === undefined) return findOnly(text) ?? given
  const inner = unwrap(value)
  return inner !== value && isJsonObject(inner) ? JSON.stringify(inner) : given
}

/** Takes JSON out of texts that hold it, a few layers deep. */
const unwrap = (value: JsonValue, depth = 0): JsonValue => {
  if (typeof value !== 'string' || depth > 3) return value
  const inner = readExactJson(value)
  return inner === undefined ? value : unwrap(inner, depth + 1)
}

/** Finds the one object in `{}{…}` and in `{…}{…}` with two equal halves. */
const findOnly = (text: string): string | undefined => {
  const half = text.length / 2
  const only = text.startsWith('{}') ? text.slice(2) : text.slice(0, half) === text.slice(half) ? text.slice(half) : ''
  return isJsonObject(readExactJson(only)) ? only.trim() : undefined
}
