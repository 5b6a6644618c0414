/**
 * The store without a disk: for the library, tests and benchmarks. It keeps every promise of the contract but durability.
 *
 * Nothing in it waits: a write is done when the call returns, and all writes share one promise that is resolved already.
 * Values are kept as they are handed in, not copied: who writes a value must not change it afterwards.
 */
import { Defect } from '../core/defect.ts'
import { hashBytes } from '../core/hash.ts'
import { expectWithin, LIMITS } from '../core/limits.ts'
import type { ApprovalFilter, ApprovalToken, OpenApproval } from './approval-record.ts'
import type { CloudEventFilter, StoredCloudEvent } from './cloud-event-record.ts'
import type { JournalRow } from './journal-row.ts'
import { isLeaseFree } from './lease.ts'
import type { StoreMaintenance } from './maintenance.ts'
import { MemoryContent } from './memory/memory-content.ts'
import { findNextDue, listDue } from './memory/memory-due.ts'
import { ENTERED, enterFlow, FREE, judgeClaim, type MemoryEntry, type MemoryVerdict } from './memory/memory-flow.ts'
import { MemoryMaintenance } from './memory/memory-maintenance.ts'
import { createMemoryRun, endRun, findSeqProblem, findWaiting, type MemoryRun } from './memory/memory-run.ts'
import { MemorySchedules } from './memory/memory-schedules.ts'
import { MemoryWorkflows } from './memory/memory-workflows.ts'
import type { RegisteredWorkflow, WorkflowEntry } from './registered-workflow.ts'
import { createReplaceMessage, waitsInAnyCase } from './run-flow.ts'
import type { ScheduleRecord, ScheduleSlot } from './schedule-record.ts'
import {
  type CachedAnswer,
  type Claim,
  type ClaimResult,
  type CreateResult,
  type Definition,
  type FindRunResult,
  type InboxMessage,
  LEASE_MS,
  type NewRun,
  type Owner,
  type RunChange,
  type RunEnd,
  type RunFilter,
  type RunPhase,
  type RunRecord,
  type Store,
  type SubmitResult,
  type UsageQuery,
  type UsageSum,
} from './store.ts'
import { LeaseLost, StoreError } from './store-error.ts'
import { sumUsageOf } from './usage-sums.ts'

export const createMemoryStore = (options: { now?: () => number } = {}): Store =>
  new MemoryStore(options.now ?? Date.now)

const DONE = Promise.resolve()

class MemoryStore implements Store {
  readonly location = 'memory'
  readonly #now: () => number
  readonly #content: MemoryContent
  readonly #answers = new Map<string, CachedAnswer>()
  readonly #schedules = new MemorySchedules()
  readonly #workflows = new MemoryWorkflows()
  #closed = false

  constructor(now: () => number) {
    this.#now = now
    this.#content = new MemoryContent(now)
  }

  async submit(run: NewRun): Promise<SubmitResult> {
    const known = this.#checkNew(run)
    if (known !== undefined) return known
    const entry = this.#enter(run, { isSubmitted: true })
    if (entry.kind === 'refused') return entry
    return { kind: 'created', run: { ...entry.entered.record } }
  }

  async create(run: NewRun, owner: Owner): Promise<CreateResult> {
    const known = this.#checkNew(run)
    if (known !== undefined) return known
    const entry = this.#enter(run)
    if (entry.kind === 'refused') return entry
    const { isFree, ahead, retryAt } = entry.verdict
    if (!isFree) return { kind: 'queued', run: { ...entry.entered.record }, ahead, retryAt }
    return { kind: 'created', claim: this.#hold(entry.entered, owner) }
  }

  async claim(id: string, owner: Owner): Promise<ClaimResult> {
    this.#checkOpen()
    const run = this.#content.findRun(id)
    if (run === undefined) return { kind: 'missing' }
    const { record } = run
    if (record.status !== 'running') return { kind: 'ended', run: { ...record } }
    if (!isLeaseFree(record.holder, owner, this.#now())) return { kind: 'held', run: { ...record } }
    const { isFree, ahead, retryAt, takesPermit } = this.#judgeClaim(run)
    if (!isFree) return { kind: 'queued', run: { ...record }, ahead, retryAt }
    const claim = this.#hold(run, owner, takesPermit)
    return { kind: 'claimed', claim, run: { ...record } }
  }

  async renew(claims: readonly Claim[]): Promise<Claim[]> {
    this.#checkOpen()
    const leaseUntil = this.#now() + LEASE_MS
    return claims.filter((claim) => {
      const record = this.#held(claim)?.record
      if (record?.holder) record.holder = { ...record.holder, leaseUntil }
      return record === undefined
    })
  }

  async release(claim: Claim, { phase = 'active' }: { phase?: RunPhase } = {}): Promise<void> {
    this.#checkOpen()
    const run = this.#held(claim)
    if (run) Object.assign(run.record, { holder: null, phase })
  }

  write(claim: Claim, change: RunChange): Promise<void> {
    if (this.#closed) return Promise.reject(closedError())
    const run = this.#held(claim)
    if (run === undefined) return Promise.reject(new LeaseLost(claim.runId))
    if (change.rows !== undefined) {
      const problem = findSeqProblem({ id: run.record.id, after: run.rows.length }, change.rows)
      if (problem !== undefined) return Promise.reject(new Defect(problem))
      for (const row of change.rows) run.rows.push(row)
    }
    for (const timer of change.timersSet ?? []) run.timers.set(timer.id, timer.dueAt)
    for (const id of change.timersCleared ?? []) run.timers.delete(id)
    for (const id of change.inboxTaken ?? []) if (run.inbox.has(id)) run.inbox.set(id, null)
    for (const { run: id, message } of change.asked ?? []) this.#post(id, message)
    if (change.isPaused !== undefined) run.record.isPaused = change.isPaused
    if (change.approvalsClosed ?? change.approvalsOpened ?? change.emitted) this.#applyRecords(run.record, change)
    if (change.end !== undefined) this.#end(run, change.end)
    return DONE
  }

  async readJournal(id: string, fromSeq = 1): Promise<JournalRow[]> {
    this.#checkOpen()
    return (this.#content.findRun(id)?.rows ?? []).filter((row) => row.seq >= fromSeq)
  }

  async readCreated(id: string): Promise<JournalRow | undefined> {
    return (await this.readJournal(id))[0]
  }

  async findRun(id: string): Promise<FindRunResult> {
    this.#checkOpen()
    const exact = this.#content.findRun(id)
    if (exact) return { kind: 'found', run: { ...exact.record } }
    const ids = id === '' ? [] : this.#content.listIds().filter((known) => known.startsWith(id) || known.endsWith(id))
    const only = this.#content.findRun(ids[0] ?? '')
    if (only === undefined) return { kind: 'missing' }
    return ids.length === 1 ? { kind: 'found', run: { ...only.record } } : { kind: 'ambiguous', ids: ids.sort() }
  }

  async listRuns(filter: RunFilter = {}): Promise<RunRecord[]> {
    this.#checkOpen()
    return this.#content
      .listRuns()
      .map((run) => run.record)
      .filter((run) => run.parent === (filter.parent ?? null) || (filter.isAnyDepth && filter.parent === undefined))
      .filter((run) => filter.status === undefined || run.status === filter.status)
      .filter((run) => filter.workflow === undefined || run.workflow === filter.workflow)
      .reverse()
      .slice(0, filter.limit)
      .map((run) => ({ ...run }))
  }

  async sumUsage(query: UsageQuery): Promise<UsageSum[]> {
    this.#checkOpen()
    return sumUsageOf(
      this.#content.listRuns().map(({ record, rows }) => ({ workflow: record.workflow, rows })),
      query,
    )
  }

  async listDueRuns(at: number, limit = 100): Promise<string[]> {
    this.#checkOpen()
    const due = listDue(this.#content.listRuns(), { at, now: this.#now() })
    return due.slice(0, limit).map((run) => run.record.id)
  }

  async nextDueAt(): Promise<number | null> {
    this.#checkOpen()
    return findNextDue(this.#content.listRuns())
  }

  async post(runId: string, message: InboxMessage): Promise<boolean> {
    this.#checkOpen()
    return this.#post(runId, message)
  }

  #post(runId: string, message: InboxMessage): boolean {
    const run = this.#content.findRun(runId)
    if (run === undefined || run.record.status !== 'running' || run.inbox.has(message.id)) return false
    run.inbox.set(message.id, message)
    return true
  }

  async readInbox(claims: readonly Claim[]): Promise<{ claim: Claim; message: InboxMessage }[]> {
    this.#checkOpen()
    return claims.flatMap((claim) => {
      const run = this.#content.getRun(claim.runKey)
      return run === undefined ? [] : findWaiting(run).map((message) => ({ claim, message }))
    })
  }

  async listApprovals(filter: ApprovalFilter = {}): Promise<OpenApproval[]> {
    this.#checkOpen()
    return this.#content.approvals.list(filter)
  }

  async grantToken(runId: string, token: ApprovalToken): Promise<boolean> {
    this.#checkOpen()
    return this.#content.approvals.grant(runId, token)
  }

  async findApprovalByToken(tokenHash: string): Promise<OpenApproval | undefined> {
    this.#checkOpen()
    return this.#content.approvals.findByToken(tokenHash)
  }

  async listEvents(filter: CloudEventFilter = {}): Promise<StoredCloudEvent[]> {
    this.#checkOpen()
    return this.#content.outbox.list(filter)
  }

  async replaceSchedules(workflow: string, schedules: readonly ScheduleRecord[]): Promise<void> {
    this.#checkOpen()
    this.#checkDefinitions(schedules.map(({ definition }) => definition))
    this.#schedules.replace(workflow, schedules)
  }

  async listSchedules(): Promise<ScheduleRecord[]> {
    this.#checkOpen()
    return this.#schedules.list()
  }

  async listDueSchedules(at: number): Promise<ScheduleRecord[]> {
    this.#checkOpen()
    return this.#schedules.listDue(at)
  }

  async advanceSchedule(id: string, slot: ScheduleSlot): Promise<boolean> {
    this.#checkOpen()
    return this.#schedules.advance(id, slot)
  }

  async pauseSchedule(id: string, isPaused: boolean): Promise<boolean> {
    this.#checkOpen()
    return this.#schedules.pause(id, isPaused)
  }

  async registerWorkflow(entry: WorkflowEntry): Promise<'new' | 'unchanged'> {
    this.#checkOpen()
    this.#checkDefinitions([entry.definition])
    return this.#workflows.register(entry)
  }

  async listWorkflows(): Promise<RegisteredWorkflow[]> {
    this.#checkOpen()
    return this.#workflows.list()
  }

  async listVersions(workflow: string): Promise<RegisteredWorkflow[]> {
    this.#checkOpen()
    return this.#workflows.listVersions(workflow)
  }

  async findWorkflow(workflow: string): Promise<RegisteredWorkflow | undefined> {
    this.#checkOpen()
    return this.#workflows.find(workflow)
  }

  async saveDefinition(definition: Definition): Promise<void> {
    this.#checkOpen()
    if (!this.#content.definitions.has(definition.hash)) this.#content.definitions.set(definition.hash, definition)
  }

  async loadDefinition(hash: string): Promise<Definition | undefined> {
    this.#checkOpen()
    return this.#content.definitions.get(hash)
  }

  async readAnswer(key: string, at: number): Promise<string | undefined> {
    this.#checkOpen()
    const found = this.#answers.get(key)
    return found !== undefined && found.expiresAt > at ? found.text : undefined
  }

  async writeAnswer(answer: CachedAnswer, at: number): Promise<void> {
    this.#checkOpen()
    for (const { key, expiresAt } of this.#answers.values()) if (expiresAt <= at) this.#answers.delete(key)
    this.#answers.set(answer.key, answer)
  }

  async putBlob(bytes: Uint8Array): Promise<string> {
    this.#checkOpen()
    expectWithin(LIMITS.blob, { subject: 'a blob', amount: bytes.byteLength })
    const hash = hashBytes(bytes)
    this.#content.putBlob(hash, bytes)
    return hash
  }

  async getBlob(hash: string): Promise<Uint8Array | undefined> {
    this.#checkOpen()
    return this.#content.blobs.get(hash)?.bytes.slice()
  }

  async maintenance(): Promise<StoreMaintenance> {
    this.#checkOpen()
    return new MemoryMaintenance(this.#content)
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  /** What the key of a new run stands for already. @throws StoreError, Defect */
  #checkNew(run: NewRun): { kind: 'existing' | 'conflict'; run: RunRecord } | undefined {
    this.#checkOpen()
    const problem = run.rows && findSeqProblem({ id: run.id, after: 1 }, run.rows)
    if (problem !== undefined) throw new Defect(problem)
    const known = this.#content.findByKey(run.workflow, run.key)
    if (known) return { kind: known.bodyHash === run.bodyHash ? 'existing' : 'conflict', run: { ...known.record } }
    if (this.#content.findRun(run.id)) throw new StoreError('conflict', `run '${run.id}' exists already`)
    this.#checkDefinitions([run.definition])
    return undefined
  }

  /** Keeps a new run, queued, unless its flow refuses it. */
  #enter(
    run: NewRun,
    { isSubmitted = false } = {},
  ): (MemoryEntry & { kind: 'entered'; entered: MemoryRun }) | (MemoryEntry & { kind: 'refused' }) {
    const entered = createMemoryRun(this.#content.nextKey(), run)
    const isClear = run.flow === undefined || (isSubmitted && waitsInAnyCase(run))
    const entry = isClear ? ENTERED : enterFlow(this.#content.listRuns(), entered, this.#now())
    if (entry.kind === 'refused') return entry
    this.#content.add(entered)
    if (entry.replaced.length > 0) askToMakeRoom(entry.replaced, run.id)
    return { ...entry, entered }
  }

  #judgeClaim(run: MemoryRun): MemoryVerdict {
    return run.flow === null ? FREE : judgeClaim(this.#content.listRuns(), run, this.#now())
  }

  #hold(run: MemoryRun, owner: Owner, takesPermit = true): Claim {
    const { key, record } = run
    const now = this.#now()
    if (takesPermit && run.flow !== null) run.admittedAt ??= now
    record.epoch += 1
    record.phase = 'active'
    record.holder = { ...owner, leaseUntil: now + LEASE_MS }
    return { runId: record.id, runKey: key, epoch: record.epoch, ownerId: owner.id }
  }

  /** What few writes have. */
  #applyRecords(run: RunRecord, { approvalsClosed = [], approvalsOpened = [], emitted = [] }: RunChange): void {
    const { approvals, outbox } = this.#content
    for (const place of approvalsClosed) approvals.close(run.id, place)
    for (const record of approvalsOpened) approvals.open(run, record)
    for (const event of emitted) outbox.add(run.id, event)
  }

  #end(run: MemoryRun, end: RunEnd): void {
    endRun(run, end)
    this.#content.approvals.closeAll(run.record.id)
  }

  /** The run, if the claim is its current one (J2) and it has not ended (J7). */
  #held(claim: Claim): MemoryRun | undefined {
    const run = this.#content.getRun(claim.runKey)
    return run !== undefined && run.record.epoch === claim.epoch && run.record.holder !== null ? run : undefined
  }

  #checkDefinitions(hashes: readonly string[]): void {
    const missing = hashes.find((hash) => !this.#content.definitions.has(hash))
    if (missing !== undefined)
      throw new Defect(`J4: definition '${missing}' is not saved: expected saveDefinition first`)
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError()
  }
}

const askToMakeRoom = (runs: readonly MemoryRun[], newId: string): void => {
  const message = createReplaceMessage(newId)
  for (const { inbox } of runs) inbox.set(message.id, message)
}

const closedError = (): StoreError => new StoreError('closed', 'the store is closed')
