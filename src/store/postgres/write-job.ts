/**
 * All changes of one claim in one turn of the event loop, with one promise for all. Since one statement makes them, they are
 * reduced to their net effect: the last value of each timer, approval and flag.
 */
import type { CloudEventRecord } from '../cloud-event-record.ts'
import type { JournalRow } from '../journal-row.ts'
import type { RunChange, RunEnd } from '../journal-store.ts'
import { findSeqDefect, seqDefect } from '../rules/journal.ts'
import type { Claim } from '../run-store.ts'
import { type PackedApproval, packApproval } from '../sql/approval-columns.ts'
import type { PackedEvent } from '../sql/event-columns.ts'
import { LAST_SEQ } from '../sql/journal-key.ts'
import { type LargeText, packJson } from '../sql/large-text.ts'
import { type PackedRow, packRow } from '../sql/run-record.ts'
import { LeaseLost } from '../store-error.ts'

/** `done`: an earlier try was committed. `gap`: a row with the first seq exists, or the one before it is missing. */
export type Verdict = 'ok' | 'done' | 'lost' | 'gap'

export interface PackedEnd {
  end: RunEnd
  output: string
  error: string | null
}

/** An approval that is opened. `isNew`: others were open at its place since, so that no token of it counts any more. */
interface OpenedApproval {
  packed: PackedApproval
  isNew: boolean
}

export interface Asked {
  run: string
  id: string
  kind: string
  body: string
}

export class WriteJob {
  readonly kind = 'write'
  readonly claim: Claim
  readonly promise: Promise<void>
  readonly fail: (error: unknown) => void
  readonly rows: PackedRow[] = []
  readonly large: LargeText[] = []
  /** By id; null: cleared. */
  readonly timers = new Map<string, number | null>()
  readonly taken = new Set<string>()
  readonly asked: Asked[] = []
  /** By place; null: closed. */
  readonly approvals = new Map<string, OpenedApproval | { path: string; visit: number }>()
  readonly opened: PackedApproval[] = []
  readonly events: PackedEvent[] = []
  isPaused: boolean | undefined
  begunAt: number | undefined
  end: PackedEnd | undefined
  readonly #succeed: () => void
  readonly #onClose: (job: WriteJob) => void

  /** @param onClose Called when the job is sent: a later change needs another one. */
  constructor(claim: Claim, onClose: (job: WriteJob) => void) {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.claim = claim
    this.promise = promise
    this.#succeed = resolve
    this.fail = reject
    this.#onClose = onClose
  }

  /** @throws Defect J2 when the rows leave a gap; then nothing of the change is taken. */
  add(change: RunChange): void {
    const large: LargeText[] = []
    const rows = this.#packRows(change.rows ?? [], large)
    const opened = (change.approvalsOpened ?? []).map((record) => packApproval(record, large))
    const events = (change.emitted ?? []).map((event: CloudEventRecord) => ({
      event,
      text: packJson(event.data, large),
    }))
    if (change.end !== undefined) this.end = packEnd(change.end, large)
    this.rows.push(...rows)
    this.large.push(...large)
    this.events.push(...events)
    this.#addRest(change)
    this.#addApprovals(change.approvalsClosed ?? [], opened)
  }

  close(): void {
    this.#onClose(this)
  }

  settle(verdict: Verdict | undefined): void {
    const { runId } = this.claim
    if (verdict === 'ok' || verdict === 'done') this.#succeed()
    else if (verdict === 'gap')
      this.fail(seqDefect({ id: runId, seq: this.rows[0]?.row.seq ?? 0 }, 'the one after the last'))
    else this.fail(new LeaseLost(runId))
  }

  #packRows(rows: readonly JournalRow[], large: LargeText[]): PackedRow[] {
    const after = this.rows.at(-1)?.row.seq ?? (rows[0]?.seq ?? 1) - 1
    const defect = findSeqDefect(rows, { id: this.claim.runId, after, last: LAST_SEQ })
    if (defect !== undefined) throw defect
    return rows.map((row) => packRow(row, large))
  }

  #addRest({ timersSet = [], timersCleared = [], inboxTaken = [], asked = [], isPaused, begunAt }: RunChange): void {
    for (const { id, dueAt } of timersSet) this.timers.set(id, dueAt)
    for (const id of timersCleared) this.timers.set(id, null)
    for (const id of inboxTaken) this.taken.add(id)
    for (const { run, message } of asked)
      this.asked.push({ run, id: message.id, kind: message.kind, body: JSON.stringify(message.body) })
    if (isPaused !== undefined) this.isPaused = isPaused
    if (begunAt !== undefined) this.begunAt = begunAt
  }

  #addApprovals(closed: readonly { path: string; visit: number }[], opened: readonly PackedApproval[]): void {
    for (const { path, visit } of closed) this.approvals.set(placeOf({ path, visit }), { path, visit })
    for (const packed of opened) {
      const place = placeOf(packed.record)
      const before = this.approvals.get(place)
      const isNew =
        before !== undefined &&
        (!('packed' in before) || before.isNew || before.packed.record.requestHash !== packed.record.requestHash)
      this.approvals.set(place, { packed, isNew })
      this.opened.push(packed)
    }
  }
}

const placeOf = ({ path, visit }: { path: string; visit: number }): string => `${visit} ${path}`

const packEnd = (end: RunEnd, large: LargeText[]): PackedEnd => {
  const output = packJson(end.output, large)
  return { end, output, error: end.error === null ? null : packJson({ ...end.error }, large) }
}
