/**
 * A store on the JavaScript heap, for a program that runs a workflow without a database: it has the roles that a host needs.
 *
 * 1. A write is done when the call returns; all writes share one promise that is resolved already.
 * 2. Values are kept as they are handed in, and not copied: the caller must not change them afterwards.
 * 3. Only its own process reaches the runs in it: flows, idempotency keys, timers, approvals and emitted events are ignored,
 *    since a second run, a server or a person would be needed to ask for them.
 *
 * A whole store in memory is SQLite on `:memory:` (memory-store.ts), which takes more time a step.
 */
import { hashBytes } from '../core/hash.ts'
import { expectWithin, LIMITS } from '../core/limits.ts'
import type { CachedAnswer } from './answer-store.ts'
import type { Definition } from './definition-store.ts'
import type { InboxMessage } from './inbox-store.ts'
import type { JournalRow } from './journal-row.ts'
import type { RunChange } from './journal-store.ts'
import { findSeqDefect, rowsOf } from './rules/journal.ts'
import { refuseClaim } from './rules/lease.ts'
import { idConflict, unsavedDefinition } from './rules/new-run.ts'
import {
  type Claim,
  type ClaimResult,
  type CreateResult,
  type FindRunResult,
  LEASE_MS,
  type NewRun,
  type Owner,
  type RunRecord,
  type RunStore,
} from './run-store.ts'
import type { HostStore } from './store.ts'
import { LeaseLost, StoreError } from './store-error.ts'

/** @param options.now Clock of the leases. */
export const createHeapStore = ({ now = Date.now }: { now?: () => number } = {}): HostStore => new HeapStore(now)

const DONE = Promise.resolve()

interface HeapRun {
  key: number
  record: RunRecord
  rows: JournalRow[]
  /** By id, in order of arrival; null once taken. */
  inbox: Map<string, InboxMessage | null>
}

class HeapStore implements HostStore {
  readonly location = 'memory'
  readonly #now: () => number
  /** A run's key is its place here, counted from 1. */
  readonly #runs: HeapRun[] = []
  readonly #byId = new Map<string, HeapRun>()
  readonly #definitions = new Map<string, Definition>()
  readonly #answers = new Map<string, CachedAnswer>()
  readonly #blobs = new Map<string, Uint8Array>()
  #isClosed = false

  constructor(now: () => number) {
    this.#now = now
  }

  async create(run: NewRun, owner: Owner): Promise<CreateResult> {
    this.#expectOpen()
    const rows = [...rowsOf(run)]
    if (this.#byId.has(run.id)) throw idConflict(run.id)
    if (!this.#definitions.has(run.definition)) throw unsavedDefinition(run.definition, `run '${run.id}'`)
    const created: HeapRun = { key: this.#runs.length + 1, record: toRecord(run), rows, inbox: new Map() }
    this.#runs.push(created)
    this.#byId.set(run.id, created)
    return { kind: 'created', claim: this.#hold(created, owner) }
  }

  async claim(id: string, owner: Owner): Promise<ClaimResult> {
    this.#expectOpen()
    const run = this.#byId.get(id)
    if (run === undefined) return { kind: 'missing' }
    const refusal = refuseClaim({ ...run.record }, { owner, now: this.#now() })
    return refusal ?? { kind: 'claimed', claim: this.#hold(run, owner), run: { ...run.record } }
  }

  async renew(claims: readonly Claim[]): Promise<Claim[]> {
    this.#expectOpen()
    const leaseUntil = this.#now() + LEASE_MS
    return claims.filter((claim) => {
      const record = this.#held(claim)?.record
      if (record?.holder) record.holder = { ...record.holder, leaseUntil }
      return record === undefined
    })
  }

  async release(claim: Claim, { phase = 'active' }: Parameters<RunStore['release']>[1] = {}): Promise<void> {
    this.#expectOpen()
    const run = this.#held(claim)
    if (run) Object.assign(run.record, { holder: null, phase })
  }

  async findRun(id: string): Promise<FindRunResult> {
    this.#expectOpen()
    const exact = this.#byId.get(id)
    if (exact) return { kind: 'found', run: { ...exact.record } }
    const ids = id === '' ? [] : [...this.#byId.keys()].filter((known) => known.startsWith(id) || known.endsWith(id))
    const only = this.#byId.get(ids[0] ?? '')
    if (only === undefined) return { kind: 'missing' }
    return ids.length === 1 ? { kind: 'found', run: { ...only.record } } : { kind: 'ambiguous', ids: ids.sort() }
  }

  async readClock(): Promise<number> {
    return this.#now()
  }

  write(claim: Claim, { rows = [], inboxTaken = [], asked = [], isPaused, begunAt, end }: RunChange): Promise<void> {
    if (this.#isClosed) return Promise.reject(closedError())
    const run = this.#held(claim)
    if (run === undefined) return Promise.reject(new LeaseLost(claim.runId))
    const problem = findSeqDefect(rows, { id: claim.runId, after: run.rows.length })
    if (problem !== undefined) return Promise.reject(problem)
    for (const row of rows) run.rows.push(row)
    for (const id of inboxTaken) if (run.inbox.has(id)) run.inbox.set(id, null)
    for (const { run: id, message } of asked) void this.post(id, message)
    if (isPaused !== undefined) run.record.isPaused = isPaused
    if (begunAt !== undefined) run.record.begunAt = begunAt
    if (end !== undefined) {
      const { at, ...ended } = end
      Object.assign(run.record, ended, { endedAt: at, holder: null })
      run.inbox.clear()
    }
    return DONE
  }

  async readJournal(id: string, fromSeq = 1): Promise<JournalRow[]> {
    this.#expectOpen()
    return this.#byId.get(id)?.rows.slice(Math.max(0, fromSeq - 1)) ?? []
  }

  async readRows(id: string, { from, to }: { from: number; to: number }): Promise<JournalRow[]> {
    this.#expectOpen()
    return this.#byId.get(id)?.rows.slice(Math.max(0, from - 1), to) ?? []
  }

  async readCreated(id: string): Promise<JournalRow<'created'> | undefined> {
    this.#expectOpen()
    const first = this.#byId.get(id)?.rows[0]
    return first?.kind === 'created' ? first : undefined
  }

  async post(runId: string, message: InboxMessage): Promise<boolean> {
    this.#expectOpen()
    const run = this.#byId.get(runId)
    if (run === undefined || run.record.status !== 'running' || run.inbox.has(message.id)) return false
    run.inbox.set(message.id, message)
    return true
  }

  async readInbox(claims: readonly Claim[]): Promise<{ claim: Claim; message: InboxMessage }[]> {
    this.#expectOpen()
    return claims.flatMap((claim) => {
      const waiting = [...(this.#runs[claim.runKey - 1]?.inbox.values() ?? [])].filter((message) => message !== null)
      return waiting.map((message) => ({ claim, message }))
    })
  }

  async saveDefinition(definition: Definition): Promise<void> {
    this.#expectOpen()
    if (!this.#definitions.has(definition.hash)) this.#definitions.set(definition.hash, definition)
  }

  async loadDefinition(hash: string): Promise<Definition | undefined> {
    this.#expectOpen()
    return this.#definitions.get(hash)
  }

  async readAnswer(key: string, at: number): Promise<string | undefined> {
    this.#expectOpen()
    const found = this.#answers.get(key)
    return found !== undefined && found.expiresAt > at ? found.text : undefined
  }

  async writeAnswer(answer: CachedAnswer, at: number): Promise<void> {
    this.#expectOpen()
    for (const { key, expiresAt } of this.#answers.values()) if (expiresAt <= at) this.#answers.delete(key)
    this.#answers.set(answer.key, answer)
  }

  async putBlob(bytes: Uint8Array): Promise<string> {
    this.#expectOpen()
    expectWithin(LIMITS.blob, { subject: 'a blob', amount: bytes.byteLength })
    const hash = hashBytes(bytes)
    if (!this.#blobs.has(hash)) this.#blobs.set(hash, bytes.slice())
    return hash
  }

  async getBlob(hash: string): Promise<Uint8Array | undefined> {
    this.#expectOpen()
    return this.#blobs.get(hash)?.slice()
  }

  async close(): Promise<void> {
    this.#isClosed = true
  }

  #hold({ key, record }: HeapRun, owner: Owner): Claim {
    record.epoch += 1
    record.phase = 'active'
    record.holder = { ...owner, leaseUntil: this.#now() + LEASE_MS }
    return { runId: record.id, runKey: key, epoch: record.epoch, ownerId: owner.id }
  }

  /** Returns the run while the claim is its current one (J2) and it has not ended (J7). */
  #held({ runKey, epoch }: Claim): HeapRun | undefined {
    const run = this.#runs[runKey - 1]
    return run !== undefined && run.record.epoch === epoch && run.record.holder !== null ? run : undefined
  }

  #expectOpen(): void {
    if (this.#isClosed) throw closedError()
  }
}

const toRecord = ({ id, workflow, definition, parent, origin, created, needs = [] }: NewRun): RunRecord => {
  const usage = { input_tokens: 0, output_tokens: 0, cost_usd: 0 }
  const going = {
    status: 'running',

    phase: 'active',
    isPaused: false,
    endedAt: null,
    output: null,
    error: null,
  } as const
  const identity = {
    id,
    workflow,
    definition,
    parent: parent ?? null,
    origin: origin ?? null,
    key: null,
    replacedBy: null,
    needs,
  }
  const begunAt = created.data.queued === true ? null : created.at
  return { ...identity, ...going, createdAt: created.at, begunAt, usage, holder: null, epoch: 0 }
}

const closedError = (): StoreError => new StoreError('closed', 'the store is closed')
