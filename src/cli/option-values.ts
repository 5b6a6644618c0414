/** Reads option values that several commands take. */
import { explainCalendarDuration, parseDuration } from '../core/duration.ts'
import { findNearest } from '../core/nearest.ts'
import { A_POINT_IN_TIME, explainPointInTime, parsePointInTime } from '../core/point-in-time.ts'
import type { FailedQuery } from '../service/history/failed-runs.ts'
import { CliError } from './cli-error.ts'

/** The hint for an unknown name: the nearest known one, or else `otherwise`. */
export const suggest = (name: string, known: Iterable<string>, otherwise?: string): string | undefined => {
  const nearest = findNearest(name, known)
  return nearest === undefined ? otherwise : `did you mean '${nearest}'?`
}

/** One of a set of words. @throws CliError */
export const readChoice = <T extends string>(option: string, text: string, choices: readonly T[]): T => {
  const found = choices.find((choice) => choice === text)
  if (found !== undefined) return found
  throw new CliError(`${option} '${text}' is wrong: expected one of ${choices.join(', ')}`, {
    hint: suggest(text, choices),
  })
}

/** A whole number from 1 to `most`; undefined for an option that is not given. @throws CliError */
export const readCount = (option: string, text: string | undefined, most = 999_999_999): number | undefined => {
  if (text === undefined) return undefined
  if (/^[1-9]\d{0,8}$/.test(text) && Number(text) <= most) return Number(text)
  const to = most === 999_999_999 ? '' : ` to ${most}`
  throw new CliError(`${option} '${text}' is wrong: expected a whole number from 1${to}`)
}

/** The time that `--since` means, in epoch milliseconds. @throws CliError */
export const readSince = (text: string, now?: number): number => readTime('--since', text, now)

/** A point in time, or an age. @throws CliError */
const readTime = (option: string, text: string, now = Date.now()): number => {
  const age = parseDuration(text)
  if (age !== undefined) return now - age
  const at = parsePointInTime(text)
  if (at !== undefined) return at
  const hint = explainPointInTime(text) ?? explainCalendarDuration(text) ?? 'days are UTC days'
  throw new CliError(`${option} '${text}' is wrong: expected ${A_POINT_IN_TIME}, or an age such as 7d`, { hint })
}

/** The times that `--since` and `--until` mean, in epoch milliseconds. @throws CliError */
export const readPeriod = (given: { since?: string; until?: string }): { since?: number; until?: number } => {
  const now = Date.now()
  const since = given.since === undefined ? undefined : readTime('--since', given.since, now)
  const until = given.until === undefined ? undefined : readTime('--until', given.until, now)
  if (since !== undefined && until !== undefined && until <= since)
    throw new CliError(`--until '${given.until}' is wrong: expected a time after --since '${given.since}'`)
  return { ...(since !== undefined && { since }), ...(until !== undefined && { until }) }
}

/**
 * Most items of a list: `--limit`, else the default, which is undefined for all of them; `--all` sets no limit.
 * @throws CliError
 */
export const readLimit = <D extends number | undefined>(
  { limit, all = false }: { limit?: string; all?: boolean },
  defaultLimit: D,
): number | D | undefined => {
  if (limit !== undefined && all) throw new CliError('both --all and --limit are given: expected one of them')
  return all ? undefined : (readCount('--limit', limit) ?? defaultLimit)
}

/** Options that select failed and cancelled runs. */
export interface FailedArguments {
  status?: string
  workflow?: string
  since?: string
  fault?: string
  step?: string
}

/** @throws CliError */
export const readFailedQuery = ({ status, workflow, since, fault, step }: FailedArguments): FailedQuery => ({
  ...(status !== undefined && { status: readChoice('--status', status, ['failed', 'cancelled']) }),
  ...(workflow !== undefined && { workflow }),
  ...(since !== undefined && { since: readSince(since) }),
  ...(fault !== undefined && { code: fault }),
  ...(step !== undefined && { step }),
})
