import type { JsonValue } from './json.ts'

/**
 * Parses JSON text, and refuses numbers that can't be written back. `JSON.parse` makes Infinity of `1e400`, and a journal makes null of
 * Infinity, so that a run and its replay would differ.
 * @throws SyntaxError for text that is not JSON, and for a number beyond 1.8e308
 */
export const parseFiniteJson = (text: string): JsonValue => {
  const value = JSON.parse(text) as JsonValue
  if (MAY_OVERFLOW.test(text) && holdsInfinity(value))
    throw new SyntaxError('a number in it is too large: expected at most 1.8e308')
  return value
}

/** Only an exponent or very many digits make a number too large. Other texts need no second pass. */
const MAY_OVERFLOW = /\d[eE][+\d]|\d{300}/

/** True for a value with an infinite number or NaN, which JSON can't hold. It does not recurse, as values may be deep. */
export const holdsInfinity = (root: JsonValue): boolean => {
  const open: JsonValue[] = [root]
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value === 'number' && !Number.isFinite(value)) return true
    if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) open.push(item)
  }
  return false
}
