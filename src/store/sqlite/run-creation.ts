/**
 * Adds new runs to the database, inside a transaction of the caller.
 *
 * 1. A run is refused before anything of it is written.
 * 2. A run without a key, flow, origin or further rows, held at once, is on the fast path: it takes two inserts.
 */

import type { SubmitOptions, SubmitResult } from '../queue-store.ts'
import { createLeaveMessage, enterFlow, type FlowEntry, needsOthers, waitsInAnyCase } from '../rules/flow.ts'
import { idConflict, judgeKey, unsavedDefinition } from '../rules/new-run.ts'
import type { Claim, CreateResult, NewRun, Owner, RunRecord } from '../run-store.ts'
import { toKindCode, toPhaseCode } from '../sql/codes.ts'
import { toJournalKey } from '../sql/journal-key.ts'
import {
  AT_ONCE,
  ENTERED,
  type Entry,
  type FoundByKey,
  type PackedRun,
  type ReplacedRun,
  toInserted,
  toMember,
} from '../sql/new-run-columns.ts'
import { toHolderText } from '../sql/run-record.ts'
import type { RunRow } from '../sql/run-row.ts'
import { toNeedsText } from '../sql/server-columns.ts'
import { StoreError } from '../store-error.ts'
import type { FlowGate } from './flow-gate.ts'
import type { Statements } from './statements.ts'

export interface RunCreationOptions {
  statements: Statements
  /** Called only for a run with a flow. */
  gate(): FlowGate
  toRecord(row: RunRow): RunRecord
}

export class RunCreation {
  readonly #statements: Statements
  readonly #options: RunCreationOptions

  constructor(options: RunCreationOptions) {
    this.#statements = options.statements
    this.#options = options
  }

  create(packed: PackedRun, owner: Owner): CreateResult {
    const { run } = packed
    const known = this.#findKnown(run)
    if (known !== undefined && known.kind !== 'over') return known
    const entry = this.#enter(run)
    if (entry.kind === 'refused') return entry
    if (entry.isFree) return { kind: 'created', claim: this.#insertHeld(packed, owner) }
    this.#insertQueued(packed, entry)
    return { kind: 'queued', run: this.#read(run.id), ahead: entry.ahead, retryAt: entry.retryAt }
  }

  submit(packed: PackedRun, options?: SubmitOptions): SubmitResult {
    const { run } = packed
    const known = this.#findKnown(run, options)
    if (known !== undefined && known.kind !== 'over') return known
    const entry = waitsInAnyCase(run) ? AT_ONCE : this.#enter(run)
    if (entry.kind === 'refused') return entry
    if (known === undefined) this.#insertQueued(packed, entry)
    else this.#insertAgain(packed, { entry, replaced: known })
    return { kind: 'created', run: this.#read(run.id) }
  }

  /** Adds a run without a holder, whatever its key and flow say; returns its key. */
  insert(packed: PackedRun): number {
    return this.#fill(packed, this.#statements.insertWholeRun.run(toInserted(packed.run)))
  }

  #findKnown(run: NewRun, options?: SubmitOptions): FoundByKey | undefined {
    const row = run.key === undefined ? undefined : this.#statements.readRunByKey.get(run.workflow, run.key)
    if (row === undefined) return undefined
    const found = this.#options.toRecord(row)
    const kind = judgeKey({ status: found.status, bodyHash: row.body_hash }, run, options)
    return kind === 'over' ? { kind, id: found.id, runKey: row.key } : { kind, run: found }
  }

  /** Asks the flow of the run, and writes nothing. */
  #enter(run: NewRun): Entry | Extract<FlowEntry, { kind: 'refused' }> {
    const { flow } = run
    if (flow === undefined) return AT_ONCE
    const gate = this.#options.gate()
    const member = toMember(run.workflow, flow)
    const verdict = gate.judge(member)
    if (!needsOthers(flow, verdict)) return { ...verdict, ...ENTERED }
    const queued = gate.listQueued(member.flow_key).sort((one, other) => one.key - other.key)
    const entry = enterFlow(flow, { ...gate.read(member), queued: queued.map(({ id }) => id) })
    if (entry.kind === 'refused') return entry
    return { ...verdict, ...entry, ahead: entry.why === 'replaced' ? 0 : verdict.ahead - entry.leaving.length }
  }

  #insertHeld(packed: PackedRun, owner: Owner): Claim {
    const { run } = packed
    const holder = toHolderText(owner)
    const { insertRun, insertWholeRun } = this.#statements
    const inserted = isPlain(run)
      ? insertRun.run(
          run.id,
          run.workflow,
          run.created.at,
          holder,
          run.parent ?? null,
          toNeedsText(run.needs),
          run.definition,
        )
      : insertWholeRun.run({ ...toInserted(run), holder, epoch: 1, phase: ACTIVE, isAdmitted: run.flow ? 1 : 0 })
    const runKey = this.#fill(packed, inserted)
    return { runId: run.id, runKey, epoch: 1, ownerId: owner.id }
  }

  /** Passes the key on only when the run is there: an insertion that refuses has written nothing. */
  #insertAgain({ run, ...packed }: PackedRun, { entry, replaced }: { entry: Entry; replaced: ReplacedRun }): void {
    const { key = null, ...keyless } = run
    const origin = { kind: 'again', of: replaced.id } as const
    const runKey = this.#insertQueued({ ...packed, run: { ...keyless, origin } }, entry)
    this.#statements.releaseKey.run(run.id, replaced.runKey)
    this.#statements.takeKey.run(key, runKey)
  }

  #insertQueued(packed: PackedRun, { leaving, why }: Entry): number {
    const runKey = this.insert(packed)
    const { id, kind, body } = createLeaveMessage(why, packed.run.id)
    for (const runId of leaving) this.#statements.insertMessage.run(id, kind, JSON.stringify(body), runId)
    return runKey
  }

  /** Returns the key of the run. */
  #fill({ run, rows, large }: PackedRun, inserted: { changes: number; lastInsertRowid: number | bigint }): number {
    if (inserted.changes === 0) throw this.#explainRefusal(run)
    const runKey = Number(inserted.lastInsertRowid)
    const { insertFirstRow, insertBlob, setTimer } = this.#statements
    for (const { row, text } of rows) {
      const { seq, at, kind, path, visit } = row
      insertFirstRow.run(toJournalKey(runKey, seq), at, toKindCode(kind), path, visit, text)
    }
    for (const { hash, bytes } of large) insertBlob.run(hash, bytes)
    for (const { id, dueAt } of run.timers ?? []) setTimer.run(runKey, id, dueAt)
    return runKey
  }

  #explainRefusal({ id, definition }: NewRun): Error {
    return this.#statements.readDefinitionKey.get(definition) === undefined
      ? unsavedDefinition(definition, `run '${id}'`)
      : idConflict(id)
  }

  #read(id: string): RunRecord {
    const row = this.#statements.readRun.get(id)
    if (row === undefined)
      throw new StoreError('corrupt', `run '${id}' is missing: expected the run that was just added`)
    return this.#options.toRecord(row)
  }
}

const ACTIVE = toPhaseCode('active')

const isPlain = ({ key, flow, origin }: NewRun): boolean =>
  key === undefined && flow === undefined && origin === undefined
