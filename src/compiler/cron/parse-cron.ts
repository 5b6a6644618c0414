/**
 * Parses cron schedules as the package `croner` reads them, which computes their slots: five fields, six with the second first, or a
 * nickname. The compiler does not load that package; a test holds the two equal.
 */
import { ownValue } from '../../core/json.ts'
import { findNearest } from '../../core/nearest.ts'
import { correct, type Hint } from '../correction.ts'
import type { Range } from '../source.ts'
import { CRON_FIELDS, CRON_NICKNAMES, type CronField, type CronProblem } from './cron-fields.ts'
import { type CronItem, isAny, isProblem, readItem } from './cron-item.ts'

export interface Cron {
  /** The fields as they are written: five or six. */
  fields: readonly string[]
  months: ReadonlySet<number>
  day: CronRule
  weekday: CronRule
  /** `+` before the weekday: the day has to match as well. Without it one of the two is enough. */
  isBoth: boolean
}

export interface CronRule {
  /** The field is `*`. */
  isAny: boolean
  items: readonly CronItem[]
}

export type ParsedCron = { kind: 'cron'; cron: Cron } | { kind: 'problems'; problems: readonly CronProblem[] }

export const CRON_FORM =
  'five fields of a cron schedule such as "0 9 * * 1-5", six with the second first, or a name such as "@daily"'

const NAMES = Object.keys(CRON_NICKNAMES)

/** The form of a schedule: a name, or five or six fields. */
export const CRON_PATTERN = new RegExp(
  `^(?:@(?:${NAMES.map((name) => name.slice(1)).join('|')})|[^@\\s]\\S*(?:\\s+\\S+){4,5})$`,
)

/** Writes the hint for a text that does not have this form. */
export const suggestCronForm = (text: string, range: Range): Hint => {
  const count = text.trim().split(/\s+/).length
  if (count === 7) return 'leave out the year: a schedule comes in every year'
  if (count > 1) return `it has ${count} fields: they are minute, hour, day, month and weekday`
  const nearest = findNearest(text.startsWith('@') ? text : `@${text}`, NAMES)
  // YAML reserves the sign at the beginning of a text without quotes.
  if (nearest !== undefined) return correct(`did you mean '${nearest}'?`, { ...range, text: `"${nearest}"` })
  return `the names are ${NAMES.join(', ')}`
}

/** @param text Matches CRON_PATTERN. */
export const parseCron = (text: string): ParsedCron => {
  const fields = (ownValue(CRON_NICKNAMES, text) ?? text).replaceAll('?', '*').split(/\s+/)
  const parts = fields.length === 5 ? ['0', ...fields] : fields
  const isBoth = parts[5]?.startsWith('+') === true
  const rules = CRON_FIELDS.map((field, index) => {
    const part = parts[index] ?? ''
    return readField(field.name === 'weekday' && isBoth ? part.slice(1) : part, field)
  })
  const problems = rules.filter(isProblem)
  if (problems.length > 0) return { kind: 'problems', problems }
  const [, , , day = ANY, month = ANY, weekday = ANY] = rules.filter(isRule)
  const months = new Set(month.items.flatMap(({ values }) => values))
  return { kind: 'cron', cron: { fields, months, day, weekday, isBoth } }
}

const isRule = (rule: CronRule | CronProblem): rule is CronRule => !isProblem(rule)

const ANY: CronRule = { isAny: true, items: [] }

const readField = (text: string, field: CronField): CronRule | CronProblem => {
  const items: CronItem[] = []
  const parts = text.split(',')
  for (const part of parts) {
    const item = readItem(part, field)
    if (isProblem(item)) return item
    if (item.mark === 'LW' && parts.length > 1)
      return { problem: `has '${part}' in a list for the ${field.name}`, expected: 'LW alone' }
    items.push(item)
  }
  return { isAny: isAny(text), items }
}
