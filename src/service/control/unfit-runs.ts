/** Finds what all live servers lack for a run, so that none of them takes it. */
import type { Needs } from '../../store/queue-store.ts'
import type { ServerRecord, ServerStore } from '../../store/server-store.ts'
import type { RunRecord } from '../../store/store.ts'
import { toShownStatus } from '../views/shown-status.ts'

/** Lists what the server that lacks least lacks for a run that waits for one. Empty: one may take it, or none is live. */
export const findMissing = (run: RunRecord, servers: readonly ServerRecord[]): readonly string[] => {
  if (!waitsForServer(run)) return []
  return lackLeast(run.needs, servers)
}

const lackLeast = (wanted: Needs, servers: readonly ServerRecord[]): readonly string[] => {
  const lacks = servers.map(({ unfit }) => unfit.find(({ needs }) => isSame(needs, wanted))?.missing ?? [])
  return lacks.toSorted((one, other) => one.length - other.length)[0] ?? []
}

/** Lists, for each kind of runs that no live server can perform, what the server that lacks least lacks. */
export const listMissing = (servers: readonly ServerRecord[]): (readonly string[])[] =>
  (servers[0]?.unfit ?? []).map(({ needs }) => lackLeast(needs, servers)).filter((missing) => missing.length > 0)

/** Asks the store only if one of the runs waits for a server. @throws StoreError */
export const readServersFor = async (
  runs: readonly RunRecord[],
  store: Pick<ServerStore, 'listServers'>,
): Promise<ServerRecord[]> => (runs.some(waitsForServer) ? store.listServers() : [])

const waitsForServer = (run: RunRecord): boolean =>
  run.needs.length > 0 && ['queued', 'interrupted'].includes(toShownStatus(run))

const isSame = (one: Needs, other: Needs): boolean =>
  one.length === other.length && one.every((need, place) => need === other[place])
