/** `troupe schedules`: lists and pauses the schedules that start runs. */

import { formatCount } from '../../../core/count.ts'
import { findSchedule } from '../../../service/schedules/find-schedule.ts'
import { listUpcomingSlots, type UpcomingSlot } from '../../../service/schedules/upcoming-slots.ts'
import { toScheduleJson } from '../../../service/views/schedule-json.ts'
import type { ScheduleFailure, ScheduleRecord } from '../../../store/schedule-record.ts'
import type { Context } from '../../context.ts'
import { withRuns } from '../../open-runs.ts'
import { readCount } from '../../option-values.ts'
import { writeHint, writeJson, writeJsonLine, writeLines, writeTable } from '../../output.ts'
import { toOneLine } from '../../printable.ts'
import { findServer } from '../../remote/server-client.ts'
import { countSkipped } from '../../skipped-text.ts'
import type { Column } from '../../table.ts'
import { formatZoned, formatZonedFully } from '../../zoned-time.ts'

export const listSchedules = async (context: Context, { json = false }: { json?: boolean }): Promise<void> => {
  const show = (schedules: readonly ScheduleRecord[]): void => {
    if (json) writeJson(context, schedules.map(toScheduleJson))
    else if (schedules.length > 0) report(schedules, context)
    else context.stderr.write('no schedules: troupe workflows apply DIR registers those of its workflows\n')
  }
  const client = findServer(context)
  if (client !== undefined) return show(await (await openRemote()).readSchedules(client))
  return withRuns(context, async ({ store }) => show(await store.listSchedules()))
}

const openRemote = () => import('../../remote/remote-schedules.ts')

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
  const show = (shown: readonly UpcomingSlot[]): void => {
    if (json) writeJson(context, shown)
    else
      writeLines(
        context.stdout,
        shown.map(
          ({ schedule: id, at, timezone }) => `${formatZonedFully(Date.parse(at), timezone)}  ${toOneLine(id)}`,
        ),
      )
  }
  const client = findServer(context)
  if (client !== undefined) return show(await (await openRemote()).readUpcoming(client, { schedule, count: most }))
  return withRuns(context, async ({ store }) => {
    const known = await store.listSchedules()
    show(listUpcomingSlots(schedule === undefined ? known : [findSchedule(known, schedule)], most))
  })
}

export const pauseSchedule = async (
  context: Context,
  { schedule, isPaused, json = false }: { schedule: string; isPaused: boolean; json?: boolean },
): Promise<void> => {
  const show = (id: string): void => {
    if (json) writeJsonLine(context, { schedule: id, is_paused: isPaused })
    else context.stderr.write(`schedule ${id} ${isPaused ? 'is paused: it starts no run' : 'continues'}\n`)
  }
  const client = findServer(context)
  if (client !== undefined) return show(await (await openRemote()).pauseRemotely(client, { schedule, isPaused }))
  return withRuns(context, async ({ store }) => {
    const { id } = findSchedule(await store.listSchedules(), schedule)
    await store.pauseSchedule(id, isPaused)
    show(id)
  })
}

const zoneOf = ({ timezone }: ScheduleRecord): string => timezone ?? 'UTC'

/** `2 in a row, invalid_input at 2026-01-31 09:00:00`. */
const describeFailure = ({ at, code, inRow, kept }: ScheduleFailure, zone: string): string =>
  `${inRow > 0 ? `${formatCount(inRow)} in a row` : `${formatCount(kept)} earlier`}, ${code} at ${formatZoned(at, zone)}`

/** All times are those of the zone. */
const COLUMNS: readonly Column<ScheduleRecord>[] = [
  { title: 'schedule', least: 12, text: ({ id }) => toOneLine(id) },
  { title: 'when', text: ({ expression }) => expression },
  { title: 'zone', text: zoneOf },
  { title: 'next', text: (one) => (one.isPaused ? 'paused' : formatSlot(one.nextAt, one, 'never')) },
  { title: 'last', text: (one) => formatSlot(one.lastAt, one, '-') },
  { title: 'failed', text: (one) => (one.failure === null ? '' : describeFailure(one.failure, zoneOf(one))) },
  { title: 'missed', text: ({ missed, mostMissed }) => (missed === 'all' ? `all: ${mostMissed}` : missed) },
  {
    title: 'skipped',
    text: (one) =>
      one.skipped === null ? '' : `${countSkipped(one.skipped.count)} at ${formatZoned(one.skipped.at, zoneOf(one))}`,
  },
]

const formatSlot = (at: number | null, schedule: ScheduleRecord, none: string): string =>
  at === null ? none : formatZoned(at, zoneOf(schedule))
