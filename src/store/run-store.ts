/** Runs with their leases, as a host needs them. */
import type { FaultData } from '../core/fault.ts'
import type { JsonValue } from '../core/json.ts'
import type { UsageTotals } from './journal-data.ts'
import type { JournalRow } from './journal-row.ts'
import type { RefusedRun, RunFlow } from './rules/flow.ts'
import type { RunPhase, RunStatus } from './run-status.ts'

export type { RefusedRun } from './rules/flow.ts'

export interface RunStore {
  /**
   * Adds a run that `owner` starts at once, and holds; `queued` where its flow makes it wait.
   * @throws as `submit` of QueueStore
   */
  create(run: NewRun, owner: Owner): Promise<CreateResult>
  /**
   * Takes a run without a holder, or whose holder is gone: a new epoch, and the phase `active`. A run that has ended, or that
   * its flow makes wait, stays as it is.
   */
  claim(id: string, owner: Owner): Promise<ClaimResult>
  /** Prolongs the leases of all these claims; returns the claims that are lost. */
  renew(claims: readonly Claim[]): Promise<Claim[]>
  /**
   * Releases a run, so that any process may claim it at once. `active` (default): it has more to do, and is due at once.
   * `waiting`: it is due when a timer is due or a message arrives.
   */
  release(claim: Claim, options?: { phase?: Exclude<RunPhase, 'queued'> }): Promise<void>
  /** Finds a run by its id, or by a prefix or suffix of the id that only one run has. */
  findRun(id: string): Promise<FindRunResult>
  /** Reads the clock of the store, by which leases and queues are judged, in epoch milliseconds. */
  readClock(): Promise<number>
}

/** The lease holder; a process of the same host can tell whether it still lives. */
export interface Owner {
  /** Unique per process start. */
  id: string
  host: string
  pid: number
  /** Start time of the process: field 22 of /proc/PID/stat in its own units, or epoch milliseconds elsewhere. */
  processStart: number
}

export const ORIGIN_KINDS = ['fork', 'restart', 'schedule', 'rerun', 'again', 'step'] as const

/**
 * The run that a run was made from; for `schedule`, the id of a schedule. `again`: the run that had its key before, and had failed or was
 * cancelled.
 */
export interface RunOrigin {
  kind: (typeof ORIGIN_KINDS)[number]
  of: string
}

export interface NewRun {
  id: string
  workflow: string
  /** Hash. */
  definition: string
  /** The run that this run is a step of. */
  parent?: string
  /** The row `created`, seq 1. */
  created: JournalRow<'created'>
  /** The rows behind it, from seq 2: the rows that a fork copies from its origin. */
  rows?: readonly JournalRow[]
  timers?: readonly TimerRecord[]
  origin?: RunOrigin
  /** Idempotency key: one run for each key of a workflow, ended or not. */
  key?: string
  /** Hash of the whole request, with `key`: detects a key that is used again for another request. */
  bodyHash?: string
  flow?: RunFlow
  /** Things that a process must have to perform it, sorted: `secret TOKEN`, `provider openai`. Default: none that are known. */
  needs?: readonly string[]
}

/** A deadline of a run, so that a waiting run needs no process: `dueAt` in epoch milliseconds. */
export interface TimerRecord {
  id: string
  dueAt: number
}

/** The key of a new run belongs to a run already: for the same request, or for another one. */
export interface KnownRun {
  kind: 'existing' | 'conflict'
  run: RunRecord
}

export type CreateResult = { kind: 'created'; claim: Claim } | QueuedRun | KnownRun | RefusedRun

/** A run that its flow makes wait. */
export interface QueuedRun {
  kind: 'queued'
  run: RunRecord
  /** How many queued runs go first. */
  ahead: number
  /** When the rate of the flow allows the run, in epoch milliseconds; null: when a permit or a place ahead becomes free. */
  retryAt: number | null
}

export interface RunRecord {
  id: string
  workflow: string
  /** Hash of its definition. */
  definition: string
  /** The run that this run is a step of; null for a root. */
  parent: string | null
  status: RunStatus
  /** `active` for a run that has ended. */
  phase: RunPhase
  /** No new effect starts in it; the runtime enforces that. */
  isPaused: boolean
  /** Things that a process must have to perform it, sorted; empty also for a run of an older release. */
  needs: readonly string[]
  /** Null: it was not made from another run. */
  origin: RunOrigin | null
  /** Idempotency key, unique for its workflow among the runs that are not replaced. */
  key: string | null
  /** The run that was made again under the key of this one; null: none. */
  replacedBy: string | null
  createdAt: number
  /** When it began, so that its time counts; null: it is queued, or ended before it began. */
  begunAt: number | null
  endedAt: number | null
  output: JsonValue
  error: RunError | null
  usage: UsageTotals
  /** Null: no holder. The lease of a holder may have expired. */
  holder: (Owner & { leaseUntil: number }) | null
  epoch: number
}

/** The fault that ended a run, and the path of the step it came from (null: the run as a whole). */
export interface RunError extends FaultData {
  step: string | null
}

/** The right to write to one run. `runKey` is the store's key of the run. */
export interface Claim {
  readonly runId: string
  readonly runKey: number
  readonly epoch: number
  readonly ownerId: string
}

export type ClaimResult =
  /** `isExpired`: its time in the queue is over, so that it ends as cancelled. */
  | { kind: 'claimed'; claim: Claim; run: RunRecord; isExpired?: true }
  | { kind: 'held' | 'ended'; run: RunRecord }
  | QueuedRun
  | { kind: 'missing' }

export type FindRunResult =
  | { kind: 'found'; run: RunRecord }
  | { kind: 'missing' }
  | { kind: 'ambiguous'; ids: string[] }

/** Duration of a lease, and the interval in which its holder renews it. */
export const LEASE_MS = 10_000
export const LEASE_BEAT_MS = 3_000
