/** Schemas of schedules and their failed slots. */
import { z } from '@hono/zod-openapi'
import { ShortError, time } from './schemas.ts'

const id = z.string().describe('`WORKFLOW/NUMBER`')

const Schedule = z
  .object({
    id,
    workflow: z.string(),
    expression: z.string(),
    timezone: z.string().nullable().describe('IANA name; null: UTC.'),
    missed: z.enum(['skip', 'once', 'all']),
    most_missed: z.int().nullable(),
    next_at: time.nullable().describe('Null: never again.'),
    last_at: time.nullable(),
    is_paused: z.boolean(),
    skipped: z
      .object({ at: time, count: z.int() })
      .nullable()
      .describe('The last time that slots were passed over without a run.'),
    failure: z
      .object({ at: time, slot: time, code: z.string(), message: z.string(), in_a_row: z.int(), kept: z.int() })
      .nullable()
      .describe('The last slot that failed before it had a run.'),
  })
  .openapi('Schedule')

export type ScheduleJson = z.infer<typeof Schedule>

export const ScheduleList = z.object({ schedules: z.array(Schedule) }).openapi('ScheduleList')

export const UpcomingSlots = z
  .object({ slots: z.array(z.object({ schedule: id, at: time, timezone: z.string() })) })
  .openapi('UpcomingSlots')

export const PausedSchedule = z.object({ schedule: id, is_paused: z.boolean() }).openapi('PausedSchedule')

export const FailedSlotsBody = z
  .strictObject({ fault: z.string().min(1).optional().describe('Only slots that failed with this code.') })
  .openapi('FailedSlots')

export const RetriedSlots = z
  .object({
    slots: z.array(
      z.object({
        schedule: id,
        slot: time,
        status: z.enum(['started', 'unwanted', 'failed']).describe('`unwanted`: `when` of the schedule is false.'),
        run: z.string().nullable(),
        error: ShortError.nullable(),
      }),
    ),
  })
  .openapi('RetriedSlots')

export type RetriedJson = z.infer<typeof RetriedSlots>['slots'][number]

export const DismissedSlots = z.object({ schedule: id, dismissed: z.int() }).openapi('DismissedSlots')
