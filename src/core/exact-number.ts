/**
 * Numbers as text, and the digits that a double keeps of them. A whole number beyond 2^53 is most often the id of something;
 * read as a double it becomes the id of something else.
 */

/** More significant digits than any double needs to be told apart from its neighbours. */
const MOST_DIGITS = 17

/** The widest decimal that a double always keeps. */
const ALWAYS_KEPT = 15

/** True for a number, written as in JSON, that would lose digits as a double: it lies beyond 2^53, or has more than 17 significant digits. */
export const losesDigits = (text: string): boolean => {
  const digits = significantDigits(text)
  if (digits <= ALWAYS_KEPT) return false
  return digits > MOST_DIGITS || Math.abs(Number(text)) > Number.MAX_SAFE_INTEGER
}

/** Leading zeros do not count, nor do the zeros that end a fraction. */
const significantDigits = (text: string): number => {
  const [mantissa = ''] = text.split(/[eE]/)
  const [whole = '', fraction = ''] = mantissa.replace(/^[-+]/, '').split('.')
  return `${whole}${withoutLastZeros(fraction)}`.replace(/^0+/, '').length
}

/** Linear, unlike `/0+$/`, which looks at all zeros again from each of them: numbers come from outside, and may be long. */
const withoutLastZeros = (digits: string): string => {
  let end = digits.length
  while (end > 0 && digits[end - 1] === '0') end--
  return digits.slice(0, end)
}
