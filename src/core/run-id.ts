import { randomBytes } from 'node:crypto'

/** Crockford's base 32 without letters that are mistaken for digits: https://www.crockford.com/base32.html */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** A new run id such as `r-01k9x2m4f7-q3v8zd`: sorts by time (10 digits of milliseconds), 30 random bits behind it. */
export const createRunId = (nowMs: number): string => {
  let time = ''
  for (let rest = nowMs, digit = 0; digit < 10; digit++, rest = Math.floor(rest / 32)) time = ALPHABET[rest % 32] + time
  return `r-${time}-${drawDigits(6)}`
}

/** Asked for by the hundred: a request takes longer than all else that starting a run in memory does. */
let pool = Buffer.alloc(0)
let drawn = 0

const drawDigits = (count: number): string => {
  if (drawn + count > pool.length) {
    pool = randomBytes(100 * count)
    drawn = 0
  }
  let digits = ''
  for (const end = drawn + count; drawn < end; drawn++) digits += ALPHABET[(pool[drawn] ?? 0) % 32]
  return digits
}
