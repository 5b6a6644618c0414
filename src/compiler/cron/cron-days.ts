/**
 * Decides which days a cron schedule has, by the rules of `croner`: a day and a weekday that are both given are two ways to match,
 * unless `+` stands before the weekday.
 */
import type { CronItem } from './cron-item.ts'
import type { Cron, CronRule } from './parse-cron.ts'

/** A year, as far as weekdays go: there are fourteen, and each occurs. */
interface Calendar {
  /** Weekday of January 1; 0 is Sunday. */
  firstWeekday: number
  isLeap: boolean
}

const CALENDARS: readonly Calendar[] = Array.from({ length: 14 }, (_, index) => ({
  firstWeekday: index % 7,
  isLeap: index >= 7,
}))

/** True if some day of some year matches. */
export const hasDays = (cron: Cron): boolean => CALENDARS.some((calendar) => matchesIn(calendar, cron))

const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const matchesIn = ({ firstWeekday, isLeap }: Calendar, cron: Cron): boolean => {
  let first = firstWeekday
  for (const [index, length] of LENGTHS.entries()) {
    const days = length + (isLeap && index === 1 ? 1 : 0)
    if (cron.months.has(index + 1) && matchesMonth({ first, days }, cron)) return true
    first = (first + days) % 7
  }
  return false
}

interface Month {
  /** Weekday of its first day. */
  first: number
  days: number
}

const matchesMonth = (month: Month, cron: Cron): boolean => {
  for (let day = 1; day <= month.days; day++) if (matchesDay(day, { month, cron })) return true
  return false
}

const matchesDay = (day: number, { month, cron }: { month: Month; cron: Cron }): boolean => {
  const onDay = (): boolean => cron.day.items.some((item) => isOnDay(day, { item, month }))
  if (cron.weekday.isAny) return onDay()
  const onWeekday = isOnWeekday(day, { rule: cron.weekday, month })
  return cron.isBoth || cron.day.isAny ? onWeekday && onDay() : onWeekday || onDay()
}

const isOnDay = (day: number, { item: { values, mark }, month }: { item: CronItem; month: Month }): boolean => {
  if (mark === 'L') return day === month.days
  if (mark === 'LW') return day === nearestWeekday(month.days, month)
  return mark === 'W' ? values.some((value) => nearestWeekday(value, month) === day) : values.includes(day)
}

/** The weekday nearest to a day, within its month; undefined if the month has no such day. */
const nearestWeekday = (day: number, month: Month): number | undefined => {
  if (day > month.days) return undefined
  const weekday = weekdayOf(day, month)
  if (weekday === SATURDAY) return day === 1 ? day + 2 : day - 1
  if (weekday === SUNDAY) return day === month.days ? day - 2 : day + 1
  return day
}

const SUNDAY = 0
const SATURDAY = 6

const weekdayOf = (day: number, { first }: Month): number => (first + day - 1) % 7

const isOnWeekday = (day: number, { rule, month }: { rule: CronRule; month: Month }): boolean => {
  const weekday = weekdayOf(day, month)
  return rule.items.some(({ values, mark }) => {
    if (!values.some((value) => value % 7 === weekday)) return false
    if (mark === undefined) return true
    return mark === 'last' ? day + 7 > month.days : mark === Math.ceil(day / 7)
  })
}
