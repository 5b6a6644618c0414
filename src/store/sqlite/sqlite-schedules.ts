/** Schedules in SQL. */
import { unsavedDefinition } from '../rules/new-run.ts'
import type { ScheduleRecord } from '../schedule-record.ts'
import type { Connection } from './connection.ts'

type StoredSchedule = Omit<ScheduleRecord, 'isPaused'> & { isPaused: number }

export const toSchedule = (stored: StoredSchedule): ScheduleRecord => ({ ...stored, isPaused: stored.isPaused === 1 })

/** Replaces the schedules of a workflow. Refuses before anything is written. @throws Defect J4 */
export const replaceSchedules = (
  { hasDefinition, deleteOthers, put }: ReturnType<typeof prepareSchedules>,
  { workflow, schedules }: { workflow: string; schedules: readonly ScheduleRecord[] },
): void => {
  for (const { id, definition } of schedules)
    if (hasDefinition.get(definition) === undefined) throw unsavedDefinition(definition, `schedule '${id}'`)
  deleteOthers.run(workflow, JSON.stringify(schedules.map(({ id }) => id)))
  for (const schedule of schedules) put.run({ ...schedule, workflow, isPaused: schedule.isPaused ? 1 : 0 })
}

const SELECT = `select schedule.id, schedule.workflow, expression, timezone, missed, definition.hash as definition,
  next_at as "nextAt", is_paused as "isPaused", last_at as "lastAt"
  from schedule join definition on definition.key = schedule.definition`

const IS_SAME = 'schedule.expression = excluded.expression and schedule.timezone is not distinct from excluded.timezone'

const kept = (column: string): string =>
  `${column} = case when ${IS_SAME} then schedule.${column} else excluded.${column} end`

export const prepareSchedules = (db: Connection) => ({
  hasDefinition: db.prepare<[hash: string]>('select 1 from definition where hash = ?'),
  deleteOthers: db.prepare<[workflow: string, ids: string]>(
    'delete from schedule where workflow = ? and id not in (select value from json_each(?))',
  ),
  put: db.prepare<[StoredSchedule]>(
    `insert into schedule (id, workflow, definition, expression, timezone, missed, next_at, is_paused, last_at)
     values (@id, @workflow, (select key from definition where hash = @definition), @expression, @timezone, @missed, @nextAt,
       @isPaused, @lastAt)
     on conflict (id) do update set workflow = excluded.workflow, definition = excluded.definition, missed = excluded.missed,
       expression = excluded.expression, timezone = excluded.timezone, ${['next_at', 'is_paused', 'last_at'].map(kept).join(', ')}`,
  ),
  list: db.prepare<[], StoredSchedule>(`${SELECT} order by schedule.workflow, schedule.id`),
  listDue: db.prepare<[at: number], StoredSchedule>(
    `${SELECT} where next_at <= ? and is_paused = 0 order by next_at, schedule.id`,
  ),
  advance: db.prepare<[to: number | null, at: number, id: string, from: number]>(
    'update schedule set next_at = ?, last_at = ? where id = ? and next_at = ? and is_paused = 0',
  ),
  pause: db.prepare<[isPaused: number, id: string]>('update schedule set is_paused = ? where id = ?'),
})
