/** Care for a store as a whole. It is beside the contract of the running store, and loaded on first use. */
import type { RunPhase, RunStatus } from './run-status.ts'

export interface StoreMaintenance {
  stats(): Promise<StoreStats>
  /**
   * Gives the space of what was deleted back to the file system, while runs go on. A database that can't do that in steps is written
   * anew as a whole, which holds up everybody, unless `inSteps` forbids it.
   */
  vacuum(options?: { inSteps?: boolean }): Promise<{ freedBytes: number }>
  /**
   * Copies the whole store, as it was at one moment, into a new file, while runs go on.
   * @throws StoreError `conflict` when the file exists, `unreadable` when it can't be written, `disk_full`
   */
  backup(path: string): Promise<void>
  /** Lists problems of the content; empty: none. */
  check(): Promise<StoreProblem[]>
  /**
   * Deletes runs that have ended, with their children, rows, events and idempotency keys, in batches that let others have their
   * turn; then blobs that nothing refers to. What it is cut off from, the next one does. A run of which a child goes on stays.
   */
  sweep(rule: SweepRule): Promise<SweepResult>
  /** A run, with its children, their definitions and blobs, as lines of JSON (run-bundle.ts); undefined when there is none. */
  exportRun(id: string): Promise<string | undefined>
  /**
   * Takes in what `exportRun` gave. A run whose id is there already is left as it is. One that was going on is not begun by
   * itself: it is due only after its first claim. Its idempotency key is dropped where another run has it.
   * @throws StoreError `corrupt`
   */
  importRun(text: string): Promise<ImportResult>
}

export interface StoreStats {
  /** Bytes of the file, or of the pages in memory. */
  fileBytes: number
  /** Size of the write-ahead log. */
  logBytes: number
  /** Space of deleted content in the file, which can be given back. */
  freeBytes: number
  /** How many, by table. */
  rows: Record<string, number>
  /** `phase` is null for those that have ended. */
  runs: { status: RunStatus; phase: RunPhase | null; count: number }[]
  blobs: { count: number; bytes: number }
  /** With the most bytes of journal, the largest first. */
  largest: { id: string; workflow: string; rows: number; bytes: number }[]
}

/** `damage`: of the file. `reference`: to something that is not there. `journal`: rows are missing. `blob`: one is missing. */
export interface StoreProblem {
  kind: 'damage' | 'reference' | 'journal' | 'blob'
  message: string
}

/** Selects the ended runs to delete. */
export interface KeepRule {
  /** Completed runs that ended earlier, in epoch milliseconds; null: none. */
  completedBefore: number | null
  /** The same for failed and cancelled ones. */
  failedBefore: number | null
  /** How many of those that are left may stay, the last ended first; null: all. Children are not counted. */
  keep: number | null
}

export interface SweepRule extends KeepRule {
  /** Now: blobs that were put within `BLOB_GRACE_MS` before stay, because what refers to them may be on its way. */
  at: number
  /**
   * What wins over the rule for the runs of one workflow. Asked once for each that has ended runs, with the hash of the definition of
   * the newest one. With a `keep` of its own its runs are counted by themselves, and else with all others.
   */
  ofWorkflow?(workflow: { name: string; definition: string }): Promise<Partial<KeepRule> | undefined>
  /** Nothing is deleted; what would be is counted. Default false. */
  isDryRun?: boolean
  /** Ends it between two steps, with what is done by then. */
  signal?: AbortSignal
}

export interface SweepResult {
  /** With children. */
  runs: number
  rows: number
  blobs: number
  blobBytes: number
}

export interface ImportResult {
  /** Ids. */
  imported: string[]
  /** Ids of those that were there already. */
  existing: string[]
}

export const BLOB_GRACE_MS = 24 * 3_600_000

/** How many runs `stats` names. */
export const LARGEST_RUNS = 10
