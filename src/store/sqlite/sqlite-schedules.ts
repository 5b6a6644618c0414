/** Schedules in SQL. */
import { unsavedDefinition } from '../rules/new-run.ts'
import type { ScheduleRecord, ScheduleSlot } from '../schedule-record.ts'
import type { Connection } from './connection.ts'

interface StoredSchedule extends Omit<ScheduleRecord, 'isPaused' | 'skipped'> {
  isPaused: number
  skippedAt: number | null
  skippedCount: number
}

export const toSchedule = ({ isPaused, skippedAt, skippedCount, ...stored }: StoredSchedule): ScheduleRecord => ({
  ...stored,
  isPaused: isPaused === 1,
  skipped: skippedAt === null ? null : { at: skippedAt, count: skippedCount },
})

const toStored = ({ isPaused, skipped, ...schedule }: ScheduleRecord): StoredSchedule => ({
  ...schedule,
  isPaused: isPaused ? 1 : 0,
  skippedAt: skipped?.at ?? null,
  skippedCount: skipped?.count ?? 0,
})

/** Replaces the schedules of a workflow. Refuses before anything is written. @throws Defect J4 */
export const replaceSchedules = (
  { hasDefinition, deleteOthers, put }: ReturnType<typeof prepareSchedules>,
  { workflow, schedules }: { workflow: string; schedules: readonly ScheduleRecord[] },
): void => {
  for (const { id, definition } of schedules)
    if (hasDefinition.get(definition) === undefined) throw unsavedDefinition(definition, `schedule '${id}'`)
  deleteOthers.run(workflow, JSON.stringify(schedules.map(({ id }) => id)))
  for (const schedule of schedules) put.run(toStored({ ...schedule, workflow }))
}

const SELECT = `select schedule.id, schedule.workflow, expression, timezone, missed, most_missed as "mostMissed",
  definition.hash as definition, next_at as "nextAt", is_paused as "isPaused", last_at as "lastAt", skipped_at as "skippedAt",
  skipped_count as "skippedCount"
  from schedule join definition on definition.key = schedule.definition`

const IS_SAME = 'schedule.expression = excluded.expression and schedule.timezone is not distinct from excluded.timezone'

/** Set by the servers: an unchanged schedule keeps them. */
const KEPT = ['next_at', 'is_paused', 'last_at', 'skipped_at', 'skipped_count']
  .map((column) => `${column} = case when ${IS_SAME} then schedule.${column} else excluded.${column} end`)
  .join(', ')

export const prepareSchedules = (db: Connection) => ({
  hasDefinition: db.prepare<[hash: string]>('select 1 from definition where hash = ?'),
  deleteOthers: db.prepare<[workflow: string, ids: string]>(
    'delete from schedule where workflow = ? and id not in (select value from json_each(?))',
  ),
  put: db.prepare<[StoredSchedule]>(
    `insert into schedule (id, workflow, definition, expression, timezone, missed, most_missed, next_at, is_paused, last_at,
       skipped_at, skipped_count)
     values (@id, @workflow, (select key from definition where hash = @definition), @expression, @timezone, @missed, @mostMissed,
       @nextAt, @isPaused, @lastAt, @skippedAt, @skippedCount)
     on conflict (id) do update set workflow = excluded.workflow, definition = excluded.definition, missed = excluded.missed,
       most_missed = excluded.most_missed, expression = excluded.expression, timezone = excluded.timezone, ${KEPT}`,
  ),
  list: db.prepare<[], StoredSchedule>(`${SELECT} order by schedule.workflow, schedule.id`),
  listDue: db.prepare<[at: number], StoredSchedule>(
    `${SELECT} where next_at <= ? and is_paused = 0 order by next_at, schedule.id`,
  ),
  advance: db.prepare<[Required<ScheduleSlot> & { id: string }]>(
    `update schedule set next_at = @to, last_at = @at, skipped_at = iif(@skipped > 0, @at, skipped_at),
       skipped_count = iif(@skipped > 0, @skipped, skipped_count)
     where id = @id and next_at = @from and is_paused = 0`,
  ),
  pause: db.prepare<[isPaused: number, id: string]>('update schedule set is_paused = ? where id = ?'),
})
