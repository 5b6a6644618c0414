/** `troupe schedules`: lists and pauses the schedules that start runs. */
import { listUpcomingSlots } from '../../../service/schedules/upcoming-slots.ts'
import type { ScheduleFailure, ScheduleRecord } from '../../../store/schedule-record.ts'
import type { Context } from '../../context.ts'
import { formatCount, formatTime, toTime } from '../../figures.ts'
import { withRuns } from '../../open-runs.ts'
import { readCount } from '../../option-values.ts'
import { writeHint, writeJson, writeLines, writeTable } from '../../output.ts'
import { countSkipped } from '../../skipped-text.ts'
import type { Column } from '../../table.ts'
import { findSchedule } from './find-schedule.ts'

export const listSchedules = (context: Context, { json = false }: { json?: boolean }): Promise<void> =>
  withRuns(context, async ({ store }) => {
    const schedules = await store.listSchedules()
    if (json) writeJson(context, schedules.map(toJson))
    else if (schedules.length > 0) report(schedules, context)
    else context.stderr.write('no schedules: troupe workflows apply DIR registers those of its workflows\n')
  })

const report = (schedules: readonly ScheduleRecord[], context: Context): void => {
  writeTable(context.stdout, schedules, COLUMNS)
  if (schedules.some(({ failure }) => failure !== null))
    writeHint(context, 'what failed, and what to do: troupe failed')
}

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

const toJson = (schedule: ScheduleRecord) => {
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

/** `2 in a row, invalid_input at 09:00:00`. */
const describeFailure = ({ at, code, inRow, kept }: ScheduleFailure): string =>
  `${inRow > 0 ? `${formatCount(inRow)} in a row` : `${formatCount(kept)} earlier`}, ${code} at ${formatTime(at)}`

const COLUMNS: readonly Column<ScheduleRecord>[] = [
  { title: 'schedule', text: ({ id }) => id },
  { title: 'when', text: ({ expression, timezone }) => `${expression} ${timezone ?? ''}` },
  { title: 'next', text: ({ isPaused, nextAt }) => (isPaused ? 'paused' : (toTime(nextAt) ?? 'never')) },
  { title: 'last', text: ({ lastAt }) => toTime(lastAt) ?? '-' },
  { title: 'failed', text: ({ failure }) => (failure === null ? '' : describeFailure(failure)) },
  { title: 'missed', text: ({ missed, mostMissed }) => (missed === 'all' ? `all: ${mostMissed}` : missed) },
  {
    title: 'skipped',
    text: ({ skipped }) => (skipped === null ? '' : `${countSkipped(skipped.count)} at ${formatTime(skipped.at)}`),
  },
]
