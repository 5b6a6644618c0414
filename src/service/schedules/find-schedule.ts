import { Fault } from '../../core/fault.ts'
import type { ScheduleRecord } from '../../store/schedule-record.ts'

/** Finds a schedule by its id, or by the name of a workflow that has one. @throws Fault `not_found` */
export const findSchedule = (known: readonly ScheduleRecord[], wanted: string): ScheduleRecord => {
  const found = known.filter(({ id, workflow }) => id === wanted || workflow === wanted)
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  const ids = (found.length > 1 ? found : known).map(({ id }) => id)
  const problem =
    found.length > 1
      ? `'${wanted}' has ${found.length} schedules: expected one of them`
      : `there is no schedule '${wanted}'`
  const hint = ids.length === 0 ? 'troupe workflows apply DIR registers schedules' : `they are ${ids.join(', ')}`
  throw new Fault('not_found', `${problem}\n${hint}`)
}
