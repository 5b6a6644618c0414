/**
 * The store in one SQLite file, or in memory.
 *
 * It owns its connection and turns the contract into changes and reads of the queue (store-queue.ts). This file has the runs,
 * sqlite-records.ts has the records beside them.
 *
 * better-sqlite3 is synchronous: a statement blocks the event loop while it runs. So no statement waits for a lock longer than
 * BUSY_TIMEOUT_MS.
 */

import { statSync } from 'node:fs'
import { hashBytes } from '../../core/hash.ts'
import type { JsonValue } from '../../core/json.ts'
import { expectWithin, LIMITS } from '../../core/limits.ts'
import type { JournalRow } from '../journal-row.ts'
import type { StoreMaintenance } from '../maintenance.ts'
import type { Needs } from '../queue-store.ts'
import { refuseClaim } from '../rules/lease.ts'
import { toPhaseCode } from '../sql/codes.ts'
import { decodeRows, type OnDamaged } from '../sql/damaged-rows.ts'
import { toDefinition, toMessage } from '../sql/decode-content.ts'
import { LAST_SEQ, toJournalKey } from '../sql/journal-key.ts'
import { expectOwnBytes, type LargeText, packJson, unpackJson } from '../sql/large-text.ts'
import { packRun } from '../sql/new-run-columns.ts'
import { toHolderText, toJournalRow, toRunRecord } from '../sql/run-record.ts'
import type {
  CachedAnswer,
  Claim,
  ClaimResult,
  CreateResult,
  Definition,
  FindRunResult,
  InboxMessage,
  NewRun,
  Owner,
  RunChange,
  RunFilter,
  RunPhase,
  RunRecord,
  Store,
  SubmitOptions,
  SubmitResult,
  UsageQuery,
  UsageSum,
} from '../store.ts'
import { StoreError } from '../store-error.ts'
import type { Connection } from './connection.ts'
import { RunCreation } from './run-creation.ts'
import { SqliteRecords } from './sqlite-records.ts'
import { prepareStatements, type Statements } from './statements.ts'
import { StoreQueue } from './store-queue.ts'
import { selectUsageSums } from './usage-statement.ts'
import { WriteJob } from './write-job.ts'

/** Most ids in the answer for an ambiguous id. */
const AMBIGUOUS_IDS = 10

export class SqliteStore extends SqliteRecords implements Store {
  readonly location: string
  readonly #connection: Connection
  readonly #statements: Statements
  readonly #creation: RunCreation
  readonly #writes = new Map<Claim, WriteJob>()
  readonly #fileId: string | undefined

  constructor(connection: Connection, location: string, { onDamaged = () => {} }: { onDamaged?: OnDamaged } = {}) {
    const statements = prepareStatements(connection)
    const unpack = (text: string): JsonValue => unpackJson(text, (hash) => statements.readBlob.get(hash))
    super(new StoreQueue(connection, location), { connection, decoding: { unpack, onDamaged } })
    this.location = location
    this.#connection = connection
    this.#statements = statements
    this.#creation = new RunCreation({
      statements,
      gate: () => this.parts().gate,
      toRecord: (row) => this.#toRecord(row),
    })
    this.#fileId = readFileId(connection)
  }

  async submit(run: NewRun, options?: SubmitOptions): Promise<SubmitResult> {
    const packed = packRun(run)
    return this.queue.change(() => this.#creation.submit(packed, options))
  }

  async create(run: NewRun, owner: Owner): Promise<CreateResult> {
    const packed = packRun(run)
    return this.queue.change(() => this.#creation.create(packed, owner))
  }

  claim(id: string, owner: Owner): Promise<ClaimResult> {
    return this.queue.change(() => this.#claim(id, owner))
  }

  renew(claims: readonly Claim[]): Promise<Claim[]> {
    return this.queue.change(() => {
      this.#checkFile()
      return claims.filter(({ runKey, epoch }) => this.#statements.renewRun.run(runKey, epoch).changes === 0)
    })
  }

  release(claim: Claim, { phase = 'active' }: { phase?: RunPhase } = {}): Promise<void> {
    this.#writes.delete(claim)
    return this.queue.change(() => {
      this.#statements.releaseRun.run(toPhaseCode(phase), claim.runKey, claim.epoch)
    })
  }

  write(claim: Claim, change: RunChange): Promise<void> {
    if (this.queue.isClosed) return Promise.reject(this.queue.closedError())
    const open = this.#writes.get(claim)
    const job = open ?? this.#createWriteJob(claim)
    try {
      job.add(change)
    } catch (error) {
      return Promise.reject(error)
    }
    if (change.end !== undefined) this.#writes.delete(claim)
    else if (open === undefined) this.#writes.set(claim, job)
    if (open === undefined) this.queue.add(job)
    return job.promise
  }

  readJournal(id: string, fromSeq = 1): Promise<JournalRow[]> {
    return this.readRows(id, { from: fromSeq, to: LAST_SEQ })
  }

  readRows(id: string, { from, to }: { from: number; to: number }): Promise<JournalRow[]> {
    return this.queue.read(() => {
      const key = this.#statements.readRunKey.get(id)
      if (key === undefined) return []
      const rows = this.#statements.readRows.all(toJournalKey(key, from), toJournalKey(key, Math.min(to, LAST_SEQ)))
      return rows.map((row) => toJournalRow(row, { runId: id, unpack: this.decoding.unpack }))
    })
  }

  readCreated(id: string): Promise<JournalRow<'created'> | undefined> {
    return this.queue.read(() => {
      const key = this.#statements.readRunKey.get(id)
      const first = toJournalKey(key ?? 0, 1)
      const row = key === undefined ? undefined : this.#statements.readRows.get(first, first)
      const parsed = row && toJournalRow(row, { runId: id, unpack: this.decoding.unpack })
      return parsed?.kind === 'created' ? parsed : undefined
    })
  }

  readClock(): Promise<number> {
    return this.queue.read(() => this.#statements.readNow.get() ?? 0)
  }

  findRun(id: string): Promise<FindRunResult> {
    return this.queue.read(() => {
      const exact = this.#statements.readRun.get(id)
      if (exact) return { kind: 'found', run: this.#toRecord(exact) }
      const ids = id === '' ? [] : this.#statements.findIds.all({ text: id, limit: AMBIGUOUS_IDS })
      if (ids.length > 1) return { kind: 'ambiguous', ids }
      const only = this.#statements.readRun.get(ids[0] ?? '')
      return only ? { kind: 'found', run: this.#toRecord(only) } : { kind: 'missing' }
    })
  }

  listRuns(filter: RunFilter = {}): Promise<RunRecord[]> {
    return this.queue.read(() =>
      decodeRows(this.parts().runs.list(filter), {
        decode: (row) => this.#toRecord(row),
        onDamaged: this.decoding.onDamaged,
      }),
    )
  }

  countRuns(filter: RunFilter = {}): Promise<number> {
    return this.queue.read(() => this.parts().runs.count(filter))
  }

  sumUsage(query: UsageQuery): Promise<UsageSum[]> {
    return this.queue.read(() => selectUsageSums(this.#connection, query))
  }

  listDueRuns(at: number, limit = 100, options: { except?: readonly Needs[] } = {}): Promise<string[]> {
    return this.queue.read(() => this.parts().due.list(at, limit, options))
  }

  nextDueAt(): Promise<number | null> {
    return this.queue.read(() => this.parts().due.nextAt())
  }

  async post(runId: string, { id, kind, body }: InboxMessage): Promise<boolean> {
    const large: LargeText[] = []
    const text = packJson(body, large)
    return this.queue.change(() => {
      this.#insertLarge(large)
      return this.#statements.insertMessage.run(id, kind, text, runId).changes === 1
    })
  }

  peekInbox(runIds: readonly string[]): Promise<{ runId: string; message: InboxMessage }[]> {
    return this.queue.read(() =>
      decodeRows(this.#statements.peekMessages.all(JSON.stringify(runIds)), {
        decode: (row) => ({ runId: row.run_id, message: toMessage(row, this.decoding.unpack) }),
        onDamaged: this.decoding.onDamaged,
      }),
    )
  }

  readInbox(claims: readonly Claim[]): Promise<{ claim: Claim; message: InboxMessage }[]> {
    const byKey = new Map(claims.map((claim) => [claim.runKey, claim]))
    return this.queue.read(() =>
      // A damaged message stays, and delays none of the others.
      decodeRows(this.#statements.readMessages.all(JSON.stringify([...byKey.keys()])), {
        decode: (row) => ({ claim: byKey.get(row.run), message: toMessage(row, this.decoding.unpack) }),
        onDamaged: this.decoding.onDamaged,
      }).flatMap(({ claim, message }) => (claim === undefined ? [] : [{ claim, message }])),
    )
  }

  saveDefinition({ hash, workflow, file, source, links }: Definition): Promise<void> {
    const text = JSON.stringify(links)
    return this.queue.change(() => {
      this.#statements.insertDefinition.run(hash, workflow, file, source, text)
    })
  }

  loadDefinition(hash: string): Promise<Definition | undefined> {
    return this.queue.read(() => {
      const found = this.#statements.readDefinition.get(hash)
      return found && toDefinition(found)
    })
  }

  readAnswer(key: string, at: number): Promise<string | undefined> {
    return this.queue.read(() => this.#statements.readAnswer.get(key, at))
  }

  writeAnswer({ key, text, expiresAt }: CachedAnswer, at: number): Promise<void> {
    return this.queue.change(() => {
      this.#statements.dropExpiredAnswers.run(at)
      this.#statements.putAnswer.run(key, text, expiresAt)
    })
  }

  async putBlob(bytes: Uint8Array): Promise<string> {
    expectWithin(LIMITS.blob, { subject: 'a blob', amount: bytes.byteLength })
    const blob = { hash: hashBytes(bytes), bytes: bytes.slice() }
    return this.queue.change(() => {
      this.#insertLarge([blob])
      return blob.hash
    })
  }

  getBlob(hash: string): Promise<Uint8Array | undefined> {
    return this.queue.read(() => {
      const found = this.#statements.readBlob.get(hash)
      const bytes = found && expectOwnBytes(hash, found)
      return bytes && new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    })
  }

  async maintenance(): Promise<StoreMaintenance> {
    const { createMaintenance } = await import('./maintenance/sqlite-maintenance.ts')
    return createMaintenance({
      connection: this.#connection,
      queue: this.queue,
      statements: this.#statements,
      creation: this.#creation,
      parts: this.parts,
      unpack: this.decoding.unpack,
    })
  }

  close(): Promise<void> {
    return this.queue.close()
  }

  #createWriteJob(claim: Claim): WriteJob {
    const job: WriteJob = new WriteJob(claim, {
      statements: this.#statements,
      parts: this.parts,
      onBegin: () => this.#closeWrite(claim, job),
    })
    return job
  }

  #closeWrite(claim: Claim, job: WriteJob): void {
    if (this.#writes.get(claim) === job) this.#writes.delete(claim)
  }

  #claim(id: string, owner: Owner): ClaimResult {
    const row = this.#statements.readRun.get(id)
    if (row === undefined) return { kind: 'missing' }
    const run = this.#toRecord(row)
    const refusal = refuseClaim(run, { owner, now: this.#statements.readNow.get() ?? 0 })
    if (refusal !== undefined) return refusal
    const admission = row.flow_key === null ? undefined : this.parts().gate.judgeClaim(row.key)
    if (admission?.isFree === false) return { kind: 'queued', run, ahead: admission.ahead, retryAt: admission.retryAt }
    this.#statements.claimRun.run(toHolderText(owner), row.key)
    if (admission?.takesPermit) this.parts().gate.admit(row.key)
    const claimed = this.#statements.readRun.get(id) ?? row
    const claim = { runId: id, runKey: row.key, epoch: claimed.epoch, ownerId: owner.id }
    return { kind: 'claimed', claim, run: this.#toRecord(claimed), ...(admission?.isExpired && { isExpired: true }) }
  }

  #insertLarge(large: readonly LargeText[]): void {
    for (const { hash, bytes } of large) this.#statements.insertBlob.run(hash, bytes)
  }

  /** SQLite goes on writing to a deleted file, whose rows would be lost with the process. */
  #checkFile(): void {
    if (readFileId(this.#connection) === this.#fileId) return
    throw new StoreError('unreadable', `database '${this.location}' was deleted or replaced while in use`, {
      hint: 'put the file back, or start again',
    })
  }

  #toRecord(row: Parameters<typeof toRunRecord>[0]): RunRecord {
    return toRunRecord(row, this.decoding.unpack)
  }
}

/** Device and inode, which identify a file. Undefined without a file. */
const readFileId = ({ memory, name }: Connection): string | undefined => {
  const found = memory ? undefined : statSync(name, { throwIfNoEntry: false })
  return found && `${found.dev}:${found.ino}`
}
