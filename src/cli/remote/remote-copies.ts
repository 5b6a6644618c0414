/** Has a server make new runs from old ones. */
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { FailedQuery } from '../../service/history/failed-runs.ts'
import { toTime } from '../../service/views/time.ts'
import { Copied, FailedRunList, ForkPlan, RerunList } from '../../web/api/copy-schemas.ts'
import { findRunPath } from './run-path.ts'
import { toRunRecord } from './run-record.ts'
import type { ServerClient } from './server-client.ts'

/** @param input Changes of the input. */
export const restartRemotely = async (
  client: ServerClient,
  { run, input }: { run: string; input: JsonObject | undefined },
) =>
  withoutLinks(
    await client.post(`${await findRunPath(client, run)}/restart`, Copied, {
      body: input === undefined ? {} : { input },
    }),
  )

export interface WantedFork {
  run: string
  /** Path of a step with its visit. */
  from: string
  input: JsonObject | undefined
  models: Readonly<Record<string, string>>
  set: readonly { step: string; output: JsonValue }[]
  sameKeys: boolean
}

/** Tells what the fork would copy; `begin` makes it. */
export const planRemoteFork = async (client: ServerClient, { run, input, ...fork }: WantedFork) => {
  const path = `${await findRunPath(client, run)}/fork`
  const body: JsonObject = {
    from: fork.from,
    models: { ...fork.models },
    set: fork.set.map((one) => ({ ...one })),
    same_keys: fork.sameKeys,
    ...(input !== undefined && { input }),
  }
  return {
    plan: await client.post(path, ForkPlan, { body: { ...body, dry_run: true } }),
    begin: async () => withoutLinks(await client.post(path, Copied, { body })),
  }
}

const withoutLinks = <T extends { links: unknown }>({ links: _, ...copied }: T): Omit<T, 'links'> => copied

/** Most runs of one request. */
const MOST_RERUN = 500

/** Lists the runs that are selected; `begin` reruns them, each once. */
export const planRemoteReruns = async (
  client: ServerClient,
  { query: { status, workflow, since, code, step }, limit }: { query: FailedQuery; limit: number | undefined },
) => {
  const at = toTime(since ?? null)
  const body: JsonObject = {
    limit: Math.min(limit ?? MOST_RERUN, MOST_RERUN),
    ...(status !== undefined && { status }),
    ...(workflow !== undefined && { workflow }),
    ...(at !== null && { since: at }),
    ...(code !== undefined && { fault: code }),
    ...(step !== undefined && { step }),
  }
  const { runs, left } = await client.post('/api/v1/reruns', FailedRunList, { body: { ...body, dry_run: true } })
  return {
    runs: runs.map(toRunRecord),
    left: limit === undefined ? left : Math.min(left, limit - runs.length),
    begin: async () => (await client.post('/api/v1/reruns', RerunList, { body })).runs,
  }
}
