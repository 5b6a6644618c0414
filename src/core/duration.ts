/**
 * Lengths of time as text. Two notations: parts from the longest unit to the shortest (`500ms`, `1h30m`, `1w`), and ISO 8601 without
 * months and years (`PT5M`, `P1DT2H`), which have no fixed length.
 */

/** Milliseconds by unit, in the order in which the parts stand. */
const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
])

const AMOUNT = '\\d+(\\.\\d+)?'
const writeParts = (units: readonly string[]): string => units.map((unit) => `(${AMOUNT}${unit})?`).join('')

/** The texts that `parseDuration` takes, as a regular expression without anchors. */
export const DURATION_PATTERN =
  `((?=\\d)${writeParts([...UNIT_MS.keys()])}|` +
  `P(?=[\\dT])${writeParts(['W', 'D'])}(T(?=\\d)${writeParts(['H', 'M', 'S'])})?)`

const WHOLE = new RegExp(`^${DURATION_PATTERN}$`)
const PART = /(\d+(?:\.\d+)?)([A-Z]|[a-z]+)/g

/** Completes messages: `expected ${A_DURATION}`. */
export const A_DURATION = 'a duration such as 500ms, 30s, 1h30m, 2d or PT5M'

/** Parses a duration into milliseconds. Undefined for other text. */
export const parseDuration = (text: string): number | undefined => {
  if (!WHOLE.test(text)) return undefined
  const parts = text
    .matchAll(PART)
    .map(([, amount, unit = '']) => Number(amount) * (UNIT_MS.get(unit.toLowerCase()) ?? 0))
  const ms = Math.round(parts.reduce((sum, part) => sum + part, 0))
  return Number.isSafeInteger(ms) ? ms : undefined
}

const CALENDAR = /^P[^T]*\d[YM]/

/** Says why a duration of ISO 8601 is none here. Undefined for all other text. */
export const explainCalendarDuration = (text: string): string | undefined =>
  CALENDAR.test(text) ? 'months and years have no fixed length: write days, such as P30D' : undefined

/** Formats a duration: `8ms`, `1.2s`, `3m 04s`, `2h 05m`. */
export const formatDuration = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)}ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`
}
