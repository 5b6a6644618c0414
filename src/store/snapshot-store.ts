/**
 * Snapshots of runs: a cache that spares a resumed run the rows before it (J5). A store may lose them at any time. They are no part of a
 * run that is exported or copied, and are deleted with it.
 */
import type { Claim } from './run-store.ts'

/** A piece of a snapshot: a large one is written in several, each in a transaction of its own. */
export interface SnapshotPart {
  /** The last row of the journal that the snapshot stands for. */
  seq: number
  /** Names the programs and definitions that can use it. */
  format: string
  /** From 0. */
  part: number
  /** Number of parts of the snapshot. */
  parts: number
  bytes: Uint8Array
}

export interface SnapshotStore {
  /** Keeps a part of a run that has not ended. False, and nothing is kept: the claim is not the current one. */
  putPart(claim: Claim, part: SnapshotPart): Promise<boolean>
  /** Drops the snapshots of a run, but the one that stands for this row. */
  drop(claim: Pick<Claim, 'runKey'>, options?: { except?: number }): Promise<void>
  /** Returns the parts of the newest snapshot that has all of them, in order; empty without one. */
  read(runId: string): Promise<SnapshotPart[]>
}
