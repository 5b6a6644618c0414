/** Keeps schedules in SQL. */

import { unsavedDefinition } from '../rules/new-run.ts'
import type { ScheduleRecord, ScheduleSlot } from '../schedule-record.ts'
import type { Connection } from './connection.ts'

interface StoredSchedule {
  id: string
  workflow: string
  hash: string
  expression: string
  timezone: string | null
  missed: ScheduleRecord['missed']
  next_at: number | null
  is_paused: number
  last_at: number | null
}

export class SqliteSchedules {
  readonly #statements: ReturnType<typeof prepareSchedules>

  constructor(connection: Connection) {
    this.#statements = prepareSchedules(connection)
  }

  /** Refuses before anything is written. */
  replace(workflow: string, schedules: readonly ScheduleRecord[]): void {
    for (const { id, definition } of schedules)
      if (this.#statements.hasDefinition.get(definition) === undefined)
        throw unsavedDefinition(definition, `schedule '${id}'`)
    this.#statements.deleteOthers.run(workflow, JSON.stringify(schedules.map(({ id }) => id)))
    for (const schedule of schedules)
      this.#statements.put.run({ ...schedule, workflow, isPaused: schedule.isPaused ? 1 : 0 })
  }

  list(): ScheduleRecord[] {
    return this.#statements.list.all().map(toSchedule)
  }

  listDue(at: number): ScheduleRecord[] {
    return this.#statements.listDue.all(at).map(toSchedule)
  }

  advance(id: string, { from, to, at }: ScheduleSlot): boolean {
    return this.#statements.advance.run(to, at, id, from).changes === 1
  }

  pause(id: string, isPaused: boolean): boolean {
    return this.#statements.pause.run(isPaused ? 1 : 0, id).changes === 1
  }
}

const toSchedule = ({ hash, next_at, is_paused, last_at, ...rest }: StoredSchedule): ScheduleRecord => ({
  ...rest,
  definition: hash,
  nextAt: next_at,
  isPaused: is_paused === 1,
  lastAt: last_at,
})

const SELECT = `select schedule.id, schedule.workflow, definition.hash, expression, timezone, missed, next_at, is_paused, last_at
  from schedule join definition on definition.key = schedule.definition`

const IS_SAME = 'schedule.expression = excluded.expression and schedule.timezone is not distinct from excluded.timezone'

const kept = (column: string): string =>
  `${column} = case when ${IS_SAME} then schedule.${column} else excluded.${column} end`

const prepareSchedules = (db: Connection) => ({
  hasDefinition: db.prepare<[hash: string]>('select 1 from definition where hash = ?'),
  deleteOthers: db.prepare<[workflow: string, ids: string]>(
    'delete from schedule where workflow = ? and id not in (select value from json_each(?))',
  ),
  put: db.prepare<[Omit<ScheduleRecord, 'isPaused'> & { isPaused: number }]>(
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
