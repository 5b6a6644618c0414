import { randomInt } from 'node:crypto'

/** Crockford's base 32, without letters that look like digits: https://www.crockford.com/base32.html */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

const RANDOM_DIGITS = 6
const RANDOM_VALUES = 32 ** RANDOM_DIGITS

/**
 * Makes a run id such as `r-01k9x2m4f7-q3v8zd`: it sorts by time (10 digits of milliseconds), and ends in 30 random bits. Within one
 * process, ids of one millisecond count up: among thousands of random ones, two would sooner or later be equal.
 */
export const createRunId = (nowMs: number): string =>
  `r-${toDigits(nowMs, 10)}-${toDigits(nextValue(nowMs), RANDOM_DIGITS)}`

let last = { ms: Number.NaN, value: 0 }

const nextValue = (ms: number): number => {
  last = { ms, value: ms === last.ms ? (last.value + 1) % RANDOM_VALUES : draw() }
  return last.value
}

/** Random numbers are fetched by the hundred, as one fetch takes longer than the rest of starting a run in memory. */
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
