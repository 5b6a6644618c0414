/** Positions in texts count characters (code points), so that no emoji is ever cut in half. */
import { textWork } from '../evaluation.ts'

const SURROGATE = /[\ud800-\udfff]/

/** Visits for looking at each character of a text: a text with surrogates is read by a loop. */
export const characterWork = (text: string): number =>
  1 + (SURROGATE.test(text) ? text.length >> 6 : textWork(text.length))

export const countCharacters = (text: string): number =>
  SURROGATE.test(text) ? text.length - countPairs(text, text.length) : text.length

/** Characters of two code units that begin before `end`. */
const countPairs = (text: string, end: number): number => {
  let pairs = 0
  for (let at = 0; at < end; at++) {
    if (isPairAt(text, at)) {
      pairs++
      at++
    }
  }
  return pairs
}

const isPairAt = (text: string, at: number): boolean => (text.codePointAt(at) ?? 0) > 0xffff

export const sliceCharacters = (text: string, start: number, end: number): string =>
  text.slice(toUnitIndex(text, start), toUnitIndex(text, end))

/** The position in characters that a position in UTF-16 units is; -1 stays. */
export const toCharacterIndex = (text: string, unitIndex: number): number =>
  unitIndex <= 0 || !SURROGATE.test(text) ? unitIndex : unitIndex - countPairs(text, unitIndex)

/** The inverse of `toCharacterIndex`; a position beyond the end is the end. */
export const toUnitIndex = (text: string, characterIndex: number): number => {
  if (!SURROGATE.test(text)) return Math.min(characterIndex, text.length)
  let at = 0
  for (let count = 0; count < characterIndex && at < text.length; count++) at += isPairAt(text, at) ? 2 : 1
  return at
}

const SPACE = /\p{White_Space}/u
const LAST_ASCII = 127

const isSpace = (text: string, at: number): boolean => {
  const unit = text.charCodeAt(at)
  return unit > LAST_ASCII ? SPACE.test(text.charAt(at)) : unit === 32 || (unit >= 9 && unit <= 13)
}

/** The text without the characters at its ends that have Unicode's property White_Space. */
export const trimSpace = (text: string): string => {
  let start = 0
  let end = text.length
  while (start < end && isSpace(text, start)) start++
  while (end > start && isSpace(text, end - 1)) end--
  return text.slice(start, end)
}
