/** `troupe schedules`: lists and pauses the schedules that start runs. */
import { listUpcomingSlots } from '../../../service/schedules/upcoming-slots.ts'
import type { ScheduleRecord } from '../../../store/schedule-record.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { formatTime, toTime } from '../../figures.ts'
import { withRuns } from '../../open-runs.ts'
import { readCount } from '../../option-values.ts'
import { writeJson, writeLines, writeTable } from '../../output.ts'
import { countSkipped } from '../../skipped-text.ts'
import type { Column } from '../../table.ts'

export const listSchedules = (context: Context, { json = false }: { json?: boolean }): Promise<void> =>
  withRuns(context, async ({ store }) => {
    const schedules = await store.listSchedules()
    if (json) writeJson(context, schedules.map(toJson))
    else if (schedules.length > 0) writeTable(context.stdout, schedules, COLUMNS)
    else context.stderr.write('no schedules: troupe workflows apply DIR registers those of its workflows\n')
  })

/** Shows the next slots of one schedule, or of all. */
export const nextSlots = async (
  context: Context,
  { schedule, count = '5', json = false }: { schedule?: string; count?: string; json?: boolean },
): Promise<void> => {
  const most = readCount('--count', count, 1_000) ?? 1
  return withRuns(context, async ({ store }) => {
    const known = await store.listSchedules()
    const shown = listUpcomingSlots(schedule === undefined ? known : [findSchedule(known, schedule)], most)
    if (json) writeJson(context, shown)
    else
      writeLines(
        context.stdout,
        shown.map(({ schedule: id, at }) => `${at}  ${id}`),
      )
  })
}

export const pauseSchedule = (
  context: Context,
  { schedule, isPaused, json = false }: { schedule: string; isPaused: boolean; json?: boolean },
): Promise<void> =>
  withRuns(context, async ({ store }) => {
    const { id } = findSchedule(await store.listSchedules(), schedule)
    await store.pauseSchedule(id, isPaused)
    if (json) context.stdout.write(`${JSON.stringify({ schedule: id, is_paused: isPaused })}\n`)
    else context.stderr.write(`schedule ${id} ${isPaused ? 'is paused: it starts no run' : 'continues'}\n`)
  })

/** Finds a schedule by its id, or by the name of a workflow that has one. @throws CliError */
const findSchedule = (known: readonly ScheduleRecord[], wanted: string): ScheduleRecord => {
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

const toJson = (schedule: ScheduleRecord) => {
  const { id, workflow, expression, timezone, missed, mostMissed, nextAt, lastAt, isPaused, skipped } = schedule
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
  }
}

const COLUMNS: readonly Column<ScheduleRecord>[] = [
  { title: 'schedule', text: ({ id }) => id },
  { title: 'when', text: ({ expression, timezone }) => `${expression} ${timezone ?? ''}` },
  { title: 'next', text: ({ isPaused, nextAt }) => (isPaused ? 'paused' : (toTime(nextAt) ?? 'never')) },
  { title: 'last', text: ({ lastAt }) => toTime(lastAt) ?? '-' },
  { title: 'missed', text: ({ missed, mostMissed }) => (missed === 'all' ? `all: ${mostMissed}` : missed) },
  {
    title: 'skipped',
    text: ({ skipped }) => (skipped === null ? '' : `${countSkipped(skipped.count)} at ${formatTime(skipped.at)}`),
  },
]
