/**
 * Computes when a schedule is due, from five fields of cron in a time zone. A slot inside the hour that a zone skips in spring comes when
 * that hour would have ended. A slot inside the hour that occurs twice in autumn comes once. Hourly schedules come every hour.
 */
import { Cron } from 'croner'
import { Fault } from '../../core/fault.ts'

/** Limit of missed slots that are made up: more would flood the queue after a long pause. */
export const MOST_MADE_UP = 100

/** A slot that is taken later than this counts as missed; milliseconds. */
const LATE_MS = 60_000

export interface Slots {
  /** First slot after a point in time; both in epoch milliseconds. Undefined: there is none. */
  after(at: number): number | undefined
}

/** @throws Fault `invalid_input` for a wrong expression or an unknown time zone */
export const createSlots = (expression: string, timezone: string): Slots => {
  const cron = openCron(expression, timezone)
  return { after: (at) => cron.nextRun(new Date(at))?.getTime() }
}

const openCron = (expression: string, timezone: string): Cron => {
  try {
    const cron = new Cron(expression, { timezone, paused: true, mode: '5-or-6-parts' })
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

/** Chooses the slots of a due schedule that begin a run, and computes when it is due next. */
export const takeSlots = (slots: Slots, due: DueSchedule): { fire: number[]; next: number | undefined } => {
  const past = due.missed === 'all' ? takeOldest(slots, due) : [findLatest(slots, due)]
  const last = past.at(-1) ?? due.dueAt
  const isTooLate = due.missed === 'skip' && due.now - last > LATE_MS
  return { fire: isTooLate ? [] : past, next: slots.after(last) }
}

/** Takes the oldest slots up to the limit; later slots are taken the next time. */
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

/** Searches growing windows: a walk over a month of minutely slots would take seconds. */
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
