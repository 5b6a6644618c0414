/** Positions in texts count characters (code points), so that no emoji is ever cut in half. */
const SURROGATE = /[\ud800-\udfff]/

export const countCharacters = (text: string): number => (SURROGATE.test(text) ? [...text].length : text.length)

export const sliceCharacters = (text: string, start: number, end: number): string =>
  SURROGATE.test(text) ? [...text].slice(start, end).join('') : text.slice(start, end)

/** The position in characters that a position in UTF-16 units is; -1 stays. */
export const toCharacterIndex = (text: string, unitIndex: number): number =>
  unitIndex <= 0 ? unitIndex : countCharacters(text.slice(0, unitIndex))

const SPACE = /\p{White_Space}/u

/** The text without the characters at its ends that have Unicode's property White_Space. */
export const trimSpace = (text: string): string => {
  let start = 0
  let end = text.length
  while (start < end && SPACE.test(text.charAt(start))) start++
  while (end > start && SPACE.test(text.charAt(end - 1))) end--
  return text.slice(start, end)
}

/** The inverse of `toCharacterIndex`. */
export const toUnitIndex = (text: string, characterIndex: number): number =>
  SURROGATE.test(text) ? [...text].slice(0, characterIndex).join('').length : characterIndex
