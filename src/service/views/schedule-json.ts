/** The JSON of schedules, as the command line prints it and the HTTP interface answers it. */
import type { ScheduleRecord } from '../../store/schedule-record.ts'
import type { RetriedSlot } from '../schedules/retry-slots.ts'
import { toTime } from './time.ts'

export const toScheduleJson = (schedule: ScheduleRecord) => {
  const { id, workflow, expression, timezone, missed, mostMissed, nextAt, lastAt, isPaused, skipped, failure } =
    schedule
  return {
    id,
    workflow,
    expression,
    timezone,
    missed,
    most_missed: missed === 'all' ? mostMissed : null,
    next_at: toTime(nextAt),
    last_at: toTime(lastAt),
    is_paused: isPaused,
    skipped: skipped && { at: toTime(skipped.at), count: skipped.count },
    failure: failure && {
      at: toTime(failure.at),
      slot: toTime(failure.slot),
      code: failure.code,
      message: failure.message,
      in_a_row: failure.inRow,
      kept: failure.kept,
    },
  }
}

/** A slot that was tried again. */
export const toRetriedSlotJson = ({ id }: Pick<ScheduleRecord, 'id'>, slot: RetriedSlot) => ({
  schedule: id,
  slot: toTime(slot.slot),
  status: slot.kind,
  run: slot.kind === 'started' ? slot.run : null,
  error: slot.kind === 'failed' ? { code: slot.fault.code, message: firstLineOf(slot.fault.message) } : null,
})

/** The lines behind it are hints. */
const firstLineOf = (message: string): string => message.split('\n', 1)[0] ?? ''
