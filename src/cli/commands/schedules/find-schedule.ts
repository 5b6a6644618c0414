import type { ScheduleRecord } from '../../../store/schedule-record.ts'
import { CliError } from '../../cli-error.ts'

/** Finds a schedule by its id, or by the name of a workflow that has one. @throws CliError */
export const findSchedule = (known: readonly ScheduleRecord[], wanted: string): ScheduleRecord => {
  const found = known.filter(({ id, workflow }) => id === wanted || workflow === wanted)
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  const ids = (found.length > 1 ? found : known).map(({ id }) => id)
  throw new CliError(
    found.length > 1
      ? `'${wanted}' has ${found.length} schedules: expected one of them`
      : `there is no schedule '${wanted}'`,
    { hint: ids.length === 0 ? 'troupe workflows apply DIR registers schedules' : `they are ${ids.join(', ')}` },
  )
}
