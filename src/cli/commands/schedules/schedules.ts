/** `troupe schedules`: what begins runs by the clock. */

import { listUpcomingSlots } from '../../../service/schedules/upcoming-slots.ts'
import type { ScheduleRecord } from '../../../store/schedule-record.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { openRuns } from '../../open-runs.ts'
import { type Column, renderTable } from '../../table.ts'

export interface ScheduleArguments {
  json?: boolean
}

/** The exit code. */
export const listSchedules = async (context: Context, { json = false }: ScheduleArguments): Promise<number> => {
  const { store } = await openRuns(context)
  try {
    const schedules = await store.listSchedules()
    if (json) context.stdout.write(`${JSON.stringify(schedules.map(toJson), null, 2)}\n`)
    else if (schedules.length === 0)
      context.stderr.write('no schedules: troupe workflows apply DIR registers those of its workflows\n')
    else writeTable(context, schedules)
    return EXIT.completed
  } finally {
    await store.close()
  }
}

/** The next slots of one schedule, or the very next of each. The exit code. */
export const nextSlots = async (
  context: Context,
  { schedule, count = '5', json = false }: ScheduleArguments & { schedule?: string; count?: string },
): Promise<number> => {
  const most = Number(count)
  if (!Number.isInteger(most) || most < 1 || most > 1_000)
    throw new CliError(`--count '${count}' is no count: expected a whole number from 1 to 1000`)
  const { store } = await openRuns(context)
  try {
    const known = await store.listSchedules()
    const chosen = schedule === undefined ? known : [findSchedule(known, schedule)]
    const shown = listUpcomingSlots(chosen, most)
    if (json) context.stdout.write(`${JSON.stringify(shown, null, 2)}\n`)
    else for (const { schedule: id, at } of shown) context.stdout.write(`${at}  ${id}\n`)
    return EXIT.completed
  } finally {
    await store.close()
  }
}

/** The exit code. */
export const pauseSchedule = async (
  context: Context,
  { schedule, isPaused, json = false }: ScheduleArguments & { schedule: string; isPaused: boolean },
): Promise<number> => {
  const { store } = await openRuns(context)
  try {
    const { id } = findSchedule(await store.listSchedules(), schedule)
    await store.pauseSchedule(id, isPaused)
    if (json) context.stdout.write(`${JSON.stringify({ schedule: id, is_paused: isPaused })}\n`)
    else context.stderr.write(`schedule ${id} ${isPaused ? 'is paused: it begins no run' : 'goes on'}\n`)
    return EXIT.completed
  } finally {
    await store.close()
  }
}

/** By id, or by the name of a workflow that has one. */
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

const toTime = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())

const toJson = ({ id, workflow, expression, timezone, missed, nextAt, lastAt, isPaused }: ScheduleRecord) => ({
  id,
  workflow,
  expression,
  timezone,
  missed,
  next_at: toTime(nextAt),
  last_at: toTime(lastAt),
  is_paused: isPaused,
})

const writeTable = ({ stdout }: Context, schedules: readonly ScheduleRecord[]): void => {
  const columns: Column<ScheduleRecord>[] = [
    { title: 'schedule', text: ({ id }) => id },
    { title: 'when', text: ({ expression, timezone }) => `${expression} ${timezone ?? ''}` },
    { title: 'next', text: ({ isPaused, nextAt }) => (isPaused ? 'paused' : (toTime(nextAt) ?? 'never')) },
    { title: 'last', text: ({ lastAt }) => toTime(lastAt) ?? '-' },
    { title: 'missed', text: ({ missed }) => missed },
  ]
  const { paint } = stdout
  for (const line of renderTable(schedules, { columns, width: stdout.isTerminal ? stdout.columns() : 1_000, paint }))
    stdout.write(`${line}\n`)
}
