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

/**
 * Only an exponent or very many digits make a number too large. Other texts need no second pass. Digits are counted from the first
 * of a run alone: from each of them, the time would be 300 times that of the text.
 */
const MAY_OVERFLOW = /\d[eE][+\d]|(?<!\d)\d{300}/

/** A string begins, or a number that is long enough to lose digits. */
const QUOTE_OR_LONG_NUMBER = /"|(?<![\d.])\d[\d.]{15,}(?:[eE][+-]?\d+)?/g

/** Reads the tokens of the text, not its parts by a reviver, which would take ten times as long. */
const parseExactly = (text: string, numbers: 'exact' | 'text'): JsonValue => {
  const value = JSON.parse(text) as JsonValue
  const parts: string[] = []
  let end = 0
  for (const { token, at } of readTokens(text, QUOTE_OR_LONG_NUMBER)) {
    if (token.startsWith('"') || !losesDigits(token)) continue
    const start = text[at - 1] === '-' ? at - 1 : at
    const number = text.slice(start, at + token.length)
    if (numbers === 'exact') failUnsafe(text, start, { number })
    parts.push(text.slice(end, start), `"${number}"`)
    end = start + number.length
  }
  return parts.length === 0 ? value : JSON.parse(`${parts.join('')}${text.slice(end)}`)
}

/** Finds the tokens of a text that is JSON; one that is a quote alone is read up to the end of its string. */
function* readTokens(text: string, tokens: RegExp): Generator<{ token: string; at: number }> {
  const pattern = new RegExp(tokens)
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    if (match[0] === '"') pattern.lastIndex = endOfString(text, match.index)
    yield { token: match[0] === '"' ? text.slice(match.index, pattern.lastIndex) : match[0], at: match.index }
  }
}

/** The place behind the string. An expression with a repeat in a repeat would overflow the stack of the engine. */
const endOfString = (text: string, start: number): number => {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && countBackslashes(text, end) % 2 === 1) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end + 1
}

const countBackslashes = (text: string, end: number): number => {
  let start = end
  while (text[start - 1] === '\\') start--
  return end - start
}

const failUnsafe = (text: string, at: number, { number }: { number: string }): never => {
  const path = toPointer(text, at)
  throw new Fault(
    'unsafe_number',
    `'${path === '' ? '/' : path}' is the number ${shorten(number)}, which would lose digits: expected at most 2^53 and 17 digits, or text`,
    { details: { path, number: shorten(number) } },
  )
}

const shorten = (source: string): string => (source.length > 40 ? `${source.slice(0, 40)}…` : source)

const QUOTE_OR_SIGN = /["[\]{},]/g

/** The JSON Pointer of the value at a place of a text that is JSON. */
const toPointer = (text: string, place: number): string => {
  /** For each open list or object, the number of items before, or the last string in it. */
  const open: (number | string)[] = []
  for (const { token, at } of readTokens(text, QUOTE_OR_SIGN)) {
    if (at >= place) break
    const around = open.at(-1)
    if (token === '[') open.push(0)
    else if (token === '{') open.push('""')
    else if (token === ']' || token === '}') open.pop()
    else if (token === ',' && typeof around === 'number') open[open.length - 1] = around + 1
    else if (token !== ',' && typeof around === 'string') open[open.length - 1] = token
  }
  return open
    .map((key) => `/${toPointerToken(typeof key === 'number' ? String(key) : String(JSON.parse(key)))}`)
    .join('')
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
