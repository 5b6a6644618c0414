/** Journals, and everything else that is written in one transaction with their rows. */
import type { JsonValue } from '../core/json.ts'
import type { ApprovalRecord } from './approval-record.ts'
import type { CloudEventRecord } from './cloud-event-record.ts'
import type { InboxMessage } from './inbox-store.ts'
import type { UsageTotals } from './journal-data.ts'
import type { JournalRow } from './journal-row.ts'
import type { RunStatus } from './run-status.ts'
import type { Claim, RunError, TimerRecord } from './run-store.ts'

export interface JournalStore {
  /**
   * Appends to a run. All writes of one turn of the event loop are one transaction; those of one claim in one turn share
   * their promise and their fate. The arguments must not be changed afterwards.
   * @throws LeaseLost also when the run has ended or was released; StoreError: nothing was written, the same write may be
   * repeated later (`disk_full`, `busy`); Defect J2 when a `seq` is taken
   */
  write(claim: Claim, change: RunChange): Promise<void>
  /** Returns all rows of a run with `seq >= fromSeq`, in order. */
  readJournal(id: string, fromSeq?: number): Promise<JournalRow[]>
  /** Returns the rows with `from <= seq <= to`, in order: a journal may be larger than memory. */
  readRows(id: string, range: { from: number; to: number }): Promise<JournalRow[]>
  /** Returns the first row, `created`, alone. */
  readCreated(id: string): Promise<JournalRow<'created'> | undefined>
}

/** One step forward of a run: all of it becomes durable, or nothing. */
export interface RunChange {
  rows?: readonly JournalRow[]
  timersSet?: readonly TimerRecord[]
  /** Ids. */
  timersCleared?: readonly string[]
  /** Ids of the inbox messages that these rows have taken up. */
  inboxTaken?: readonly string[]
  isPaused?: boolean
  /** The queued run begins: epoch milliseconds. */
  begunAt?: number
  /** Messages to other runs, as by `post`; one that does not count there is skipped. */
  asked?: readonly { run: string; message: InboxMessage }[]
  /** Replace open approvals of the same path and visit. */
  approvalsOpened?: readonly ApprovalRecord[]
  /** Closed before others are opened. */
  approvalsClosed?: readonly { path: string; visit: number }[]
  emitted?: readonly CloudEventRecord[]
  end?: RunEnd
}

/** Also releases the run, and closes its approvals. */
export interface RunEnd {
  status: Exclude<RunStatus, 'running'>
  at: number
  output: JsonValue
  error: RunError | null
  usage: UsageTotals
}
