/** Reads the reports of a server. */
import type { TypicalCost } from '../../service/forecast/typical-cost.ts'
import type { FailedEntry, FailedInboxQuery } from '../../service/history/failed-inbox.ts'
import type { CostQuery, CostReport } from '../../service/reports/cost-report.ts'
import type { NamedProfile } from '../../service/reports/profile/profile-of.ts'
import { toTime } from '../../service/views/time.ts'
import { TypicalCost as RemoteTypicalCost } from '../../web/api/plan-schemas.ts'
import { FailedInbox, Profile, CostReport as RemoteCosts } from '../../web/api/report-schemas.ts'
import { findRunPath } from './run-path.ts'
import { toEpoch } from './run-record.ts'
import { type ServerClient, toQuery } from './server-client.ts'

export const readCosts = async (
  client: ServerClient,
  { by = ['model'], since, workflow }: CostQuery,
): Promise<CostReport> => {
  const query = { by: by.join(','), since: toSince(since), workflow }
  const { rows, ...totals } = await client.get(toQuery('/api/v1/reports/cost', query), RemoteCosts)
  return {
    ...totals,
    rows: rows.map(({ day, workflow: name, step, ...row }) => ({ ...toGroups({ day, workflow: name, step }), ...row })),
  }
}

const toGroups = ({ day, workflow, step }: Partial<Record<'day' | 'workflow' | 'step', string | undefined>>) => ({
  ...(day !== undefined && { day }),
  ...(workflow !== undefined && { workflow }),
  ...(step !== undefined && { step }),
})

export const readProfile = async (
  client: ServerClient,
  of: { run: string } | { workflow: string; limit: number | undefined },
): Promise<NamedProfile> => {
  const path =
    'run' in of
      ? `${await findRunPath(client, of.run)}/profile`
      : toQuery(`/api/v1/workflows/${encodeURIComponent(of.workflow)}/profile`, { limit: of.limit })
  const profile = await client.get(path, Profile)
  const steps = profile.steps.map((step) => ({ ...step, critical_by: withoutMissing(step.critical_by) }))
  return { ...profile, steps }
}

export const readFailedInbox = async (
  client: ServerClient,
  { workflow, since, withHandled = false }: FailedInboxQuery,
): Promise<FailedEntry[]> => {
  const query = { workflow, since: toSince(since), all: withHandled }
  const { failed } = await client.get(toQuery('/api/v1/failed', query), FailedInbox)
  return failed.map(({ workflow: name, fault: code, step, schedule, count, newest }) => ({
    workflow: name,
    code,
    step,
    schedule,
    count,
    newest: {
      run: newest.run,
      slot: toEpoch(newest.slot),
      at: toEpoch(newest.ended_at) ?? 0,
      message: newest.message,
    },
  }))
}

/** Cost of past runs of a workflow that is planned. */
export const readTypicalCost = async (
  client: ServerClient,
  { name, hash }: { name: string; hash: string },
): Promise<TypicalCost | undefined> => {
  const path = toQuery(`/api/v1/workflows/${encodeURIComponent(name)}/typical-cost`, { definition: hash })
  const { typical } = await client.get(path, RemoteTypicalCost)
  if (typical === null) return undefined
  return {
    runs: typical.runs,
    ofOtherVersions: typical.of_other_versions,
    unpricedRuns: typical.unpriced_runs,
    cachedRuns: typical.cached_runs,
    medianUsd: typical.median_usd,
    highestUsd: typical.highest_usd,
    medianMs: typical.median_ms,
  }
}

const toSince = (since: number | undefined): string | undefined => toTime(since ?? null) ?? undefined

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

const withoutMissing = <T extends object>(given: T): Present<T> => {
  const present: Present<T> = { ...given }
  for (const key in present) if (present[key] === undefined) delete present[key]
  return present
}
