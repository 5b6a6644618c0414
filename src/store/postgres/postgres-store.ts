/**
 * The store in a Postgres database, which several servers may share.
 *
 * It turns the contract into changes and reads of its connections (store-connections.ts). This file has the runs,
 * postgres-records.ts has the records beside them.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { hashBytes } from '../../core/hash.ts'
import { expectWithin, LIMITS } from '../../core/limits.ts'
import type { JournalRow } from '../journal-row.ts'
import type { StoreMaintenance } from '../maintenance.ts'
import type { News } from '../news-store.ts'
import { refuseClaim } from '../rules/lease.ts'
import { toPhaseCode } from '../sql/codes.ts'
import type { OnDamaged } from '../sql/damaged-rows.ts'
import { toDefinition, toMessage } from '../sql/decode-content.ts'
import { LAST_SEQ, toSeq } from '../sql/journal-key.ts'
import { type LargeText, packJson } from '../sql/large-text.ts'
import { packRun, toQueuedRecord } from '../sql/new-run-columns.ts'
import { toHolderText, toJournalRow, toRunRecord } from '../sql/run-record.ts'
import type { RunRow, StoredRow } from '../sql/run-row.ts'
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
import { type DueQuery, listDueRuns, readNextDue } from './due-runs.ts'
import { FlowGate } from './flow-gate.ts'
import { GatheredRead } from './gathered-read.ts'
import { PostgresRecords } from './postgres-records.ts'
import { PostgresSlots } from './provider-slots.ts'
import { RunClaims } from './run-claims.ts'
import {
  createRun,
  isCreatedAtOnce,
  isSubmittedAtOnce,
  submitRun,
  toHeldValues,
  toQueuedValues,
} from './run-creation.ts'
import { countRuns, listRuns } from './run-lists.ts'
import { one, type Query, type Session, type Value } from './session.ts'
import { CONTENT, INBOX, INSERT_RUN, RUN } from './statements.ts'
import { StoreConnections } from './store-connections.ts'
import { selectUsageSums } from './usage-statement.ts'
import { WriteJob } from './write-job.ts'

/** Most ids in the answer for an ambiguous id. */
const AMBIGUOUS_IDS = 10

/** Looks at a run that another server is just about to take, before its state is believed. */
const MOST_CLAIM_TRIES = 50
const CLAIM_PAUSE_MS = 5

/** Rows that are read together with those of other runs: most runs have no more. */
const FIRST_ROWS = 64

export class PostgresStore extends PostgresRecords implements Store {
  readonly location: string
  readonly slots: PostgresSlots
  readonly #writes = new Map<Claim, WriteJob>()
  readonly #runs = this.#gather(RUN.readAll, { keyOf: ({ id }) => id })
  readonly #createdRows = this.#gather(RUN.readFirstRows, { keyOf: ({ run_id }) => run_id, rest: [1] })
  readonly #firstRows = this.#gather(RUN.readFirstRows, { keyOf: ({ run_id }) => run_id, rest: [FIRST_ROWS] })
  readonly #claims: RunClaims
  readonly #inboxes = this.#gather(INBOX.read, { keyOf: ({ run }) => run })

  constructor(config: pg.ClientConfig, options: { location: string; onDamaged: OnDamaged }) {
    super(new StoreConnections(config, options))
    this.location = options.location
    this.slots = new PostgresSlots(this.db)
    this.#claims = new RunClaims(this.db)
  }

  async submit(run: NewRun, options?: SubmitOptions): Promise<SubmitResult> {
    const packed = packRun(run)
    const values = toQueuedValues(packed)
    if (isSubmittedAtOnce(run)) {
      const inserted = await this.db.change({ query: INSERT_RUN, values, toResult: ([row]) => row })
      if (inserted !== undefined) return { kind: 'created', run: toQueuedRecord(run) }
    }
    return this.db.transact((session, isRepeated) => submitRun(packed, options, this.#creation(session, isRepeated)))
  }

  async create(run: NewRun, owner: Owner): Promise<CreateResult> {
    const packed = packRun(run)
    if (isCreatedAtOnce(run)) {
      const values = toHeldValues(packed, owner)
      const inserted = await this.db.change({ query: INSERT_RUN, values, toResult: ([row]) => row })
      if (inserted !== undefined)
        return { kind: 'created', claim: { runId: run.id, runKey: inserted.key, epoch: 1, ownerId: owner.id } }
    }
    return this.db.transact((session, isRepeated) => createRun(packed, owner, this.#creation(session, isRepeated)))
  }

  async claim(id: string, owner: Owner): Promise<ClaimResult> {
    for (let tries = 1; ; tries++) {
      const result = await this.#tryClaim(id, owner)
      if (result !== undefined) return result
      if (tries === MOST_CLAIM_TRIES) return this.db.transact((session) => this.#claimLocked(id, { owner, session }))
      await delay(CLAIM_PAUSE_MS * Math.random())
    }
  }

  async renew(claims: readonly Claim[]): Promise<Claim[]> {
    const values = [claims.map(({ runKey }) => runKey), claims.map(({ epoch }) => epoch)]
    const renewed = await this.db.change({ query: RUN.renew, values, toResult: (rows) => rows })
    const kept = new Map(renewed.map(({ key, epoch }) => [key, epoch]))
    return claims.filter(({ runKey, epoch }) => kept.get(runKey) !== epoch)
  }

  async release(claim: Claim, { phase = 'active' }: { phase?: RunPhase } = {}): Promise<void> {
    this.#writes.delete(claim)
    const values = [claim.runKey, claim.epoch, toPhaseCode(phase)]
    await this.db.change({ query: RUN.release, values, toResult: () => undefined })
  }

  write(claim: Claim, change: RunChange): Promise<void> {
    if (this.db.isClosed) return Promise.reject(this.db.closedError())
    const open = this.#writes.get(claim)
    const job = open ?? new WriteJob(claim, (closed) => this.#closeWrite(closed))
    try {
      job.add(change)
    } catch (error) {
      return Promise.reject(error)
    }
    if (change.end !== undefined) this.#writes.delete(claim)
    else if (open === undefined) this.#writes.set(claim, job)
    if (open === undefined) this.db.add(job)
    return job.promise
  }

  readJournal(id: string, fromSeq = 1): Promise<JournalRow[]> {
    return this.readRows(id, { from: fromSeq, to: LAST_SEQ })
  }

  async readRows(id: string, { from, to }: { from: number; to: number }): Promise<JournalRow[]> {
    if (from === 1) {
      const first = await this.#firstRows.rowsOf(id)
      if (first.length < FIRST_ROWS)
        return this.#toJournalRows(
          id,
          first.filter(({ key }) => toSeq(key) <= to),
        )
    }
    const stored = await this.db.read((session) => session.all(RUN.readRows, [id, from, Math.min(to, LAST_SEQ)]))
    return this.#toJournalRows(id, stored)
  }

  async readCreated(id: string): Promise<JournalRow<'created'> | undefined> {
    const [row] = await this.#toJournalRows(id, await this.#createdRows.rowsOf(id))
    return row?.kind === 'created' ? row : undefined
  }

  readClock(): Promise<number> {
    return this.db.read(async (session) => (await one(session, RUN.readClock))?.now ?? 0)
  }

  async findRun(id: string): Promise<FindRunResult> {
    const [exact] = await this.#runs.rowsOf(id)
    if (exact) return { kind: 'found', run: await this.#toRecord(exact) }
    return this.db.read(async (session) => {
      const found = id === '' ? [] : await session.all(RUN.findIds, [id, AMBIGUOUS_IDS])
      const ids = found.map((row) => row.id)
      if (ids.length > 1) return { kind: 'ambiguous', ids }
      const only = await one(session, RUN.read, [ids[0] ?? ''])
      return only ? { kind: 'found', run: await this.#toRecord(only) } : { kind: 'missing' }
    })
  }

  listRuns(filter: RunFilter = {}): Promise<RunRecord[]> {
    return this.db.read(async (session) => {
      const rows = await listRuns(session, filter)
      const unpack = await this.db.unpacker(
        rows.flatMap(({ output, error }) => [output, error]),
        session,
      )
      return this.decode(rows, (row) => toRunRecord(row, unpack))
    })
  }

  countRuns(filter: RunFilter = {}): Promise<number> {
    return this.db.read((session) => countRuns(session, filter))
  }

  sumUsage(query: UsageQuery): Promise<UsageSum[]> {
    return this.db.read((session) => selectUsageSums(session, query))
  }

  listDueRuns(at: number, limit = 100, options: Omit<DueQuery, 'at' | 'limit'> = {}): Promise<string[]> {
    return this.db.read((session) => listDueRuns(session, { at, limit, ...options }))
  }

  nextDueAt(): Promise<number | null> {
    return this.db.read(readNextDue)
  }

  async post(runId: string, { id, kind, body }: InboxMessage): Promise<boolean> {
    const large: LargeText[] = []
    const text = packJson(body, large)
    const values = [id, kind, text, runId, large.map(({ hash }) => hash), large.map(({ bytes }) => bytes)]
    return this.db.change({
      query: INBOX.post,
      values,
      toResult: (rows, isRepeated) => rows.length === 1 || isRepeated,
    })
  }

  peekInbox(runIds: readonly string[]): Promise<{ runId: string; message: InboxMessage }[]> {
    return this.db.read(async (session) => {
      const found = await session.all(INBOX.peek, [runIds])
      const unpack = await this.db.unpacker(found.map(({ body }) => body))
      return this.decode(found, (row) => ({ runId: row.run_id, message: toMessage(row, unpack) }))
    })
  }

  async readInbox(claims: readonly Claim[]): Promise<{ claim: Claim; message: InboxMessage }[]> {
    const inboxes = await Promise.all(claims.map(({ runKey }) => this.#inboxes.rowsOf(runKey)))
    const unpack = await this.db.unpacker(inboxes.flat().map(({ body }) => body))
    // A damaged message stays, and delays none of the others.
    const toMessages = (claim: Claim, place: number) =>
      this.decode(inboxes[place] ?? [], (row) => ({ claim, message: toMessage(row, unpack) }))
    return claims.flatMap(toMessages)
  }

  async saveDefinition({ hash, workflow, file, source, links }: Definition): Promise<void> {
    const values = [hash, workflow, file, source, JSON.stringify(links)]
    await this.db.change({ query: CONTENT.saveDefinition, values, toResult: () => undefined })
  }

  loadDefinition(hash: string): Promise<Definition | undefined> {
    return this.db.read(async (session) => {
      const found = await one(session, CONTENT.readDefinition, [hash])
      return found && toDefinition(found)
    })
  }

  readAnswer(key: string, at: number): Promise<string | undefined> {
    return this.db.read(async (session) => (await one(session, CONTENT.readAnswer, [key, at]))?.answer)
  }

  async writeAnswer({ key, text, expiresAt }: CachedAnswer, at: number): Promise<void> {
    await this.db.change({ query: CONTENT.putAnswer, values: [key, text, expiresAt, at], toResult: () => undefined })
  }

  async putBlob(bytes: Uint8Array): Promise<string> {
    expectWithin(LIMITS.blob, { subject: 'a blob', amount: bytes.byteLength })
    const hash = hashBytes(bytes)
    return this.db.change({ query: CONTENT.putBlobs, values: [[hash], [bytes.slice()]], toResult: () => hash })
  }

  getBlob(hash: string): Promise<Uint8Array | undefined> {
    return this.db.readBlob(hash)
  }

  onNews(news: News, listener: () => void): () => void {
    return this.db.news.add(news, listener)
  }

  async maintenance(): Promise<StoreMaintenance> {
    const { createMaintenance } = await import('./maintenance/postgres-maintenance.ts')
    return createMaintenance(this.db)
  }

  close(): Promise<void> {
    return this.db.close()
  }

  #creation(session: Session, isRepeated: boolean) {
    return { session, isRepeated, toRecord: (row: RunRow) => this.#toRecord(row, session) }
  }

  /** @param options `rest`: values behind the keys. */
  #gather<Key extends string | number, Row>(
    query: Query<Row>,
    { keyOf, rest = [] }: { keyOf: (row: Row) => Key; rest?: readonly Value[] },
  ): GatheredRead<Key, Row> {
    return new GatheredRead((keys) => this.db.read((session) => session.all(query, [keys, ...rest])), keyOf)
  }

  #closeWrite(job: WriteJob): void {
    if (this.#writes.get(job.claim) === job) this.#writes.delete(job.claim)
  }

  /** Returns undefined when the run is being claimed by others, so that another look is needed. */
  async #tryClaim(id: string, owner: Owner): Promise<ClaimResult | undefined> {
    const [row] = await this.#runs.rowsOf(id)
    if (row === undefined) return { kind: 'missing' }
    const run = await this.#toRecord(row)
    const refusal = refuseClaim(run, { owner, now: row.now })
    if (refusal !== undefined) return refusal
    if (row.flow_key !== null) return this.db.transact((session) => this.#claimLocked(id, { owner, session }))
    const taken = await this.#claims.take(row, toHolderText(owner))
    return taken && toClaimed(row, { run, owner, taken })
  }

  /** Waits for others that claim the run, or admit another run of its flow. */
  async #claimLocked(id: string, { owner, session }: { owner: Owner; session: Session }): Promise<ClaimResult> {
    const gate = new FlowGate(session)
    const before = await one(session, RUN.read, [id])
    if (before !== undefined && before.flow_key !== null) await gate.lock(before.flow_key)
    await session.all(RUN.lock, [id])
    const row = await one(session, RUN.readAll, [[id]])
    if (row === undefined) return { kind: 'missing' }
    const run = await this.#toRecord(row, session)
    const refusal = refuseClaim(run, { owner, now: row.now })
    if (refusal !== undefined) return refusal
    const admission = row.flow_key === null ? undefined : await gate.judgeClaim(row.key)
    if (admission?.isFree === false) return { kind: 'queued', run, ahead: admission.ahead, retryAt: admission.retryAt }
    const [taken] = await session.all(RUN.claim, [[row.key], [row.epoch], [row.holder], [toHolderText(owner)]])
    if (taken === undefined) return { kind: 'held', run }
    if (admission?.takesPermit) await gate.admit(row.key)
    return { ...toClaimed(row, { run, owner, taken }), ...(admission?.isExpired && { isExpired: true }) }
  }

  async #toJournalRows(id: string, stored: readonly StoredRow[]): Promise<JournalRow[]> {
    const unpack = await this.db.unpacker(stored.map(({ data }) => data))
    return stored.map((row) => toJournalRow(row, { runId: id, unpack }))
  }

  async #toRecord(row: RunRow, session?: Session): Promise<RunRecord> {
    return toRunRecord(row, await this.db.unpacker([row.output, row.error], session))
  }
}

const toClaimed = (
  row: RunRow,
  { run, owner, taken }: { run: RunRecord; owner: Owner; taken: { epoch: number; lease_until: number } },
): Extract<ClaimResult, { kind: 'claimed' }> => ({
  kind: 'claimed',
  claim: { runId: row.id, runKey: row.key, epoch: taken.epoch, ownerId: owner.id },
  run: { ...run, phase: 'active', epoch: taken.epoch, holder: { ...owner, leaseUntil: taken.lease_until } },
})
