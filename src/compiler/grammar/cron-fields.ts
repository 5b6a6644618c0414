/** The five fields of a cron schedule, as crontab(5) has them: https://man7.org/linux/man-pages/man5/crontab.5.html */

interface CronField {
  name: string
  least: number
  most: number
  /** Words for numbers, the first of them for `least`. */
  words?: readonly string[]
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

const FIELDS: readonly CronField[] = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, words: MONTHS },
  { name: 'weekday', least: 0, most: 7, words: DAYS },
]

/** Finds the problem of a schedule of five fields; undefined when it has none. */
export const findCronProblem = (text: string): string | undefined => {
  const parts = text.trim().split(/\s+/)
  for (const [index, field] of FIELDS.entries()) {
    const part = parts[index] ?? ''
    const wrong = part.split(',').find((item) => !isItem(item, field))
    if (wrong !== undefined) return `has '${wrong}' for the ${field.name} (${describe(field)})`
  }
  return undefined
}

const ITEM = /^(?:\*|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:\/(\d+))?$/i

const isItem = (item: string, field: CronField): boolean => {
  const [match, first, last, step] = ITEM.exec(item) ?? []
  if (match === undefined || (step !== undefined && Number(step) < 1)) return false
  if (first === undefined) return true
  const [from, to] = [toNumber(first, field), toNumber(last ?? first, field)]
  return from !== undefined && to !== undefined && from <= to
}

const toNumber = (text: string, { least, most, words = [] }: CronField): number | undefined => {
  const word = words.indexOf(text.toLowerCase())
  const number = word >= 0 ? word + least : /^\d+$/.test(text) ? Number(text) : Number.NaN
  return number >= least && number <= most ? number : undefined
}

const describe = ({ least, most, words }: CronField): string =>
  `${least} to ${most}${words === undefined ? '' : ` or ${words[0]} to ${words.at(-1)}`}`
