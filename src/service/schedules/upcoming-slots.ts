import type { ScheduleRecord } from '../../store/schedule-record.ts'
import { createSlots } from './slots.ts'

export interface UpcomingSlot {
  /** Id. */
  schedule: string
  /** RFC 3339, UTC. */
  at: string
  /** IANA name. */
  timezone: string
}

/** Lists the next slots of these schedules, the earliest first. Paused schedules have none. */
export const listUpcomingSlots = (schedules: readonly ScheduleRecord[], most: number): UpcomingSlot[] =>
  schedules
    .flatMap((schedule) => nextOf(schedule, most))
    .sort((a, b) => a.at.localeCompare(b.at))
    .slice(0, most)

const nextOf = ({ id, expression, timezone: zone, nextAt, isPaused }: ScheduleRecord, most: number): UpcomingSlot[] => {
  if (isPaused || nextAt === null) return []
  const timezone = zone ?? 'UTC'
  const slots = createSlots(expression, timezone)
  const found: UpcomingSlot[] = []
  for (let at: number | undefined = nextAt; at !== undefined && found.length < most; at = slots.after(at))
    found.push({ schedule: id, at: new Date(at).toISOString(), timezone })
  return found
}
