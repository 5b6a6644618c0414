/** Lists and pauses schedules, and deals with their slots that failed before they had a run. */
import { z } from '@hono/zod-openapi'
import { findSchedule } from '../../service/schedules/find-schedule.ts'
import { listUpcomingSlots } from '../../service/schedules/upcoming-slots.ts'
import { toRetriedSlotJson, toScheduleJson } from '../../service/views/schedule-json.ts'
import type { KeptSlotFailure, ScheduleRecord } from '../../store/schedule-record.ts'
import { ADMIN, type Caller, LIST, reaches } from './access.ts'
import { type Api, answers, optionalBody, route } from './routing.ts'
import {
  DismissedSlots,
  FailedSlotsBody,
  PausedSchedule,
  RetriedSlots,
  ScheduleList,
  UpcomingSlots,
} from './schedule-schemas.ts'
import type { ApiServices } from './services.ts'

/** An id has a slash: `report/1` is the first schedule of the workflow `report`. */
const params = z.object({
  workflow: z.string().describe('Name of a registered workflow.'),
  number: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, { error: 'expected the number of a schedule' })
    .describe('Number of the schedule among those of the workflow, from 1.'),
})

const DEFAULT_SLOTS = 5
const MOST_SLOTS = 1_000

const listRoute = route(LIST, {
  method: 'get',
  path: '/api/v1/schedules',
  operationId: 'listSchedules',
  summary: 'List the schedules of registered workflows',
  request: { query: z.object({ workflow: z.string().optional() }) },
  responses: { 200: answers('By workflow, then number.', ScheduleList) },
})

const nextRoute = route(LIST, {
  method: 'get',
  path: '/api/v1/schedules/next',
  operationId: 'listNextSlots',
  summary: 'List the next slots of all schedules',
  request: {
    query: z.object({
      workflow: z.string().optional(),
      schedule: z.string().optional().describe('Id of a schedule.'),
      count: z.coerce.number().int().min(1).max(MOST_SLOTS).default(DEFAULT_SLOTS),
    }),
  },
  responses: { 200: answers('The earliest first. Paused schedules have none.', UpcomingSlots) },
})

const pauseRoute = (kind: 'pause' | 'unpause') =>
  route(ADMIN, {
    method: 'post',
    path: `/api/v1/schedules/{workflow}/{number}/${kind}`,
    operationId: `${kind}Schedule`,
    summary: kind === 'pause' ? 'Start no run of a schedule' : 'Start the runs of a schedule again',
    request: { params },
    responses: { 200: answers('The schedule as it is now.', PausedSchedule) },
  })

const retryRoute = route(ADMIN, {
  method: 'post',
  path: '/api/v1/schedules/{workflow}/{number}/retry',
  operationId: 'retryFailedSlots',
  summary: 'Start the runs of slots that failed before they had one',
  request: { params, body: optionalBody(FailedSlotsBody) },
  responses: { 200: answers('Each slot, the oldest first. One that fails again is kept.', RetriedSlots) },
})

const dismissRoute = route(ADMIN, {
  method: 'post',
  path: '/api/v1/schedules/{workflow}/{number}/dismiss',
  operationId: 'dismissFailedSlots',
  summary: 'Forget slots that failed before they had a run',
  request: { params, body: optionalBody(FailedSlotsBody) },
  responses: { 200: answers('How many were forgotten.', DismissedSlots) },
})

interface SchedulePath {
  workflow: string
  number: string
}

export const addScheduleRoutes = (api: Api, { store, retrySlots }: ApiServices): void => {
  const list = async (caller: Caller, wanted: string | undefined): Promise<ScheduleRecord[]> =>
    (await store.listSchedules()).filter(
      ({ workflow }) => (wanted ?? workflow) === workflow && reaches(caller, workflow),
    )
  const find = async ({ workflow, number }: SchedulePath): Promise<ScheduleRecord> =>
    findSchedule(await store.listSchedules(), `${workflow}/${number}`)
  const listFailures = async ({ id }: ScheduleRecord, fault: string | undefined): Promise<KeptSlotFailure[]> =>
    (await store.listSlotFailures(id)).filter(({ code }) => (fault ?? code) === code)

  api.openapi(listRoute, async (c) => {
    const schedules = await list(c.get('caller'), c.req.valid('query').workflow)
    return c.json({ schedules: schedules.map(toScheduleJson) }, 200)
  })
  api.openapi(nextRoute, async (c) => {
    const { workflow, schedule, count } = c.req.valid('query')
    const listed = await list(c.get('caller'), workflow)
    return c.json(
      { slots: listUpcomingSlots(schedule === undefined ? listed : [findSchedule(listed, schedule)], count) },
      200,
    )
  })
  for (const kind of ['pause', 'unpause'] as const)
    api.openapi(pauseRoute(kind), async (c) => {
      const { id } = await find(c.req.valid('param'))
      await store.pauseSchedule(id, kind === 'pause')
      return c.json({ schedule: id, is_paused: kind === 'pause' }, 200)
    })
  api.openapi(retryRoute, async (c) => {
    const schedule = await find(c.req.valid('param'))
    const failures = await listFailures(schedule, c.req.valid('json').fault)
    const slots = await retrySlots(schedule, failures)
    return c.json({ slots: slots.map((slot) => toRetriedSlotJson(schedule, slot)) }, 200)
  })
  api.openapi(dismissRoute, async (c) => {
    const schedule = await find(c.req.valid('param'))
    const failures = await listFailures(schedule, c.req.valid('json').fault)
    const dismissed = await store.dropSlotFailures(
      schedule.id,
      failures.map(({ slot }) => slot),
    )
    return c.json({ schedule: schedule.id, dismissed }, 200)
  })
}
