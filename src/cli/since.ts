import { parseDuration } from '../core/duration.ts'
import { CliError } from './cli-error.ts'

const DATE = /^\d{4}-\d{2}-\d{2}$/
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/

/** The point in time that `--since` means, in epoch milliseconds. @throws CliError */
export const readSince = (text: string, now = Date.now()): number => {
  const ago = parseDuration(text)
  if (ago !== undefined) return now - ago
  const at = DATE.test(text) || TIME.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at))
    throw new CliError(`--since '${text}' is wrong: expected a day such as 2026-01-31, or how long ago, such as 7d`, {
      hint: 'days are those of UTC; a time is written as 2026-01-31T08:00:00Z',
    })
  return at
}
