import type { JournalRow } from '../journal-row.ts'
import type { RunChange, RunEnd } from '../journal-store.ts'
import { findSeqDefect, seqDefect } from '../rules/journal.ts'
import type { Claim } from '../run-store.ts'
import { type PackedApproval, packApproval } from '../sql/approval-columns.ts'
import { toKindCode, toStatusCode } from '../sql/codes.ts'
import type { PackedEvent } from '../sql/event-columns.ts'
import { LAST_SEQ, toJournalKey } from '../sql/journal-key.ts'
import { type LargeText, packJson } from '../sql/large-text.ts'
import { type PackedRow, packRow } from '../sql/run-record.ts'
import { LeaseLost } from '../store-error.ts'
import type { Job } from './group-commit.ts'
import type { SqliteApprovals } from './sqlite-approvals.ts'
import type { SqliteOutbox } from './sqlite-outbox.ts'
import type { Statements } from './statements.ts'

interface PackedEnd {
  end: RunEnd
  output: string
  error: string | null
}

/** A change, with its approvals and events as text. */
interface PackedChange {
  change: RunChange
  approvals: PackedApproval[] | undefined
  events: PackedEvent[] | undefined
}

export interface WriteJobOptions {
  statements: Statements
  /** Statements that few writes need. */
  parts(): { approvals: SqliteApprovals; outbox: SqliteOutbox }
  /** Called when the job runs: a later change needs another job. */
  onBegin(): void
}

/** All changes of one claim in one turn of the event loop, packed as text, with one promise for all. */
export class WriteJob implements Job {
  readonly promise: Promise<void>
  readonly succeed: () => void
  readonly fail: (error: unknown) => void
  readonly #statements: Statements
  readonly #claim: Claim
  readonly #options: WriteJobOptions
  readonly #rows: PackedRow[] = []
  readonly #large: LargeText[] = []
  readonly #changes: PackedChange[] = []
  #end: PackedEnd | undefined

  constructor(claim: Claim, options: WriteJobOptions) {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.promise = promise
    this.succeed = resolve
    this.fail = reject
    this.#statements = options.statements
    this.#claim = claim
    this.#options = options
  }

  /** @throws Defect J2 when the rows leave a gap; then nothing of the change is taken. */
  add(change: RunChange): void {
    const large: LargeText[] = []
    const rows = change.rows === undefined ? [] : this.#packRows(change.rows, large)
    const approvals = change.approvalsOpened?.map((record) => packApproval(record, large))
    const events = change.emitted?.map((event) => ({ event, text: packJson(event.data, large) }))
    if (change.end !== undefined) this.#end = packEnd(change.end, large)
    this.#rows.push(...rows)
    this.#large.push(...large)
    this.#changes.push({ change, approvals, events })
  }

  perform(): void {
    this.#options.onBegin()
    this.#checkClaim()
    for (const packed of this.#rows) this.#insertRow(packed)
    for (const { hash, bytes } of this.#large) this.#statements.insertBlob.run(hash, bytes)
    for (const change of this.#changes) this.#applyRest(change)
    if (this.#end !== undefined) this.#applyEnd(this.#end)
  }

  #packRows(rows: readonly JournalRow[], large: LargeText[]): PackedRow[] {
    const after = this.#rows.at(-1)?.row.seq ?? (rows[0]?.seq ?? 1) - 1
    const defect = findSeqDefect(rows, { id: this.#claim.runId, after, last: LAST_SEQ })
    if (defect !== undefined) throw defect
    return rows.map((row) => packRow(row, large))
  }

  /** Checks the claim of a job without rows. The insert of a first row checks it at no cost. */
  #checkClaim(): void {
    const { runKey, epoch, runId } = this.#claim
    if (this.#rows.length > 0 || this.#statements.checkHeld.get(runKey, epoch) !== undefined) return
    throw new LeaseLost(runId)
  }

  #insertRow({ row, text }: PackedRow): void {
    const { runKey, epoch } = this.#claim
    const key = toJournalKey(runKey, row.seq)
    const kind = toKindCode(row.kind)
    const { changes } = this.#statements.insertRow.run(
      key,
      row.at,
      kind,
      row.path,
      row.visit,
      text,
      key - 1,
      runKey,
      epoch,
    )
    if (changes === 0) this.#refuse(row)
  }

  /** Only the first row can be refused: the others follow it without a gap, in the same transaction. */
  #refuse(row: JournalRow): never {
    const { runKey, epoch, runId } = this.#claim
    if (this.#statements.checkHeld.get(runKey, epoch) === undefined) throw new LeaseLost(runId)
    throw seqDefect({ id: runId, seq: row.seq }, 'the one after the last')
  }

  #applyRest({ change, approvals, events }: PackedChange): void {
    const { runKey } = this.#claim
    for (const { id, dueAt } of change.timersSet ?? []) this.#statements.setTimer.run(runKey, id, dueAt)
    for (const id of change.timersCleared ?? []) this.#statements.clearTimer.run(runKey, id)
    for (const id of change.inboxTaken ?? []) this.#statements.takeMessage.run(runKey, id)
    if (change.asked !== undefined) this.#ask(change.asked)
    if (change.isPaused !== undefined) this.#statements.pauseRun.run(change.isPaused ? 1 : 0, runKey)
    if (change.begunAt !== undefined) this.#statements.beginRun.run(change.begunAt, runKey)
    if (change.approvalsClosed !== undefined)
      for (const place of change.approvalsClosed) this.#options.parts().approvals.close(runKey, place)
    if (approvals !== undefined)
      for (const packed of approvals) this.#options.parts().approvals.open(this.#claim, packed)
    if (events !== undefined) for (const packed of events) this.#options.parts().outbox.add(runKey, packed)
  }

  #ask(asked: NonNullable<RunChange['asked']>): void {
    for (const { run, message } of asked)
      this.#statements.insertMessage.run(message.id, message.kind, JSON.stringify(message.body), run)
  }

  #applyEnd({ end, output, error }: PackedEnd): void {
    const { runKey, epoch } = this.#claim
    const { status, at, usage } = end
    const { input_tokens, output_tokens, cost_usd, cache_hits = null } = usage
    const statements = this.#statements
    const figures = [input_tokens, output_tokens, cost_usd, cache_hits] as const
    statements.endRun.run(toStatusCode(status), at, output, error, ...figures, runKey, epoch)
    statements.clearTimers.run(runKey)
    statements.clearInbox.run(runKey)
    statements.clearApprovals.run(runKey)
  }
}

const packEnd = (end: RunEnd, large: LargeText[]): PackedEnd => {
  const output = packJson(end.output, large)
  return { end, output, error: end.error === null ? null : packJson({ ...end.error }, large) }
}
