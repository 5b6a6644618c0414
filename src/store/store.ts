/**
 * The store: what survives the process. Runs with their lease, their journals, timers, inboxes, definitions and blobs.
 *
 * It owns durability and ownership, and knows nothing of workflows: rows go in and come out unread.
 *
 * J1 A promise of `write`, `create` or `submit` resolves only when what it wrote is durable.
 * J2 (run, seq) is unique, and a write counts only while its claim's epoch is the run's current one.
 * J7 A run that has ended takes no further end, and no event.
 *
 * test/contract/store.ts holds every implementation to this.
 */
import type { FaultData } from '../core/fault.ts'
import type { JsonValue } from '../core/json.ts'
import type { ApprovalRecord, ApprovalStore } from './approval-record.ts'
import type { CloudEventRecord, CloudEventStore } from './cloud-event-record.ts'
import type { UsageTotals } from './journal-data.ts'
import type { JournalRow } from './journal-row.ts'
import type { StoreMaintenance } from './maintenance.ts'
import type { WorkflowStore } from './registered-workflow.ts'
import type { RunFlow } from './run-flow.ts'
import type { RunPhase, RunStatus } from './run-status.ts'
import type { ScheduleStore } from './schedule-record.ts'

export interface Store extends ApprovalStore, CloudEventStore, ScheduleStore, WorkflowStore {
  /** Shown in messages: a file path, or `memory`. */
  readonly location: string

  /**
   * Puts a run there that nobody holds, `queued`, in one transaction: from then on it is not lost. Its definition is saved
   * already. With a `key` it counts once for its workflow, however often it is submitted.
   * @throws StoreError `conflict` when the id exists; Defect J4 when the definition is not saved, J2 when its rows leave a gap.
   */
  submit(run: NewRun): Promise<SubmitResult>
  /** The same for a run that `owner` begins at once, and holds; `queued` where its flow makes it wait. @throws as `submit` */
  create(run: NewRun, owner: Owner): Promise<CreateResult>
  /**
   * Takes a run that nobody holds, or whose holder is gone: a new epoch, and the phase `active`. Ended runs are not claimed, nor
   * those whose flow makes them wait: they stay as they are (`queued`).
   */
  claim(id: string, owner: Owner): Promise<ClaimResult>
  /** Prolongs the leases of all these claims; gives back the ones that are lost. */
  renew(claims: readonly Claim[]): Promise<Claim[]>
  /**
   * Gives a run back, so that anyone may claim it at once. `active` (default): it has more to do now, and is due at once.
   * `waiting`: until a timer of it is due or a message comes.
   */
  release(claim: Claim, options?: { phase?: Exclude<RunPhase, 'queued'> }): Promise<void>

  /**
   * Appends to a run. All writes of one turn of the event loop are one transaction; those of one claim in one turn share
   * their promise and their fate. What is handed in must not be changed afterwards.
   * @throws LeaseLost also when the run has ended or was released; StoreError: nothing was written, the same write may be
   * repeated later (`disk_full`, `busy`); Defect J2 when a `seq` is taken.
   */
  write(claim: Claim, change: RunChange): Promise<void>
  /** All rows of a run with `seq >= fromSeq`, in order. */
  readJournal(id: string, fromSeq?: number): Promise<JournalRow[]>
  /** Its first row, `created`, without the others. */
  readCreated(id: string): Promise<JournalRow<'created'> | undefined>

  /** By id, or by a prefix or suffix of the id that only one run has. */
  findRun(id: string): Promise<FindRunResult>
  /** Newest first; without a limit all of them. */
  listRuns(filter?: RunFilter): Promise<RunRecord[]>

  /**
   * What model calls consumed, summed up over the journals of all runs, those that go on included. What a run says of its
   * children is left out, since they say it themselves. Ordered by the groups.
   */
  sumUsage(query: UsageQuery): Promise<UsageSum[]>

  /**
   * Ids of runs that may be claimed and have something to do, at most `limit` (100), in this order: `active` ones, whose
   * process is gone or let go of them; `waiting` ones with a timer due at `at` (epoch milliseconds) or a message;
   * `queued` ones that their flow lets begin, by priority, then age. Imported ones only after they were claimed once.
   */
  listDueRuns(at: number, limit?: number): Promise<string[]>
  /** When the earliest timer of a waiting run is due; null without one. */
  nextDueAt(): Promise<number | null>

  /** Asks something of a run; the same `id` twice counts once. False when it does not count, or the run is missing or has ended. */
  post(runId: string, message: InboxMessage): Promise<boolean>
  /** What waits in the inboxes of these runs, in order of arrival. Stays there until a write takes it (`inboxTaken`). */
  readInbox(claims: readonly Claim[]): Promise<{ claim: Claim; message: InboxMessage }[]>

  /** Keeps a definition under its hash; an existing one stays as it is. */
  saveDefinition(definition: Definition): Promise<void>
  loadDefinition(hash: string): Promise<Definition | undefined>

  /** The answer that is kept under a key, if it is kept beyond `at` (epoch milliseconds). */
  readAnswer(key: string, at: number): Promise<string | undefined>
  /** Keeps an answer, in place of the one under its key. Of those that were kept until `at` or less some are deleted. */
  writeAnswer(answer: CachedAnswer, at: number): Promise<void>

  /** Keeps bytes once, by their SHA-256, which it returns. @throws Fault `too_large` */
  putBlob(bytes: Uint8Array): Promise<string>
  getBlob(hash: string): Promise<Uint8Array | undefined>

  /** Looking after the store as a whole: sizes, copies, retention. */
  maintenance(): Promise<StoreMaintenance>

  /** Writes what is queued, then lets go of the database. What is asked of it afterwards is rejected with StoreError `closed`. */
  close(): Promise<void>
}

/** Who holds a run: lets another process of the same host see that the holder no longer lives. */
export interface Owner {
  /** Unique per process start. */
  id: string
  host: string
  pid: number
  /** When the process started, in the units of /proc/PID/stat (field 22), or epoch milliseconds elsewhere. */
  processStart: number
}

export type { RunPhase, RunStatus }

/** What a run was made from: a run, for `schedule` the id of a schedule. */
export interface RunOrigin {
  kind: 'fork' | 'restart' | 'schedule' | 'rerun'
  of: string
}

export interface NewRun {
  id: string
  workflow: string
  definition: string
  /** The run whose step it is. */
  parent?: string
  /** The row `created`, seq 1. */
  created: JournalRow<'created'>
  /** The rows behind it, from seq 2: what a fork has from the run it was made from. */
  rows?: readonly JournalRow[]
  timers?: readonly TimerRecord[]
  origin?: RunOrigin
  /** Idempotency key: one run for each key of a workflow, whether that run has ended or not. */
  key?: string
  /** With `key`: of all that was asked for, so that the same key with something else is found out. */
  bodyHash?: string
  flow?: RunFlow
}

export type SubmitResult =
  | { kind: 'created'; run: RunRecord }
  /** The same key and body were there before. */
  | { kind: 'existing'; run: RunRecord }
  /** The same key was there with another body. */
  | { kind: 'conflict'; run: RunRecord }
  /** Its flow rejects what would have to wait; ids of who holds the permits, or is ahead. Nothing is kept of it. */
  | { kind: 'refused'; holders: string[] }

export type CreateResult = { kind: 'created'; claim: Claim } | QueuedRun | Exclude<SubmitResult, { kind: 'created' }>

/** A run that its flow makes wait. */
export interface QueuedRun {
  kind: 'queued'
  run: RunRecord
  /** How many queued runs go first. */
  ahead: number
  /** When the rate of its flow allows it, in epoch milliseconds; null: when somebody who holds a permit or is ahead makes room. */
  retryAt: number | null
}

export interface RunRecord {
  id: string
  workflow: string
  /** Hash of its definition. */
  definition: string
  /** The run whose step it is; null for one that was started by itself. */
  parent: string | null
  status: RunStatus
  /** Of a run that has ended: `active`. */
  phase: RunPhase
  /** Nothing new is begun in it; whether that holds is the runtime's matter. */
  isPaused: boolean
  /** Null: made by itself. */
  origin: RunOrigin | null
  /** Idempotency key, unique for its workflow. */
  key: string | null
  createdAt: number
  endedAt: number | null
  output: JsonValue
  error: RunError | null
  usage: UsageTotals
  /** Null when nobody holds it; the lease may be over all the same. */
  holder: (Owner & { leaseUntil: number }) | null
  epoch: number
}

/** The fault that ended a run, and the path of the step it came from (null: the run as a whole). */
export interface RunError extends FaultData {
  step: string | null
}

export type { UsageTotals }

export const USAGE_GROUPS = ['provider', 'model', 'workflow', 'step', 'day'] as const
/** `day`: in UTC, as vendors bill, `2026-01-31`. `step`: its id, without the items of a foreach. */
export type UsageGroup = (typeof USAGE_GROUPS)[number]

export interface UsageQuery {
  /** What is not named here is summed up; nothing named gives one sum, or none when nothing was used. */
  by: readonly UsageGroup[]
  /** Epoch milliseconds: calls that ended then or later. */
  since?: number
  /** Runs of this workflow alone. */
  workflow?: string
}

/** The groups that were asked for stand in it under their names. */
export interface UsageSum extends Partial<Record<UsageGroup, string>> {
  /** Without those that were answered from the cache. */
  calls: number
  cache_hits: number
  input_tokens: number
  cached_tokens: number
  output_tokens: number
  /** Of the calls whose price is known; null: of none. */
  cost_usd: number | null
  /** How many calls have an unknown price. */
  unpriced_calls: number
}

/** The right to write to one run. `runKey` is the store's own name for it. */
export interface Claim {
  readonly runId: string
  readonly runKey: number
  readonly epoch: number
  readonly ownerId: string
}

export type ClaimResult =
  | { kind: 'claimed'; claim: Claim; run: RunRecord }
  | { kind: 'held'; run: RunRecord }
  | { kind: 'ended'; run: RunRecord }
  | QueuedRun
  | { kind: 'missing' }

export type FindRunResult =
  | { kind: 'found'; run: RunRecord }
  | { kind: 'missing' }
  | { kind: 'ambiguous'; ids: string[] }

export interface RunFilter {
  status?: RunStatus
  workflow?: string
  /** The children of this run; default: runs that have no parent. */
  parent?: string
  /** Instead of those of one parent: all, child runs included. Default false. */
  isAnyDepth?: boolean
  limit?: number
}

/** One step forward of a run: all of it becomes durable, or nothing. */
export interface RunChange {
  rows?: readonly JournalRow[]
  timersSet?: readonly TimerRecord[]
  /** Ids. */
  timersCleared?: readonly string[]
  /** Ids of inbox messages that these rows have taken up. */
  inboxTaken?: readonly string[]
  isPaused?: boolean
  /** Of other runs, as by `post`; what does not count there is passed over. */
  asked?: readonly { run: string; message: InboxMessage }[]
  /** Of the same path and visit as an open one: in its place. */
  approvalsOpened?: readonly ApprovalRecord[]
  /** Done before others are opened. */
  approvalsClosed?: readonly { path: string; visit: number }[]
  emitted?: readonly CloudEventRecord[]
  end?: RunEnd
}

/** A deadline of a run, so that a waiting run needs no process: `dueAt` in epoch milliseconds. */
export interface TimerRecord {
  id: string
  dueAt: number
}

/** Also releases the run, and closes its approvals. */
export interface RunEnd {
  status: Exclude<RunStatus, 'running'>
  at: number
  output: JsonValue
  error: RunError | null
  usage: UsageTotals
}

export interface InboxMessage {
  id: string
  kind: 'cancel' | 'pause' | 'unpause' | 'signal' | 'decision'
  body: JsonValue
}

/** A workflow as it was when a run started: enough to compile it again. */
export interface Definition {
  hash: string
  workflow: string
  /** As the user named it. */
  file: string
  source: string
  /** What the source links to, as it was then (tool schemas, later child workflows and files). */
  links: JsonValue
}

/** What a model answered, kept to answer an equal request. */
export interface CachedAnswer {
  /** What was asked, as a hash. */
  key: string
  text: string
  /** Epoch milliseconds. */
  expiresAt: number
}

/** How many answers that nobody reads any more one write deletes at the most: more than it adds, so that they do not pile up. */
export const EXPIRED_ANSWERS_A_WRITE = 100

/** How long a claim holds without being renewed, and how often its holder renews it. */
export const LEASE_MS = 10_000
export const LEASE_BEAT_MS = 3_000
