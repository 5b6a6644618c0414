/**
 * Lists the forms in which a secret may come back from outside: plain, percent-encoded in a URL or a form, inside JSON text (JSON
 * inside JSON too), in HTML, and in Base64, also as a part of a longer text (`user:secret` of an Authorization header).
 *
 * Encoders differ in which characters they change. A form covers all of them: for each character, the ways to write it.
 */

/** Characters that stand for themselves in a regular expression, and in all forms. */
const PLAIN = /^[A-Za-z0-9]$/

/** For each character in turn, the ways to write it, the longest first. */
export type SecretForm = readonly (readonly string[])[]

/** Lists all forms of one value. */
export const formsOf = (value: string): SecretForm[] => [
  [...value].map(waysToWrite),
  ...textsInBase64(value).flatMap((text) => [
    [...Buffer.from(text).toString('base64')].map(waysInBase64),
    ...[0, 1, 2].map((before) => [...toBase64Part(text, before)].map(waysInBase64)),
  ]),
]

/** Texts that are encoded as Base64: the value, and the value as JSON or in a form. For most secrets they are all the same. */
const textsInBase64 = (value: string): string[] => {
  const inForm = new URLSearchParams([['', value]]).toString().slice(1)
  return [...new Set([value, escapeJson(value), encodeURIComponent(value), inForm])]
}

/** Converts the form to the source of a regular expression. */
export const toPatternSource = (form: SecretForm): string =>
  form
    .map(([first = '', ...others]) => {
      if (others.length > 0) return `(?:${[first, ...others].map(RegExp.escape).join('|')})`
      return PLAIN.test(first) ? first : RegExp.escape(first)
    })
    .join('')

/** True when `text` ends inside the form that begins at `at`, so that the rest may still come. */
export const isBeginning = (text: string, at: number, form: SecretForm): boolean => {
  let places = [at]
  for (const ways of form) {
    const next = new Set<number>()
    for (const place of places) {
      for (const way of ways) {
        if (place + way.length > text.length) {
          if (way.startsWith(text.slice(place))) return true
        } else if (text.startsWith(way, place)) next.add(place + way.length)
      }
    }
    if (next.size === 0) return false
    places = [...next]
  }
  return false
}

/** Returns the index in `text` where the part of the form ends that stands at `at`. */
export const followForm = (text: string, at: number, rest: SecretForm): number => {
  let end = at
  for (const ways of rest) {
    const way = ways.find((one) => text.startsWith(one, end))
    if (way === undefined) return end
    end += way.length
  }
  return end
}

const waysToWrite = (character: string): string[] => {
  // No encoder changes these characters.
  if (/[\w.~-]/.test(character)) return [character]
  const inUrl = Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
  const inJson = [escapeJson(character), escapeUnits(character), ...(OTHER_ESCAPES[character] ?? [])]
  const withCapitals = [...inJson, inUrl].map((way) => way.replace(/(?<=[%u])[\da-f]+/g, (hex) => hex.toUpperCase()))
  const escaped = [...inJson, ...withCapitals].filter((way) => way.startsWith('\\'))
  const deeper = escaped.flatMap((way) => escapeDeeper(way))
  return sortWays([character, inUrl, ...inJson, ...withCapitals, ...deeper])
}

const escapeJson = (text: string): string => JSON.stringify(text).slice(1, -1)

/** Escapes JSON text inside JSON text, up to three levels. */
const escapeDeeper = (way: string): string[] => {
  const [twice, thrice] = [escapeJson(way), escapeJson(escapeJson(way))]
  return [twice, thrice, escapeJson(thrice)]
}

const escapeUnits = (character: string): string =>
  character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')

/** Escapes of forms, of JSON in some languages, and of HTML. */
const OTHER_ESCAPES: Readonly<Record<string, readonly string[]>> = {
  ' ': ['+'],
  '/': ['\\/'],
  '&': ['&amp;'],
  '<': ['&lt;'],
  '>': ['&gt;'],
  '"': ['&quot;', '&#34;'],
  "'": ['&#39;', '&#x27;'],
}

const waysInBase64 = (digit: string): string[] => {
  if (PLAIN.test(digit)) return [digit]
  const forUrls = { '+': '-', '/': '_' }[digit]
  return sortWays([...waysToWrite(digit), ...(forUrls === undefined ? [] : [forUrls])])
}

const sortWays = (ways: readonly string[]): string[] => [...new Set(ways)].sort((a, b) => b.length - a.length)

/** Base64 digits of a value that follows `before` bytes, without the digits that it shares with other bytes. */
const toBase64Part = (value: string, before: number): string => {
  const bytes = Buffer.from('\0'.repeat(before) + value)
  const whole = Math.floor((bytes.length * 8) / 6)
  return bytes.toString('base64').slice(Math.ceil((before * 8) / 6), whole)
}
