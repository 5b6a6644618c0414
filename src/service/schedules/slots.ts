/**
 * When a schedule is due: five fields of cron in a time zone. A slot inside the hour that a zone leaves out in spring comes when that hour
 * would have ended, one inside the hour that comes twice in autumn comes once; schedules of every hour come every hour.
 */
import { Cron } from 'croner'
import { Fault } from '../../core/fault.ts'

/** How many missed slots are made up for at the most: more would be a flood after a long pause. */
export const MOST_MADE_UP = 100

/** A slot taken later than this counts as missed; milliseconds. */
const LATE_MS = 60_000

export interface Slots {
  /** The first slot behind a point in time; both in epoch milliseconds. Undefined: there is none. */
  after(at: number): number | undefined
}

/** @throws Fault `invalid_input` for an expression or a time zone that does not exist */
export const createSlots = (expression: string, timezone: string): Slots => {
  const cron = openCron(expression, timezone)
  return { after: (at) => cron.nextRun(new Date(at))?.getTime() }
}

const openCron = (expression: string, timezone: string): Cron => {
  try {
    const cron = new Cron(expression, { timezone, paused: true, mode: '5-part' })
    cron.nextRun()
    return cron
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Fault('invalid_input', `the schedule '${expression}' (${timezone}) can't be read: ${reason}`, { cause })
  }
}

export interface DueSchedule {
  /** Epoch milliseconds, both. */
  dueAt: number
  now: number
  missed: 'skip' | 'once' | 'all'
}

/** Which slots of a schedule that has come due begin a run, and when it is due next. */
export const takeSlots = (slots: Slots, due: DueSchedule): { fire: number[]; next: number | undefined } => {
  const past = due.missed === 'all' ? takeOldest(slots, due) : [findLatest(slots, due)]
  const last = past.at(-1) ?? due.dueAt
  const isTooLate = due.missed === 'skip' && due.now - last > LATE_MS
  return { fire: isTooLate ? [] : past, next: slots.after(last) }
}

/** What is behind them is taken the next time. */
const takeOldest = (slots: Slots, { dueAt, now }: DueSchedule): number[] => {
  const past: number[] = []
  for (
    let at: number | undefined = dueAt;
    at !== undefined && at <= now && past.length < MOST_MADE_UP;
    at = slots.after(at)
  )
    past.push(at)
  return past
}

/** Not one by one over a long time: slots of every minute would take seconds for a month. */
const findLatest = (slots: Slots, { dueAt, now }: DueSchedule): number => {
  for (const windowMs of [HOUR_MS, 25 * HOUR_MS, 32 * 24 * HOUR_MS]) {
    const first = slots.after(Math.max(dueAt, now - windowMs) - 1)
    if (first !== undefined && first <= now) return walkToLatest(slots, { first, now })
  }
  return walkToLatest(slots, { first: dueAt, now })
}

const walkToLatest = (slots: Slots, { first, now }: { first: number; now: number }): number => {
  let latest = first
  for (let at = slots.after(first); at !== undefined && at <= now; at = slots.after(at)) latest = at
  return latest
}

const HOUR_MS = 3_600_000
