import { DURATION_PATTERN, parseDuration } from './duration.ts'

/** A count within a time. */
export interface Rate {
  count: number
  windowMs: number
}

/** Form of a rate, such as `10/1m` or `10/m`: `parseRate` checks the values too. */
export const RATE_PATTERN = `\\d+/(w|d|h|m|s|ms|${DURATION_PATTERN})`

const WHOLE = new RegExp(`^${RATE_PATTERN}$`)

/** Parses a rate with a count and a time above 0. Undefined for other text. */
export const parseRate = (text: string): Rate | undefined => {
  if (!WHOLE.test(text)) return undefined
  const [digits = '', time = ''] = text.split('/')
  const count = Number(digits)
  const windowMs = parseDuration(/^[a-z]/.test(time) ? `1${time}` : time) ?? 0
  return count > 0 && windowMs > 0 ? { count, windowMs } : undefined
}
