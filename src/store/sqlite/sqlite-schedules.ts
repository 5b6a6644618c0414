/** Schedules in SQL. */

import { unsavedDefinition } from '../rules/new-run.ts'
import {
  type KeptSlotFailure,
  MOST_KEPT_FAILURES,
  type ScheduleRecord,
  type ScheduleSlot,
  type SlotFailure,
} from '../schedule-record.ts'
import {
  type FoundSchedule,
  KEPT_COLUMNS,
  SELECT_SCHEDULES,
  type StoredSchedule,
  toStored,
} from '../sql/schedule-columns.ts'
import type { Connection } from './connection.ts'

type Statements = ReturnType<typeof prepareSchedules>

/** Replaces the schedules of a workflow. Refuses before anything is written. @throws Defect J4 */
export const replaceSchedules = (
  { hasDefinition, deleteOthers, deleteOrphans, put }: Statements,
  { workflow, schedules }: { workflow: string; schedules: readonly ScheduleRecord[] },
): void => {
  for (const { id, definition } of schedules)
    if (hasDefinition.get(definition) === undefined) throw unsavedDefinition(definition, `schedule '${id}'`)
  deleteOthers.run(workflow, JSON.stringify(schedules.map(({ id }) => id)))
  deleteOrphans.run()
  for (const schedule of schedules) put.run(toStored({ ...schedule, workflow }))
}

/** Takes a slot. Returns false if it is not the next one, or the schedule is paused. */
export const advanceSchedule = (
  { advance, keepFailure, trimFailures }: Statements,
  { id, from, to, at, skipped = 0, tried }: ScheduleSlot & { id: string },
): boolean => {
  const result = tried === undefined || tried === 'passed' ? (tried ?? null) : 'failed'
  if (advance.run({ id, from, to, at, skipped, result }).changes === 0) return false
  if (tried === undefined || tried === 'passed') return true
  keepFailure.run({ schedule: id, ...tried })
  trimFailures.run(id, id, MOST_KEPT_FAILURES)
  return true
}

export const prepareSchedules = (db: Connection) => ({
  hasDefinition: db.prepare<[hash: string]>('select 1 from definition where hash = ?'),
  deleteOthers: db.prepare<[workflow: string, ids: string]>(
    'delete from schedule where workflow = ? and id not in (select value from json_each(?))',
  ),
  /** Failed slots of schedules that are gone. */
  deleteOrphans: db.prepare('delete from schedule_failure where schedule not in (select id from schedule)'),
  put: db.prepare<[StoredSchedule]>(
    `insert into schedule (id, workflow, definition, expression, timezone, missed, most_missed, next_at, is_paused, last_at,
       skipped_at, skipped_count, failed_in_row)
     values (@id, @workflow, (select key from definition where hash = @definition), @expression, @timezone, @missed, @mostMissed,
       @nextAt, @isPaused, @lastAt, @skippedAt, @skippedCount, @failedInRow)
     on conflict (id) do update set workflow = excluded.workflow, definition = excluded.definition, missed = excluded.missed,
       most_missed = excluded.most_missed, expression = excluded.expression, timezone = excluded.timezone, ${KEPT_COLUMNS}`,
  ),
  list: db.prepare<[], FoundSchedule>(`${SELECT_SCHEDULES} order by schedule.workflow, schedule.id`),
  listDue: db.prepare<[at: number], FoundSchedule>(
    `${SELECT_SCHEDULES} where next_at <= ? and is_paused = 0 order by next_at, schedule.id`,
  ),
  advance: db.prepare<[Required<Omit<ScheduleSlot, 'tried'>> & { id: string; result: string | null }]>(
    `update schedule set next_at = @to, last_at = @at, skipped_at = iif(@skipped > 0, @at, skipped_at),
       skipped_count = iif(@skipped > 0, @skipped, skipped_count),
       failed_in_row = case @result when 'failed' then failed_in_row + 1 when 'passed' then 0 else failed_in_row end
     where id = @id and next_at = @from and is_paused = 0`,
  ),
  keepFailure: db.prepare<[SlotFailure & { schedule: string }]>(
    `insert into schedule_failure (schedule, slot, at, code, message) values (@schedule, @slot, @at, @code, @message)
     on conflict (schedule, slot) do update set at = excluded.at, code = excluded.code, message = excluded.message`,
  ),
  trimFailures: db.prepare<[schedule: string, same: string, most: number]>(
    `delete from schedule_failure where schedule = ? and slot <=
       (select slot from schedule_failure where schedule = ? order by slot desc limit 1 offset ?)`,
  ),
  updateFailure: db.prepare<[SlotFailure & { schedule: string }]>(
    'update schedule_failure set at = @at, code = @code, message = @message where schedule = @schedule and slot = @slot',
  ),
  listFailures: db.prepare<[schedule: string | null], KeptSlotFailure>(
    `select failure.schedule, schedule.workflow, slot, at, code, message
     from schedule_failure failure join schedule on schedule.id = failure.schedule
     where failure.schedule = coalesce(?, failure.schedule) order by slot desc, failure.schedule`,
  ),
  dropFailures: db.prepare<[schedule: string, slots: string]>(
    'delete from schedule_failure where schedule = ? and slot in (select value from json_each(?))',
  ),
  pause: db.prepare<[isPaused: number, id: string]>('update schedule set is_paused = ? where id = ?'),
})
