/** `troupe schedules retry` and `dismiss`: deal with slots that failed before they had a run. */

import { dirname, resolve } from 'node:path'
import { createCatalogue } from '../../../app/catalogue.ts'
import { createKnownVault } from '../../../app/project/known-vault.ts'
import { readVariables, toPricing } from '../../../app/project/project-access.ts'
import { countOf } from '../../../core/count.ts'
import { findSchedule } from '../../../service/schedules/find-schedule.ts'
import { type OpenScheduleOptions, openSchedule } from '../../../service/schedules/open-schedule.ts'
import { type RetriedSlot, retrySlots } from '../../../service/schedules/retry-slots.ts'
import { toRetriedSlotJson } from '../../../service/views/schedule-json.ts'
import { toTime } from '../../../service/views/time.ts'
import { compileStored } from '../../../service/workflows/compile-stored.ts'
import type { KeptSlotFailure, ScheduleRecord } from '../../../store/schedule-record.ts'
import type { Store } from '../../../store/store.ts'
import { openStoreClock } from '../../../store/store-clock.ts'
import { expectTrustInKey } from '../../ask-trust.ts'
import { hintAtStart } from '../../begin-copy.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { type OpenedRuns, withRuns } from '../../open-runs.ts'
import { writeJson } from '../../output.ts'
import { toPrintable } from '../../printable.ts'
import { findServer } from '../../remote/server-client.ts'
import { explainError } from '../../report-error.ts'

export interface FailedSlotsArguments {
  schedule: string
  fault?: string
  json?: boolean
}

/** Resolves to the exit code: `failed` when a slot failed again. */
export const retryFailed = async (context: Context, options: FailedSlotsArguments): Promise<number> => {
  const show = (schedule: Named, retried: readonly RetriedSlot[]): number => {
    if (options.json === true)
      writeJson(
        context,
        retried.map((slot) => toRetriedSlotJson(schedule, slot)),
      )
    else report(context, schedule, retried)
    return retried.some(({ kind }) => kind === 'failed') ? EXIT.failed : EXIT.completed
  }
  const client = findServer(context)
  if (client !== undefined) {
    const { id, retried } = await (await import('../../remote/remote-schedules.ts')).retryRemotely(client, options)
    return show({ id }, retried)
  }
  return withRuns(context, async (opened) => {
    const { store } = opened
    const { record, failures } = await findFailures(store, options)
    await expectTrustInKey(context, opened.project, 'env')
    const clock = await openStoreClock(store)
    const access = { ...toAccess(context, opened), store, clock }
    const open = (schedule: ScheduleRecord): ReturnType<typeof openSchedule> => openSchedule(schedule, access)
    return show(record, await retrySlots(record, failures, { store, clock, open }))
  })
}

type Named = Pick<ScheduleRecord, 'id'>

export const dismissFailed = async (context: Context, options: FailedSlotsArguments): Promise<void> => {
  const show = ({ schedule, dismissed }: { schedule: string; dismissed: number }): void => {
    if (options.json === true) writeJson(context, { schedule, dismissed })
    else context.stderr.write(`${countOf(dismissed, 'failed slot')} of ${schedule} dismissed\n`)
  }
  const client = findServer(context)
  if (client !== undefined)
    return show(await (await import('../../remote/remote-schedules.ts')).dismissRemotely(client, options))
  return withRuns(context, async ({ store }) => {
    const { record, failures } = await findFailures(store, options)
    const dismissed = await store.dropSlotFailures(
      record.id,
      failures.map(({ slot }) => slot),
    )
    show({ schedule: record.id, dismissed })
  })
}

/** @throws Fault `not_found` */
const findFailures = async (
  store: Store,
  { schedule, fault }: FailedSlotsArguments,
): Promise<{ record: ScheduleRecord; failures: KeptSlotFailure[] }> => {
  const record = findSchedule(await store.listSchedules(), schedule)
  const failures = await store.listSlotFailures(record.id)
  return { record, failures: failures.filter(({ code }) => fault === undefined || code === fault) }
}

/** Only the server needs the secrets: the vault keeps those that are known here out of the database. */
const toAccess = ({ environment }: Context, { project }: OpenedRuns): Omit<OpenScheduleOptions, 'store' | 'clock'> => ({
  env: readVariables(project, environment),
  compile: async (definition) =>
    compileStored(definition, { catalogue: createCatalogue(), environment: project.config.env }),
  folderOf: ({ source }) => dirname(resolve(project.folder, source.file)),
  performerOf: ({ workflow }) => ({
    vault: createKnownVault(project, environment, workflow.secrets),
    pricing: toPricing(project),
  }),
})

const report = (context: Context, { id }: Named, retried: readonly RetriedSlot[]): void => {
  if (retried.length === 0) {
    context.stderr.write(`schedule ${id} has no such failed slot\n`)
    return
  }
  for (const slot of retried) context.stdout.write(`${toTime(slot.slot)}  ${describe(slot)}\n`)
  const started = retried.flatMap((slot) => (slot.kind === 'started' ? [slot.run] : []))
  const failed = retried.filter(({ kind }) => kind === 'failed').length
  context.stderr.write(
    `${started.length} of ${countOf(retried.length, 'slot')} started${failed === 0 ? '' : `, ${failed} failed again`}\n`,
  )
  const [run] = started
  if (run !== undefined && findServer(context) === undefined) hintAtStart(context, run)
}

const describe = (slot: RetriedSlot): string => {
  if (slot.kind === 'started') return `run ${slot.run} is queued`
  if (slot.kind === 'unwanted') return "the schedule's `when` is false: no run"
  const { code, message } = explainError(slot.fault)
  return `${code}: ${toPrintable(message)}`
}
