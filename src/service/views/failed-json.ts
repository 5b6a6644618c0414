/** The JSON of what failed, as the command line prints it and the HTTP interface answers it. */
import type { FailedEntry } from '../history/failed-inbox.ts'
import { toTime } from './time.ts'

export const toFailedEntryJson = ({ workflow, code, step, schedule, count, newest }: FailedEntry) => ({
  workflow,
  fault: code,
  step,
  schedule,
  count,
  newest: {
    run: newest.run,
    slot: toTime(newest.slot),
    ended_at: toTime(newest.at),
    message: newest.message,
  },
})
