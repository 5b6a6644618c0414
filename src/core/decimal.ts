/** Decimal arithmetic on numbers as they are written: 19.99 is a multiple of 0.01, although the remainder of the two doubles is not 0. */

interface Decimal {
  digits: bigint
  /** Power of ten that `digits` is multiplied by. */
  exponent: number
}

/** True if `value` is a whole multiple of `step`, by their decimal digits. A step of 0 has no multiples. */
export const isMultipleOf = (value: number, step: number): boolean => {
  if (!Number.isFinite(value) || !Number.isFinite(step) || step === 0) return false
  const [a, b] = [toDecimal(value), toDecimal(step)]
  const exponent = Math.min(a.exponent, b.exponent)
  return scale(a, exponent) % scale(b, exponent) === 0n
}

/** The shortest decimal that reads as this number. */
const toDecimal = (value: number): Decimal => {
  const [mantissa = '', power = '0'] = String(value).split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  return { digits: BigInt(whole + fraction), exponent: Number(power) - fraction.length }
}

const scale = ({ digits, exponent }: Decimal, to: number): bigint => digits * 10n ** BigInt(exponent - to)

/** Halves go away from zero, by decimal digits: 1.005 to two digits is 1.01. */
export const roundDecimal = (value: number, places: number): number => {
  const shifted = Number(`${Math.abs(value)}e${places}`)
  // A number that is written with an exponent is too small or too large to have such digits.
  if (Number.isNaN(shifted)) return Math.abs(value) < 1 ? 0 : value
  const rounded = Number(`${Math.round(shifted)}e-${places}`)
  return Number.isNaN(rounded) ? value : Math.sign(value) * rounded + 0
}

/** As `toFixed`, rounded by decimal digits. */
export const formatFixed = (value: number, places: number): string => roundDecimal(value, places).toFixed(places)
