/** Maintenance of a store as a whole. It is separate from the contract of the running store, and loaded on first use. */
import type { RunBundle } from './run-bundle.ts'
import type { RunPhase, RunStatus } from './run-status.ts'

export interface StoreMaintenance {
  stats(): Promise<StoreStats>
  /**
   * Gives the space of deleted content back to the file system, while runs go on. A database that cannot do so in steps is
   * rewritten as a whole, which blocks all its users, unless `inSteps` forbids it.
   */
  vacuum(options?: { inSteps?: boolean }): Promise<{ freedBytes: number }>
  /**
   * Copies a snapshot of the whole store into a new file, while runs go on.
   * @throws StoreError `conflict` when the file exists, `unreadable` when it cannot be written, `disk_full`
   */
  backup(path: string): Promise<void>
  /** Lists problems of the content; empty: none. */
  check(): Promise<StoreProblem[]>
  /** Lists the hashes of all definitions. */
  listDefinitions(): Promise<string[]>
  /**
   * Deletes ended runs with their children, rows, events and idempotency keys, in batches between which others have their turn;
   * then unreferenced blobs. The next sweep finishes an interrupted one. A run with a child that still runs stays.
   */
  sweep(rule: SweepRule): Promise<SweepResult>
  /** Returns a run with its children, their definitions and blobs, as lines of JSON (run-bundle.ts); undefined when it is missing. */
  exportRun(id: string): Promise<string | undefined>
  /**
   * Adds the runs of an `exportRun`. A run whose id exists already stays as it is. A run that has not ended does not start by
   * itself: it is due only after its first claim. Its idempotency key is dropped when another run has it.
   * @throws StoreError `corrupt`; errors of `judge`
   */
  importRun(text: string, options?: ImportOptions): Promise<ImportResult>
}

export interface ImportOptions {
  /** Judges the parsed text before anything is written. It refuses by throwing. Default: only blobs are checked. */
  judge?(bundle: RunBundle): Promise<void>
  /**
   * True: runs that have not ended go on as they would have in the store that they come from: queued ones wait for their turn, and
   * the others are due. Default false: each waits for its first claim.
   */
  goesOn?: boolean
}

export interface StoreStats {
  /** Bytes of the file, or of the pages in memory. */
  fileBytes: number
  /** Size of the write-ahead log. */
  logBytes: number
  /** Space of deleted content in the file, which `vacuum` gives back. */
  freeBytes: number
  /** Number of rows by table. */
  rows: Record<string, number>
  /** `phase` is null for ended runs. */
  runs: { status: RunStatus; phase: RunPhase | null; count: number }[]
  blobs: { count: number; bytes: number }
  /** Runs with the most bytes of journal, the largest first. */
  largest: { id: string; workflow: string; rows: number; bytes: number }[]
}

/**
 * `damage`: of the file. `reference`: to something missing. `journal`: rows are missing. `blob`: a blob is missing or was changed.
 * `row`: a row has a value of another type, or text that is not JSON. `definition`, `approval`: the content is not what its hash names.
 */
export interface StoreProblem {
  kind: 'damage' | 'reference' | 'journal' | 'blob' | 'row' | 'definition' | 'approval'
  message: string
}

/** A row that can't be decoded. A list leaves it out. */
export interface DamagedRow {
  message: string
  /** The run, if the row is that of a run: as far as it can be read. `createdAt` is 0 if it can't. */
  run?: { id: string; workflow: string; createdAt: number }
}

/** Selects the ended runs to delete. */
export interface KeepRule {
  /** Deletes completed runs that ended earlier, in epoch milliseconds; null: none. */
  completedBefore: number | null
  /** The same for failed and cancelled ones. */
  failedBefore: number | null
  /** Most of the remaining runs that stay, the last ended first; null: all. Children are not counted. */
  keep: number | null
}

export interface SweepRule extends KeepRule {
  /** Now. Blobs that were put within `BLOB_GRACE_MS` before stay, because their reference may not be written yet. */
  at: number
  /**
   * Returns the fields that override the rule for the runs of one workflow. Called once for each workflow with ended runs, with the
   * hash of the newest definition. A workflow with a `keep` of its own counts its runs by itself, else with all others.
   */
  ofWorkflow?(workflow: { name: string; definition: string }): Promise<Partial<KeepRule> | undefined>
  /** Counts what would be deleted, and deletes nothing. Default false. */
  isDryRun?: boolean
  /** Ends the sweep between two steps; the result counts the part that is done. */
  signal?: AbortSignal
}

export interface SweepResult {
  /** Children included. */
  runs: number
  rows: number
  blobs: number
  blobBytes: number
}

export interface ImportResult {
  /** Ids. */
  imported: string[]
  /** Ids of the runs that existed already. */
  existing: string[]
}

export const BLOB_GRACE_MS = 24 * 3_600_000

/** Number of runs that `stats` names. */
export const LARGEST_RUNS = 10
