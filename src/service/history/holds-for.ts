import type { Assignment } from '../../core/assignment.ts'
import { parseFiniteJson } from '../../core/finite-json.ts'
import { isJsonObject, type JsonValue, toCanonicalJson } from '../../core/json.ts'

/** True for an input that has the value at this path, as JSON or as text: `42` is a number and a text. */
export const holdsFor = ({ path, text }: Assignment, input: JsonValue): boolean => {
  let value: JsonValue | undefined = input
  for (const key of path) value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return value === text || (value !== undefined && toCanonicalJson(value) === toCanonicalJson(parseLoosely(text)))
}

const parseLoosely = (text: string): JsonValue => {
  try {
    return parseFiniteJson(text)
  } catch {
    return text
  }
}
