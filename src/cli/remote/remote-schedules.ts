/** Reads and steers the schedules of a server. */
import { Fault } from '../../core/fault.ts'
import { findSchedule } from '../../service/schedules/find-schedule.ts'
import type { RetriedSlot } from '../../service/schedules/retry-slots.ts'
import type { ScheduleRecord } from '../../store/schedule-record.ts'
import {
  DismissedSlots,
  PausedSchedule,
  type RetriedJson,
  RetriedSlots,
  type ScheduleJson,
  ScheduleList,
  UpcomingSlots,
} from '../../web/api/schedule-schemas.ts'
import { toEpoch } from './run-record.ts'
import { type ServerClient, toQuery } from './server-client.ts'

export const readSchedules = async (client: ServerClient): Promise<ScheduleRecord[]> =>
  (await client.get('/api/v1/schedules', ScheduleList)).schedules.map(toScheduleRecord)

export const readUpcoming = async (
  client: ServerClient,
  { schedule, count }: { schedule: string | undefined; count: number },
) => {
  const id = schedule && findSchedule(await readSchedules(client), schedule).id
  return (await client.get(toQuery('/api/v1/schedules/next', { schedule: id, count }), UpcomingSlots)).slots
}

export const pauseRemotely = async (
  client: ServerClient,
  { schedule, isPaused }: { schedule: string; isPaused: boolean },
): Promise<string> => {
  const path = await findPath(client, schedule)
  return (await client.post(`${path}/${isPaused ? 'pause' : 'unpause'}`, PausedSchedule)).schedule
}

export const retryRemotely = async (
  client: ServerClient,
  { schedule, fault }: WantedSlots,
): Promise<{ id: string; retried: RetriedSlot[] }> => {
  const { id } = findSchedule(await readSchedules(client), schedule)
  const { slots } = await client.post(`${toPath(id)}/retry`, RetriedSlots, { body: toBody(fault) })
  return { id, retried: slots.map(toRetriedSlot) }
}

const toRetriedSlot = ({ slot: time, run, error, status }: RetriedJson): RetriedSlot => {
  const slot = toEpoch(time) ?? 0
  if (run !== null) return { slot, kind: 'started', run }
  if (status === 'unwanted') return { slot, kind: 'unwanted' }
  return { slot, kind: 'failed', fault: new Fault(error?.code ?? 'unavailable', error?.message ?? 'it failed again') }
}

export const dismissRemotely = async (client: ServerClient, { schedule, fault }: WantedSlots) => {
  const path = await findPath(client, schedule)
  return client.post(`${path}/dismiss`, DismissedSlots, { body: toBody(fault) })
}

interface WantedSlots {
  schedule: string
  fault?: string | undefined
}

const toBody = (fault: string | undefined) => (fault === undefined ? {} : { fault })

/** @throws Fault `not_found` */
const findPath = async (client: ServerClient, wanted: string): Promise<string> =>
  toPath(findSchedule(await readSchedules(client), wanted).id)

const toPath = (id: string): string => `/api/v1/schedules/${id.split('/').map(encodeURIComponent).join('/')}`

/** Fields that the JSON leaves out are empty. */
const toScheduleRecord = ({ skipped, failure, ...json }: ScheduleJson): ScheduleRecord => ({
  id: json.id,
  workflow: json.workflow,
  definition: '',
  expression: json.expression,
  timezone: json.timezone,
  missed: json.missed,
  mostMissed: json.most_missed ?? 0,
  nextAt: toEpoch(json.next_at),
  isPaused: json.is_paused,
  lastAt: toEpoch(json.last_at),
  skipped: skipped && { at: toEpoch(skipped.at) ?? 0, count: skipped.count },
  failure: failure && {
    at: toEpoch(failure.at) ?? 0,
    slot: toEpoch(failure.slot) ?? 0,
    code: failure.code,
    message: failure.message,
    inRow: failure.in_a_row,
    kept: failure.kept,
  },
})
