/** The fields of a cron schedule, and the findings about the text of one. */

export interface CronField {
  name: 'second' | 'minute' | 'hour' | 'day' | 'month' | 'weekday'
  least: number
  most: number
  /** Words for numbers, the first of them for `least`. */
  words?: readonly string[]
  /** Completes `expected`. */
  forms: string
}

/** A finding about a schedule: `'schedule' PROBLEM: expected EXPECTED`. */
export interface CronProblem {
  problem: string
  expected: string
  hint?: string
  /** The item of the field, and the text that stands better in its place. */
  fix?: { item: string; text: string }
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

export const CRON_FIELDS: readonly CronField[] = [
  { name: 'second', least: 0, most: 59, forms: '0 to 59, such as 5, 0-30, 0,30 or */10' },
  { name: 'minute', least: 0, most: 59, forms: '0 to 59, such as 5, 0-30, 0,30 or */10' },
  { name: 'hour', least: 0, most: 23, forms: '0 to 23, such as 9, 9-17, 9,17 or */2' },
  { name: 'day', least: 1, most: 31, forms: '1 to 31, L (last day), 15W (weekday nearest to the 15th) or LW' },
  { name: 'month', least: 1, most: 12, words: MONTHS, forms: '1 to 12 or jan to dec' },
  {
    name: 'weekday',
    least: 0,
    most: 7,
    words: DAYS,
    forms: '0 to 7 or sun to sat, mon#2 (second Monday), fri#L (last)',
  },
]

/** Names of schedules that are written often. */
export const CRON_NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

/** Number of values that a step may pass over: 7 days, though Sunday has two numbers. */
export const sizeOf = ({ name, least, most }: CronField): number => (name === 'weekday' ? 7 : most - least + 1)

export const isBetween = (value: number, { least, most }: { least: number; most: number }): boolean =>
  value >= least && value <= most
