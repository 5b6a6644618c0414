/**
 * The reader of JSON text from outside: model answers, HTTP bodies, files, command-line input, `parse_json`.
 *
 * `JSON.parse` alone changes values in silence: 7615917337495251231 becomes 7615917337495251000, and `1e400` becomes Infinity,
 * which a journal keeps as null. This reader refuses both, and names the place.
 */
import { losesDigits } from './exact-number.ts'
import { Fault } from './fault.ts'
import type { JsonValue } from './json.ts'

export interface ReadJsonOptions {
  /** `text`: a number that would lose digits becomes text with all of its digits. Default: it is refused. */
  numbers?: 'exact' | 'text' | undefined
}

/**
 * Parses JSON text without changing a number.
 * @throws SyntaxError for text that is not JSON, and for a number beyond 1.8e308; Fault `unsafe_number` for a number that would lose
 * digits, with its place as a JSON Pointer in `details.path`
 */
export const parseFiniteJson = (text: string, { numbers = 'exact' }: ReadJsonOptions = {}): JsonValue => {
  const value = MAY_LOSE_DIGITS.test(text) ? parseExactly(text, numbers) : (JSON.parse(text) as JsonValue)
  if (MAY_OVERFLOW.test(text) && holdsInfinity(value))
    throw new SyntaxError('a number in it is too large: expected at most 1.8e308')
  return value
}

/** Only a number of sixteen digits or more can lose some. Other texts need no second pass. */
export const MAY_LOSE_DIGITS = /\d[\d.]{15}/

/** Only an exponent or very many digits make a number too large. Other texts need no second pass. */
const MAY_OVERFLOW = /\d[eE][+\d]|\d{300}/

const parseExactly = (text: string, numbers: 'exact' | 'text'): JsonValue => {
  const unsafe: { holder: unknown; key: string; source: string }[] = []
  const value = JSON.parse(text, function (this: unknown, key: string, read: unknown, context?: { source?: string }) {
    const source = context?.source
    if (typeof read !== 'number' || source === undefined || !losesDigits(source)) return read
    if (numbers === 'text') return source
    if (unsafe.length === 0) unsafe.push({ holder: this, key, source })
    return read
  }) as JsonValue
  const [first] = unsafe
  if (first === undefined) return value
  const path = findPlace(value, first) ?? ''
  throw new Fault(
    'unsafe_number',
    `'${path === '' ? '/' : path}' is the number ${shorten(first.source)}, which would lose digits: expected at most 2^53 and 17 digits, or text`,
    { details: { path, number: shorten(first.source) } },
  )
}

const shorten = (source: string): string => (source.length > 40 ? `${source.slice(0, 40)}…` : source)

/** Finds the JSON Pointer of the value under `key` of `holder`. It does not recurse, as values may be deep. */
const findPlace = (root: JsonValue, { holder, key }: { holder: unknown; key: string }): string | undefined => {
  const open: { value: JsonValue; path: string }[] = [{ value: root, path: '' }]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const { value, path } = one
    if (value === holder) return `${path}/${toPointerToken(key)}`
    if (typeof value !== 'object' || value === null) continue
    for (const [name, item] of Object.entries(value))
      open.push({ value: item, path: `${path}/${toPointerToken(name)}` })
  }
  return undefined
}

const toPointerToken = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

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
