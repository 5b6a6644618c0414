/**
 * Puts new runs into the database: inside a transaction, and refusing before anything is written.
 *
 * A run without a key, flow, origin or further rows, held at once, is the one that has to be quick: it takes two inserts.
 */
import { Defect } from '../../core/defect.ts'
import type { JournalRow } from '../journal-row.ts'
import { countExcess, createReplaceMessage, type RunFlow, waitsInAnyCase } from '../run-flow.ts'
import type { Claim, CreateResult, NewRun, Owner, RunRecord, SubmitResult } from '../store.ts'
import { StoreError } from '../store-error.ts'
import { toKindCode, toPhaseCode } from './codes.ts'
import type { FlowGate, FlowMember, GateVerdict } from './flow-gate.ts'
import { LAST_SEQ, toJournalKey } from './journal-key.ts'
import { type LargeText, packJson } from './large-text.ts'
import { packRowData } from './row-data.ts'
import { toHolderText, toOriginText } from './run-record.ts'
import type { InsertedRun, RunRow, Statements } from './statements.ts'

/** A run as text. */
export interface PackedRun {
  run: NewRun
  rows: PackedRow[]
  large: LargeText[]
}

interface PackedRow {
  row: JournalRow
  text: string
}

/** @throws Defect J2 */
export const packRun = (run: NewRun): PackedRun => {
  const large: LargeText[] = []
  const rows = [packRow(run.created, large)]
  for (const row of run.rows ?? []) {
    checkSeq(run, { seq: row.seq, expected: rows.length + 1 })
    rows.push(packRow(row, large))
  }
  checkSeq(run, { seq: run.created.seq, expected: 1 })
  return { run, rows, large }
}

const packRow = (row: JournalRow, large: LargeText[]): PackedRow => ({
  row,
  text: packJson(packRowData(row.data, row.at), large),
})

const checkSeq = ({ id }: NewRun, { seq, expected }: { seq: number; expected: number }): void => {
  if (seq !== expected || seq > LAST_SEQ) throw new Defect(`J2: row ${seq} of run '${id}': expected seq ${expected}`)
}

export interface RunCreationOptions {
  statements: Statements
  /** Asked for only when a run has a flow. */
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
    if (known !== undefined) return known
    const entry = this.#enter(run)
    if (entry.kind === 'refused') return entry
    if (entry.isFree) return { kind: 'created', claim: this.#insertHeld(packed, owner) }
    this.#insertQueued(packed, entry)
    return { kind: 'queued', run: this.#read(run.id), ahead: entry.ahead, retryAt: entry.retryAt }
  }

  submit(packed: PackedRun): SubmitResult {
    const { run } = packed
    const known = this.#findKnown(run)
    if (known !== undefined) return known
    const entry = waitsInAnyCase(run) ? FREE_ENTRY : this.#enter(run)
    if (entry.kind === 'refused') return entry
    this.#insertQueued(packed, entry)
    return { kind: 'created', run: this.#read(run.id) }
  }

  /** Puts a run there that nobody holds, whatever its key and flow say; gives back its key. */
  insert(packed: PackedRun): number {
    return this.#fill(packed, this.#statements.insertWholeRun.run(toInserted(packed.run)))
  }

  #findKnown({ workflow, key, bodyHash }: NewRun): { kind: 'existing' | 'conflict'; run: RunRecord } | undefined {
    const row = key === undefined ? undefined : this.#statements.readRunByKey.get(workflow, key)
    return (
      row && { kind: row.body_hash === (bodyHash ?? null) ? 'existing' : 'conflict', run: this.#options.toRecord(row) }
    )
  }

  /** What its flow says, which nothing is written for yet. */
  #enter(run: NewRun): Entry | { kind: 'refused'; holders: string[] } {
    const { flow } = run
    if (flow === undefined) return FREE_ENTRY
    const gate = this.#options.gate()
    const member = toMember(run.workflow, flow)
    const verdict = gate.judge(member)
    const isRefused = flow.onConflict === 'reject' && !verdict.isFree && verdict.retryAt === null
    if (flow.onConflict !== 'replace' && !isRefused) return { ...verdict, kind: 'entered', replaced: [] }
    const { holders } = gate.read(member)
    const queued = gate.listQueued(member.flow_key).map(({ id }) => id)
    if (isRefused) return { kind: 'refused', holders: holders.length > 0 ? holders : queued }
    const replaced = verdict.isFree ? [] : [...holders.slice(0, countExcess(flow, holders.length)), ...queued]
    return { ...verdict, kind: 'entered', ahead: 0, replaced }
  }

  #insertHeld(packed: PackedRun, owner: Owner): Claim {
    const { run } = packed
    const holder = toHolderText(owner)
    const { insertRun, insertWholeRun } = this.#statements
    const inserted = isPlain(run)
      ? insertRun.run(run.id, run.workflow, run.created.at, holder, run.parent ?? null, run.definition)
      : insertWholeRun.run({ ...toInserted(run), holder, epoch: 1, phase: ACTIVE, isAdmitted: run.flow ? 1 : 0 })
    const runKey = this.#fill(packed, inserted)
    return { runId: run.id, runKey, epoch: 1, ownerId: owner.id }
  }

  #insertQueued(packed: PackedRun, { replaced }: Entry): void {
    this.insert(packed)
    if (replaced.length === 0) return
    const { id, kind, body } = createReplaceMessage(packed.run.id)
    for (const runId of replaced) this.#statements.insertMessage.run(id, kind, JSON.stringify(body), runId)
  }

  /** Gives back the key of the run. */
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

  #explainRefusal(run: NewRun): Error {
    if (this.#statements.readDefinitionKey.get(run.definition) !== undefined)
      return new StoreError('conflict', `run '${run.id}' exists already`)
    return new Defect(
      `J4: definition '${run.definition}' of run '${run.id}' is not saved: expected saveDefinition first`,
    )
  }

  #read(id: string): RunRecord {
    const row = this.#statements.readRun.get(id)
    if (row === undefined) throw new StoreError('corrupt', `run '${id}' is missing: expected it where it was just put`)
    return this.#options.toRecord(row)
  }
}

interface Entry extends GateVerdict {
  kind: 'entered'
  /** Ids of runs that are asked to make room. */
  replaced: string[]
}

const FREE_ENTRY: Entry = {
  kind: 'entered',
  isFree: true,
  retryAt: null,
  ahead: 0,
  takesPermit: false,
  replaced: [],
}

const ACTIVE = toPhaseCode('active')

const isPlain = ({ key, flow, origin }: NewRun): boolean =>
  key === undefined && flow === undefined && origin === undefined

/** As a run that nobody holds. */
const toInserted = ({
  id,
  workflow,
  definition,
  created,
  parent,
  origin,
  key,
  bodyHash,
  flow,
}: NewRun): InsertedRun => ({
  id,
  workflow,
  definition,
  phase: toPhaseCode('queued'),
  createdAt: created.at,
  epoch: 0,
  holder: null,
  parent: parent ?? null,
  origin: origin === undefined ? null : toOriginText(origin),
  key: key ?? null,
  bodyHash: bodyHash ?? null,
  isAdmitted: 0,
  ...(flow === undefined ? NO_FLOW : toFlowColumns(workflow, flow)),
})

const NO_FLOW = { flow_key: null, concurrency: null, rank: null, rate_count: null, rate_window_ms: null }

const toFlowColumns = (workflow: string, { key, concurrency, rate, priority = 0 }: RunFlow) => ({
  flow_key: `${workflow} ${key}`,
  concurrency: concurrency ?? null,
  rank: 0 - priority,
  rate_count: rate?.count ?? null,
  rate_window_ms: rate?.windowMs ?? null,
})

/** As if it came last: it is not in the table yet. */
const toMember = (workflow: string, flow: RunFlow): FlowMember => ({
  key: Number.MAX_SAFE_INTEGER,
  ...toFlowColumns(workflow, flow),
})
