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
