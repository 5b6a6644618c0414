/**
 * The store in one SQLite file.
 *
 * It owns its connection and turns the contract into jobs for the group commit and into reads. All that changes the
 * database goes through the queue, in the order of the calls; reads see what is committed.
 *
 * better-sqlite3 is synchronous: a statement blocks the event loop while it runs, so no statement here waits for a lock
 * longer than BUSY_TIMEOUT_MS.
 */
import { statSync } from 'node:fs'
import { hashBytes } from '../../core/hash.ts'
import type { JsonValue } from '../../core/json.ts'
import type { ApprovalFilter, ApprovalToken, OpenApproval } from '../approval-record.ts'
import type { CloudEventFilter, StoredCloudEvent } from '../cloud-event-record.ts'
import type { JournalRow } from '../journal-row.ts'
import { isLeaseFree } from '../lease.ts'
import type { RegisteredWorkflow, WorkflowEntry } from '../registered-workflow.ts'
import type { ScheduleRecord, ScheduleSlot } from '../schedule-record.ts'
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
  SubmitResult,
  UsageQuery,
  UsageSum,
} from '../store.ts'
import { StoreError } from '../store-error.ts'
import { toPhaseCode, toStatusCode } from './codes.ts'
import type { Connection } from './connection.ts'
import { DueRuns } from './due-runs.ts'
import { FlowGate } from './flow-gate.ts'
import { GroupCommit } from './group-commit.ts'
import { LAST_SEQ, toJournalKey } from './journal-key.ts'
import { type LargeText, packJson, unpackJson } from './large-text.ts'
import { retryBusy } from './retry-busy.ts'
import { packRun, RunCreation } from './run-creation.ts'
import { toHolderText, toJournalRow, toRunRecord } from './run-record.ts'
import { SqliteApprovals } from './sqlite-approvals.ts'
import { SqliteOutbox } from './sqlite-outbox.ts'
import { SqliteSchedules } from './sqlite-schedules.ts'
import { SqliteWorkflows } from './sqlite-workflows.ts'
import { prepareStatements, type Statements } from './statements.ts'
import { selectUsageSums } from './usage-statement.ts'
import { WriteJob } from './write-job.ts'

/** How many ids an ambiguous one is answered with. */
const AMBIGUOUS_IDS = 10

export class SqliteStore implements Store {
  readonly location: string
  readonly #connection: Connection
  readonly #statements: Statements
  readonly #creation: RunCreation
  readonly #group: GroupCommit
  readonly #writes = new Map<Claim, WriteJob>()
  readonly #fileId: string | undefined
  /** What short runs do without: made when it is first needed, so that opening the store stays quick. */
  #laterParts: Parts | undefined
  #closing: Promise<void> | undefined

  constructor(connection: Connection, location: string) {
    this.location = location
    this.#connection = connection
    this.#statements = prepareStatements(connection)
    this.#creation = new RunCreation({
      statements: this.#statements,
      gate: () => this.#getParts().gate,
      toRecord: (row) => this.#toRecord(row),
    })
    this.#group = new GroupCommit(connection, { location })
    this.#fileId = readFileId(connection.name)
  }

  async submit(run: NewRun): Promise<SubmitResult> {
    const packed = packRun(run)
    return this.#change(() => this.#creation.submit(packed))
  }

  async create(run: NewRun, owner: Owner): Promise<CreateResult> {
    const packed = packRun(run)
    return this.#change(() => this.#creation.create(packed, owner))
  }

  claim(id: string, owner: Owner): Promise<ClaimResult> {
    return this.#change(() => this.#claim(id, owner))
  }

  renew(claims: readonly Claim[]): Promise<Claim[]> {
    return this.#change(() => {
      this.#checkFile()
      return claims.filter(({ runKey, epoch }) => this.#statements.renewRun.run(runKey, epoch).changes === 0)
    })
  }

  release(claim: Claim, { phase = 'active' }: { phase?: RunPhase } = {}): Promise<void> {
    this.#writes.delete(claim)
    return this.#change(() => {
      this.#statements.releaseRun.run(toPhaseCode(phase), claim.runKey, claim.epoch)
    })
  }

  write(claim: Claim, change: RunChange): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(this.#closedError())
    const open = this.#writes.get(claim)
    const job = open ?? this.#createWriteJob(claim)
    try {
      job.add(change)
    } catch (error) {
      return Promise.reject(error)
    }
    if (open === undefined) this.#group.add(job)
    if (change.end !== undefined) this.#writes.delete(claim)
    else if (open === undefined) this.#writes.set(claim, job)
    return job.promise
  }

  readJournal(id: string, fromSeq = 1): Promise<JournalRow[]> {
    return this.#read(() => {
      const key = this.#statements.readRunKey.get(id)
      if (key === undefined) return []
      const rows = this.#statements.readRows.all(toJournalKey(key, fromSeq), toJournalKey(key, LAST_SEQ))
      return rows.map((row) => toJournalRow(row, this.#unpack))
    })
  }

  findRun(id: string): Promise<FindRunResult> {
    return this.#read(() => {
      const exact = this.#statements.readRun.get(id)
      if (exact) return { kind: 'found', run: this.#toRecord(exact) }
      const ids = id === '' ? [] : this.#statements.findIds.all({ text: id, limit: AMBIGUOUS_IDS })
      if (ids.length > 1) return { kind: 'ambiguous', ids }
      const only = this.#statements.readRun.get(ids[0] ?? '')
      return only ? { kind: 'found', run: this.#toRecord(only) } : { kind: 'missing' }
    })
  }

  listRuns({ status, workflow, parent, limit }: RunFilter = {}): Promise<RunRecord[]> {
    const { listChildren, listRunning, listRuns } = this.#statements
    const name = workflow ?? null
    const code = status === undefined ? null : toStatusCode(status)
    const most = limit ?? -1
    return this.#read(() => {
      const rows =
        parent !== undefined
          ? listChildren.all(parent, name, code, most)
          : status === 'running'
            ? listRunning.all(name, most)
            : listRuns.all(name, code, most)
      return rows.map((row) => this.#toRecord(row))
    })
  }

  sumUsage(query: UsageQuery): Promise<UsageSum[]> {
    return this.#read(() => selectUsageSums(this.#connection, query))
  }

  listDueRuns(at: number, limit = 100): Promise<string[]> {
    return this.#read(() => this.#getParts().due.list(at, limit))
  }

  nextDueAt(): Promise<number | null> {
    return this.#read(() => this.#getParts().due.nextAt())
  }

  async post(runId: string, { id, kind, body }: InboxMessage): Promise<boolean> {
    const large: LargeText[] = []
    const text = packJson(body, large)
    return this.#change(() => {
      this.#insertLarge(large)
      return this.#statements.insertMessage.run(id, kind, text, runId).changes === 1
    })
  }

  readInbox(claims: readonly Claim[]): Promise<{ claim: Claim; message: InboxMessage }[]> {
    const byKey = new Map(claims.map((claim) => [claim.runKey, claim]))
    return this.#read(() =>
      this.#statements.readMessages.all(JSON.stringify([...byKey.keys()])).flatMap(({ run, id, kind, body }) => {
        const claim = byKey.get(run)
        const message = { id, kind: kind as InboxMessage['kind'], body: this.#unpack(body) }
        return claim === undefined ? [] : [{ claim, message }]
      }),
    )
  }

  listApprovals(filter: ApprovalFilter = {}): Promise<OpenApproval[]> {
    return this.#read(() => this.#getParts().approvals.list(filter))
  }

  grantToken(runId: string, token: ApprovalToken): Promise<boolean> {
    return this.#change(() => this.#getParts().approvals.grant(runId, token))
  }

  findApprovalByToken(tokenHash: string): Promise<OpenApproval | undefined> {
    return this.#read(() => this.#getParts().approvals.findByToken(tokenHash))
  }

  listEvents(filter: CloudEventFilter = {}): Promise<StoredCloudEvent[]> {
    return this.#read(() => this.#getParts().outbox.list(filter))
  }

  replaceSchedules(workflow: string, schedules: readonly ScheduleRecord[]): Promise<void> {
    return this.#change(() => this.#getParts().schedules.replace(workflow, schedules))
  }

  listSchedules(): Promise<ScheduleRecord[]> {
    return this.#read(() => this.#getParts().schedules.list())
  }

  listDueSchedules(at: number): Promise<ScheduleRecord[]> {
    return this.#read(() => this.#getParts().schedules.listDue(at))
  }

  advanceSchedule(id: string, slot: ScheduleSlot): Promise<boolean> {
    return this.#change(() => this.#getParts().schedules.advance(id, slot))
  }

  pauseSchedule(id: string, isPaused: boolean): Promise<boolean> {
    return this.#change(() => this.#getParts().schedules.pause(id, isPaused))
  }

  registerWorkflow(entry: WorkflowEntry): Promise<'new' | 'unchanged'> {
    return this.#change(() => this.#getParts().workflows.register(entry))
  }

  listWorkflows(): Promise<RegisteredWorkflow[]> {
    return this.#read(() => this.#getParts().workflows.list())
  }

  listVersions(workflow: string): Promise<RegisteredWorkflow[]> {
    return this.#read(() => this.#getParts().workflows.listVersions(workflow))
  }

  findWorkflow(workflow: string): Promise<RegisteredWorkflow | undefined> {
    return this.#read(() => this.#getParts().workflows.find(workflow))
  }

  saveDefinition({ hash, workflow, file, source, links }: Definition): Promise<void> {
    const text = JSON.stringify(links)
    return this.#change(() => {
      this.#statements.insertDefinition.run(hash, workflow, file, source, text)
    })
  }

  loadDefinition(hash: string): Promise<Definition | undefined> {
    return this.#read(() => {
      const found = this.#statements.readDefinition.get(hash)
      return found && { ...found, links: JSON.parse(found.links) }
    })
  }

  readAnswer(key: string, at: number): Promise<string | undefined> {
    return this.#read(() => this.#statements.readAnswer.get(key, at))
  }

  writeAnswer({ key, text, expiresAt }: CachedAnswer, at: number): Promise<void> {
    return this.#change(() => {
      this.#statements.dropExpiredAnswers.run(at)
      this.#statements.putAnswer.run(key, text, expiresAt)
    })
  }

  putBlob(bytes: Uint8Array): Promise<string> {
    const blob = { hash: hashBytes(bytes), bytes: bytes.slice() }
    return this.#change(() => {
      this.#insertLarge([blob])
      return blob.hash
    })
  }

  getBlob(hash: string): Promise<Uint8Array | undefined> {
    return this.#read(() => {
      const bytes = this.#statements.readBlob.get(hash)
      return bytes && new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    })
  }

  close(): Promise<void> {
    this.#closing ??= this.#group.drain().then(() => {
      // The last connection that closes also writes the log back into the file and removes it.
      this.#connection.close()
    })
    return this.#closing
  }

  readonly #getParts = (): Parts => {
    this.#laterParts ??= createParts(this.#connection, this.#unpack)
    return this.#laterParts
  }

  #createWriteJob(claim: Claim): WriteJob {
    const job: WriteJob = new WriteJob(claim, {
      statements: this.#statements,
      parts: this.#getParts,
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
    if (run.status !== 'running') return { kind: 'ended', run }
    if (!isLeaseFree(run.holder, owner, this.#statements.readNow.get() ?? 0)) return { kind: 'held', run }
    const verdict = row.flow_key === null ? undefined : this.#getParts().gate.judgeClaim(row.key)
    if (verdict?.isFree === false) return { kind: 'queued', run, ahead: verdict.ahead, retryAt: verdict.retryAt }
    this.#statements.claimRun.run(toHolderText(owner), row.key)
    if (verdict?.takesPermit) this.#getParts().gate.admit(row.key)
    const claimed = this.#statements.readRun.get(id) ?? row
    const claim = { runId: id, runKey: row.key, epoch: claimed.epoch, ownerId: owner.id }
    return { kind: 'claimed', claim, run: this.#toRecord(claimed) }
  }

  #insertLarge(large: readonly LargeText[]): void {
    for (const { hash, bytes } of large) this.#statements.insertBlob.run(hash, bytes)
  }

  /** SQLite itself goes on writing to a file that was deleted: its rows would be lost with the process. */
  #checkFile(): void {
    const { name } = this.#connection
    if (readFileId(name) === this.#fileId) return
    throw new StoreError('unreadable', `database '${this.location}' was deleted or replaced while in use`, {
      hint: 'put the file back, or start again',
    })
  }

  #toRecord(row: Parameters<typeof toRunRecord>[0]): RunRecord {
    return toRunRecord(row, this.#unpack)
  }

  readonly #unpack = (text: string): JsonValue => unpackJson(text, (hash) => this.#statements.readBlob.get(hash))

  #change<T>(perform: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#closing !== undefined) return reject(this.#closedError())
      let done: () => void
      this.#group.add({
        perform: () => {
          const result = perform()
          done = () => resolve(result)
        },
        succeed: () => done(),
        fail: reject,
      })
    })
  }

  #read<T>(work: () => T): Promise<T> {
    if (this.#closing !== undefined) return Promise.reject(this.#closedError())
    return retryBusy(this.location, work)
  }

  #closedError(): StoreError {
    return new StoreError('closed', `database '${this.location}' is closed`)
  }
}

interface Parts {
  gate: FlowGate
  due: DueRuns
  approvals: SqliteApprovals
  outbox: SqliteOutbox
  schedules: SqliteSchedules
  workflows: SqliteWorkflows
}

const createParts = (connection: Connection, unpack: (text: string) => JsonValue): Parts => {
  const gate = new FlowGate(connection)
  return {
    gate,
    due: new DueRuns(connection, gate),
    approvals: new SqliteApprovals(connection, unpack),
    outbox: new SqliteOutbox(connection, unpack),
    schedules: new SqliteSchedules(connection),
    workflows: new SqliteWorkflows(connection),
  }
}

/** Device and inode: what makes a file itself. Undefined when there is none. */
const readFileId = (path: string): string | undefined => {
  const found = statSync(path, { throwIfNoEntry: false })
  return found && `${found.dev}:${found.ino}`
}
