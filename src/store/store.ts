/**
 * The store keeps everything that survives the process: runs with their leases, journals, timers, inboxes, definitions, blobs.
 * It owns durability and ownership, and knows nothing of workflows: rows go in and come out unread.
 *
 * J1 A promise of `write`, `create` or `submit` resolves only when the change is durable.
 * J2 (run, seq) is unique, and a write counts only while its claim's epoch is the run's current one.
 * J7 A run that has ended takes no further end, and no event.
 *
 * The contract has one file a role; decisions that need no SQL are in rules/. test/contract/store.ts holds every
 * implementation to it.
 */
import type { AnswerStore } from './answer-store.ts'
import type { ApprovalStore } from './approval-record.ts'
import type { BlobStore } from './blob-store.ts'
import type { CloudEventStore } from './cloud-event-record.ts'
import type { DefinitionStore } from './definition-store.ts'
import type { HeadStore } from './head-store.ts'
import type { InboxStore, KeptMessageStore } from './inbox-store.ts'
import type { JournalStore } from './journal-store.ts'
import type { StoreMaintenance } from './maintenance.ts'
import type { NewsStore } from './news-store.ts'
import type { QueueStore } from './queue-store.ts'
import type { WorkflowStore } from './registered-workflow.ts'
import type { ReportStore } from './report-store.ts'
import type { RunStore } from './run-store.ts'
import type { ScheduleStore } from './schedule-record.ts'
import type { ServerStore } from './server-store.ts'
import type { SlotStore } from './slot-store.ts'
import type { SnapshotStore } from './snapshot-store.ts'
import type { TokenStore } from './token-store.ts'

/** The roles that a host needs to perform runs. */
export interface HostStore
  extends RunStore,
    JournalStore,
    InboxStore,
    DefinitionStore,
    AnswerStore,
    BlobStore,
    NewsStore,
    SlotStore {
  /** Shown in messages: a file path, or `memory`. */
  readonly location: string
  /** Undefined: it keeps none. */
  readonly snapshots?: SnapshotStore
  /** Writes what is enqueued, then releases the database. Later calls are rejected with StoreError `closed`. */
  close(): Promise<void>
}

export interface Store
  extends HostStore,
    QueueStore,
    ReportStore,
    HeadStore,
    KeptMessageStore,
    ApprovalStore,
    CloudEventStore,
    ScheduleStore,
    WorkflowStore,
    TokenStore,
    ServerStore {
  readonly snapshots: SnapshotStore
  /** Care for the store as a whole: sizes, copies, retention. */
  maintenance(): Promise<StoreMaintenance>
}

export { type CachedAnswer, EXPIRED_ANSWERS_A_WRITE } from './answer-store.ts'
export type { Definition } from './definition-store.ts'
export type { InboxMessage } from './inbox-store.ts'
export type { UsageTotals } from './journal-data.ts'
export type { RunChange, RunEnd } from './journal-store.ts'
export { BAD_ENDS, type BadEnd, type SubmitOptions, type SubmitResult } from './queue-store.ts'
export { type RunFilter, USAGE_GROUPS, type UsageGroup, type UsageQuery, type UsageSum } from './report-store.ts'
export type { RunPhase, RunStatus } from './run-status.ts'
export {
  type Claim,
  type ClaimResult,
  type CreateResult,
  type FindRunResult,
  LEASE_BEAT_MS,
  LEASE_MS,
  type NewRun,
  type Owner,
  type QueuedRun,
  type RunError,
  type RunOrigin,
  type RunRecord,
  type TimerRecord,
} from './run-store.ts'
