/** Schedules in SQL. */
import { unsavedDefinition } from '../rules/new-run.ts'
import { type KeptSlotFailure, MOST_KEPT_FAILURES, type ScheduleRecord, type ScheduleSlot } from '../schedule-record.ts'
import { type FoundSchedule, KEPT_COLUMNS, SELECT_SCHEDULES, toStored } from '../sql/schedule-columns.ts'
import { type Session, sql } from './session.ts'
import { CONTENT } from './statements.ts'

/** Replaces the schedules of a workflow. Refuses before anything is written. @throws Defect J4 */
export const replaceSchedules = async (
  session: Session,
  { workflow, schedules }: { workflow: string; schedules: readonly ScheduleRecord[] },
): Promise<void> => {
  const saved = await session.all(CONTENT.hasDefinitions, [schedules.map(({ definition }) => definition)])
  const known = new Set(saved.map(({ hash }) => hash))
  for (const { id, definition } of schedules)
    if (!known.has(definition)) throw unsavedDefinition(definition, `schedule '${id}'`)
  await session.all(SCHEDULE.deleteOthers, [workflow, schedules.map(({ id }) => id)])
  await session.all(SCHEDULE.deleteOrphans)
  for (const schedule of schedules) {
    const { id, definition, expression, timezone, missed, ...rest } = toStored({ ...schedule, workflow })
    const { mostMissed, nextAt, isPaused, lastAt, skippedAt, skippedCount, failedInRow } = rest
    const told = [id, workflow, definition, expression, timezone, missed, mostMissed]
    await session.all(SCHEDULE.put, [...told, nextAt, isPaused, lastAt, skippedAt, skippedCount, failedInRow])
  }
}

/** Takes a slot. Returns false if it is not the next one, or the schedule is paused. */
export const advanceSchedule = async (
  session: Session,
  { id, from, to, at, skipped = 0, tried }: ScheduleSlot & { id: string },
): Promise<boolean> => {
  const result = tried === undefined || tried === 'passed' ? (tried ?? null) : 'failed'
  const taken = await session.all(SCHEDULE.advance, [to, at, skipped, result, id, from])
  if (taken.length === 0) return false
  if (tried === undefined || tried === 'passed') return true
  await session.all(SCHEDULE.keepFailure, [id, tried.slot, tried.at, tried.code, tried.message])
  await session.all(SCHEDULE.trimFailures, [id, MOST_KEPT_FAILURES])
  return true
}

export const SCHEDULE = {
  deleteOthers: sql('delete from schedule where workflow = $1 and not id = any($2::text[])'),
  /** Failed slots of schedules that are gone. */
  deleteOrphans: sql('delete from schedule_failure where schedule not in (select id from schedule)'),
  put: sql(
    `insert into schedule (id, workflow, definition, expression, timezone, missed, most_missed, next_at, is_paused, last_at,
       skipped_at, skipped_count, failed_in_row)
     select $1, $2, key, $4, $5, $6, $7::int, $8::bigint, $9::int, $10::bigint, $11::bigint, $12::int, $13::int
       from definition where hash = $3
     on conflict (id) do update set workflow = excluded.workflow, definition = excluded.definition, missed = excluded.missed,
       most_missed = excluded.most_missed, expression = excluded.expression, timezone = excluded.timezone, ${KEPT_COLUMNS}`,
  ),
  list: sql<FoundSchedule>(`${SELECT_SCHEDULES} order by schedule.workflow collate "C", schedule.id collate "C"`),
  listDue: sql<FoundSchedule>(
    `${SELECT_SCHEDULES} where next_at <= $1 and is_paused = 0 order by next_at, schedule.id collate "C"`,
  ),
  advance: sql(
    `update schedule set next_at = $1::bigint, last_at = $2::bigint,
       skipped_at = case when $3::int > 0 then $2::bigint else skipped_at end,
       skipped_count = case when $3::int > 0 then $3::int else skipped_count end,
       failed_in_row = case $4::text when 'failed' then failed_in_row + 1 when 'passed' then 0 else failed_in_row end
     where id = $5 and next_at = $6 and is_paused = 0 returning 1`,
  ),
  keepFailure: sql(
    `insert into schedule_failure (schedule, slot, at, code, message) values ($1, $2, $3, $4, $5)
     on conflict (schedule, slot) do update set at = excluded.at, code = excluded.code, message = excluded.message`,
  ),
  trimFailures: sql(
    `delete from schedule_failure where schedule = $1 and slot <=
       (select slot from schedule_failure where schedule = $1 order by slot desc limit 1 offset $2)`,
  ),
  updateFailure: sql('update schedule_failure set at = $1, code = $2, message = $3 where schedule = $4 and slot = $5'),
  listFailures: sql<KeptSlotFailure>(
    `select failure.schedule, schedule.workflow, slot, at, code, message
     from schedule_failure failure join schedule on schedule.id = failure.schedule
     where failure.schedule = coalesce($1, failure.schedule) order by slot desc, failure.schedule collate "C"`,
  ),
  dropFailures: sql('delete from schedule_failure where schedule = $1 and slot = any($2::bigint[]) returning 1'),
  pause: sql('update schedule set is_paused = $1 where id = $2 returning 1'),
} as const
