/** The stored form of schedules. */
import type { ScheduleRecord } from '../schedule-record.ts'
import { StoreError } from '../store-error.ts'
import { COLUMN_TYPES } from './column-types.ts'
import { type ColumnTypes, cut, decodeRow, expectTypes } from './damaged-rows.ts'

export interface StoredSchedule extends Omit<ScheduleRecord, 'isPaused' | 'skipped' | 'failure'> {
  isPaused: number
  skippedAt: number | null
  skippedCount: number
  failedInRow: number
}

/** With the columns of its last failure, each null if there is none. */
export type FoundSchedule = StoredSchedule & {
  slot: number | null
  at: number
  code: string
  message: string
  kept: number
}

/** @throws StoreError `corrupt` */
export const toSchedule = (found: FoundSchedule): ScheduleRecord =>
  decodeRow(`schedule '${found.id}'`, () => {
    expectTypes(found, SCHEDULE_TYPES)
    if (!['skip', 'once', 'all'].includes(found.missed))
      throw new StoreError('corrupt', `column 'missed' has '${cut(found.missed)}': expected skip, once or all`)
    return toRecord(found)
  })

const SCHEDULE_TYPES: ColumnTypes = {
  ...COLUMN_TYPES.schedule,
  definition: 'text',
  mostMissed: 'integer',
  nextAt: 'integer?',
  isPaused: 'integer',
  lastAt: 'integer?',
  skippedAt: 'integer?',
  skippedCount: 'integer',
  failedInRow: 'integer',
  slot: 'integer?',
  at: 'integer?',
  code: 'text?',
  message: 'text?',
}

const toRecord = (found: FoundSchedule): ScheduleRecord => {
  const { isPaused, skippedAt, skippedCount, failedInRow, slot, at, code, message, kept, ...stored } = found
  return {
    ...stored,
    isPaused: isPaused === 1,
    skipped: skippedAt === null ? null : { at: skippedAt, count: skippedCount },
    failure: slot === null ? null : { slot, at, code, message, inRow: failedInRow, kept },
  }
}

export const toStored = ({ isPaused, skipped, failure, ...schedule }: ScheduleRecord): StoredSchedule => ({
  ...schedule,
  isPaused: isPaused ? 1 : 0,
  skippedAt: skipped?.at ?? null,
  skippedCount: skipped?.count ?? 0,
  failedInRow: failure?.inRow ?? 0,
})

const LAST_FAILURE =
  'select slot from schedule_failure last where last.schedule = schedule.id order by last.at desc, last.slot desc limit 1'

export const SELECT_SCHEDULES = `select schedule.id, schedule.workflow, expression, timezone, missed, most_missed as "mostMissed",
  definition.hash as definition, next_at as "nextAt", is_paused as "isPaused", last_at as "lastAt", skipped_at as "skippedAt",
  skipped_count as "skippedCount", failed_in_row as "failedInRow", failure.slot, failure.at, failure.code, failure.message,
  (select count(*) from schedule_failure each where each.schedule = schedule.id) as kept
  from schedule join definition on definition.key = schedule.definition
  left join schedule_failure failure on failure.schedule = schedule.id and failure.slot = (${LAST_FAILURE})`

const IS_SAME = 'schedule.expression = excluded.expression and schedule.timezone is not distinct from excluded.timezone'

/** Assignments of an upsert. Servers set these columns: an unchanged schedule keeps them. */
export const KEPT_COLUMNS = ['next_at', 'is_paused', 'last_at', 'skipped_at', 'skipped_count', 'failed_in_row']
  .map((column) => `${column} = case when ${IS_SAME} then schedule.${column} else excluded.${column} end`)
  .join(', ')
