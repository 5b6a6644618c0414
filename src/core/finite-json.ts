import type { JsonValue } from './json.ts'

/**
 * Parses JSON text whose numbers are numbers of JSON on their way back too. `JSON.parse` makes Infinity of `1e400`, of which a
 * journal makes null: the run and its replay would go different ways.
 * @throws SyntaxError for what is no JSON, and for a number beyond 1.8e308
 */
export const parseFiniteJson = (text: string): JsonValue => {
  const value = JSON.parse(text) as JsonValue
  if (MAY_OVERFLOW.test(text) && holdsInfinity(value))
    throw new SyntaxError('a number in it is too large: expected at most 1.8e308')
  return value
}

/** Only an exponent or very many digits make a number too large: other texts need no second look. */
const MAY_OVERFLOW = /\d[eE][+\d]|\d{300}/

/** Whether a number in a value is none of JSON: infinite, or not a number. Without recursion: values may be deep. */
export const holdsInfinity = (root: JsonValue): boolean => {
  const open: JsonValue[] = [root]
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value === 'number' && !Number.isFinite(value)) return true
    if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) open.push(item)
  }
  return false
}
