/**
 * Computes when a schedule is due, from its cron expression in a time zone. A slot inside the hour that a zone skips in spring comes
 * when that hour would have ended. A slot inside the hour that occurs twice in autumn comes once. Hourly schedules come every hour.
 */
import { Cron } from 'croner'
import { Fault } from '../../core/fault.ts'

export interface Slots {
  /** First slot after a point in time; both in epoch milliseconds. Undefined: there is none. */
  after(at: number): number | undefined
  /** The last slots up to a point in time, which is included: at most `count`, the newest first. */
  upTo(at: number, count: number): number[]
}

/** @throws Fault `invalid_input` for a wrong expression or an unknown time zone */
export const createSlots = (expression: string, timezone: string): Slots => {
  const cron = openCron(expression, timezone)
  return {
    after: (at) => cron.nextRun(new Date(at))?.getTime(),
    // Slots are whole seconds; `previousRuns` leaves out its reference.
    upTo: (at, count) => cron.previousRuns(count, new Date(at + 1)).map((slot) => slot.getTime()),
  }
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
