/** The servers of a database, by which it is known what no live one of them can perform. */
import type { Needs } from './queue-store.ts'

export interface ServerRecord {
  /** As of its Owner. */
  id: string
  host: string
  pid: number
  /** Kinds of runs that it met and can't perform. */
  unfit: readonly UnfitRuns[]
}

/** Runs with these `needs`, and those of the needs that the server lacks. */
export interface UnfitRuns {
  needs: Needs
  missing: readonly string[]
}

export interface ServerStore {
  /** Keeps the record of a server: it counts as live for `SERVER_LIFE_MS`, by the clock of the store. */
  markServer(server: ServerRecord): Promise<void>
  /** Drops the record of a server that stops. */
  dropServer(id: string): Promise<void>
  /** Lists the live servers. */
  listServers(): Promise<ServerRecord[]>
}

/** Time that a server counts as live without a sign of life, and the interval in which it gives one. */
export const SERVER_LIFE_MS = 15_000
export const SERVER_BEAT_MS = 5_000
