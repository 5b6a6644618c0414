/**
 * Values that YAML reads as another one than their text shows: `3.10` is the number 3.1, `01234` is 1234, `+49301234` loses its sign, and
 * `1_000` is a text. Where a number is wanted, only a leading zero is doubtful: YAML 1.1 read `010` as 8.
 */
import type { JsonValue } from '../../core/json.ts'

/** Kinds of value that a place takes. `any`: numbers and texts. */
export type Wanted = 'number' | 'text' | 'any'

export interface Misread {
  /** Ends the sentence about the subject. */
  problem: string
  hint: string
  /** The text that the hint names first, to be written in place of the value. */
  replacement: string
  /** The place takes what was read, so that no other finding names it. */
  fits: boolean
}

export interface MisreadPlace {
  wanted: Wanted
  /** The value is an expression, in which a text has quotes of its own. */
  isBare?: boolean
}

/** @param written The text of the scalar in the file. */
export const findMisread = (
  { written, value }: { written: string; value: JsonValue },
  { wanted, isBare = false }: MisreadPlace,
): Misread | undefined => {
  const asText = isBare ? `"'${written}'"` : `"${written}"`
  if (typeof value === 'number') return findMisreadNumber({ written, value, asText }, wanted)
  const number = value === written ? toUngrouped(written) : undefined
  if (number === undefined || wanted === 'text') return undefined
  const problem = `is written ${written} and read as text`
  if (wanted === 'number') return { problem, hint: `write ${number}`, replacement: number, fits: false }
  return { problem, hint: `write ${number} for the number, or ${asText} for the text`, replacement: number, fits: true }
}

const findMisreadNumber = (
  { written, value, asText }: { written: string; value: number; asText: string },
  wanted: Wanted,
): Misread | undefined => {
  const read = String(value)
  // A scalar of a linked file has its place in that file.
  if (isSameNumber(written, read) || Number(written) !== value) return undefined
  const problem = `is written ${written} and read as ${read}`
  if (wanted === 'text') return { problem, hint: `quote it: ${asText}`, replacement: asText, fits: false }
  if (wanted === 'any')
    return {
      problem,
      hint: `write ${asText} for this text, or ${read} for the number`,
      replacement: asText,
      fits: true,
    }
  if (!LEADING_ZERO.test(written)) return undefined
  const octal = isOctal(written) ? `, or 0o${written.slice(1)} if it is octal` : ''
  return { problem, hint: `write ${read}${octal}`, replacement: read, fits: true }
}

const LEADING_ZERO = /^[-+]?0\d/
const isOctal = (written: string): boolean => /^0[0-7]+$/.test(written)

/** `1e+22` is how a number is printed, `1e22` how it is written. */
const isSameNumber = (written: string, read: string): boolean =>
  written === read || written.toLowerCase() === read.replace('e+', 'e')

/** Digits in groups, as programming languages write them: `1_000`. */
const GROUPED = /^[-+]?[1-9]\d{0,2}(_\d{3})+(\.\d+)?$/

/** The number that `1_000` means; undefined for other text. */
export const toUngrouped = (written: string): string | undefined =>
  GROUPED.test(written) ? written.replaceAll('_', '').replace(/^\+/, '') : undefined
