import { randomInt } from 'node:crypto'

/** Crockford's base 32 without letters that are mistaken for digits: https://www.crockford.com/base32.html */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

const RANDOM_DIGITS = 6
const RANDOM_VALUES = 32 ** RANDOM_DIGITS

/**
 * A new run id such as `r-01k9x2m4f7-q3v8zd`: sorts by time (10 digits of milliseconds), 30 random bits behind it. Of one process
 * those of one millisecond follow on one another: thousands of them drawn by chance would sooner or later be the same.
 */
export const createRunId = (nowMs: number): string =>
  `r-${toDigits(nowMs, 10)}-${toDigits(nextValue(nowMs), RANDOM_DIGITS)}`

let last = { ms: Number.NaN, value: 0 }

const nextValue = (ms: number): number => {
  last = { ms, value: ms === last.ms ? (last.value + 1) % RANDOM_VALUES : draw() }
  return last.value
}

/** Asked for by the hundred: a request takes longer than all else that starting a run in memory does. */
let pool: number[] = []

const draw = (): number => {
  if (pool.length === 0) pool = Array.from(crypto.getRandomValues(new Uint32Array(100)), (bits) => bits % RANDOM_VALUES)
  return pool.pop() ?? randomInt(RANDOM_VALUES)
}

const toDigits = (value: number, count: number): string => {
  let digits = ''
  for (let rest = value; digits.length < count; rest = Math.floor(rest / 32)) digits = ALPHABET[rest % 32] + digits
  return digits
}
