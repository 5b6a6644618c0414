/** The records beside the runs: approvals, the outbox, schedules, registered workflows and tokens; and the ends of journals. */
import type { ApprovalFilter, ApprovalStore, ApprovalToken, NamedApproval, OpenApproval } from '../approval-record.ts'
import type { CloudEventFilter, CloudEventStore, StoredCloudEvent } from '../cloud-event-record.ts'
import type { HeadQuery, HeadStore, JournalHead } from '../head-store.ts'
import type { RegisteredWorkflow, WorkflowEntry, WorkflowStore } from '../registered-workflow.ts'
import type { LivePhase } from '../report-store.ts'
import type { KeptSlotFailure, ScheduleRecord, ScheduleSlot, ScheduleStore, SlotFailure } from '../schedule-record.ts'
import type { ServerRecord, ServerStore } from '../server-store.ts'
import type { SnapshotStore } from '../snapshot-store.ts'
import { type StoredApproval, toOpenApproval } from '../sql/approval-columns.ts'
import { decodeRows } from '../sql/damaged-rows.ts'
import { toCloudEvent } from '../sql/event-columns.ts'
import { toHead } from '../sql/head-columns.ts'
import { COUNT_LIVE_RUNS, type StoredLivePhase, toLivePhases } from '../sql/live-runs.ts'
import { toSchedule } from '../sql/schedule-columns.ts'
import { toServer } from '../sql/server-columns.ts'
import { toToken, toTokenValues } from '../sql/token-columns.ts'
import type { TokenRecord, TokenStore } from '../token-store.ts'
import { listHeads, readNewestKey } from './journal-heads.ts'
import { APPROVAL, OUTBOX } from './record-statements.ts'
import { advanceSchedule, replaceSchedules, SCHEDULE } from './schedules.ts'
import { SERVER } from './servers.ts'
import { one, sql } from './session.ts'
import { PostgresSnapshots } from './snapshots.ts'
import type { StoreConnections } from './store-connections.ts'
import { TOKEN } from './tokens.ts'
import { registerWorkflow, WORKFLOW } from './workflows.ts'

export abstract class PostgresRecords
  implements ApprovalStore, CloudEventStore, HeadStore, ScheduleStore, WorkflowStore, TokenStore, ServerStore
{
  protected readonly db: StoreConnections
  readonly snapshots: SnapshotStore

  constructor(db: StoreConnections) {
    this.db = db
    this.snapshots = new PostgresSnapshots(db)
  }

  readNewestKey(): Promise<number> {
    return this.db.read(readNewestKey)
  }

  listHeads(query: HeadQuery): Promise<JournalHead[]> {
    return this.db.read(async (session) => this.decode(await listHeads(session, query), toHead))
  }

  listApprovals({ run, workflow, limit }: ApprovalFilter = {}): Promise<OpenApproval[]> {
    return this.db.read(async (session) =>
      this.#toOpen(await session.all(APPROVAL.list, [run ?? null, workflow ?? null, limit ?? null])),
    )
  }

  listNamedApprovals(prefix: string): Promise<NamedApproval[]> {
    return this.db.read((session) => session.all(APPROVAL.listNamed, [prefix, `${prefix}g`]))
  }

  grantToken(runId: string, { path, visit, requestHash, tokenHash }: ApprovalToken): Promise<boolean> {
    const values = [tokenHash, runId, path, visit, requestHash]
    return this.db.change({ query: APPROVAL.grant, values, toResult: (rows) => rows.length === 1 })
  }

  findApprovalByToken(tokenHash: string): Promise<OpenApproval | undefined> {
    return this.db.read(
      async (session) => (await this.#toOpen(await session.all(APPROVAL.findByToken, [tokenHash])))[0],
    )
  }

  countLiveRuns(): Promise<LivePhase[]> {
    return this.db.read(async (session) => toLivePhases(await session.all(sql<StoredLivePhase>(COUNT_LIVE_RUNS))))
  }

  listEvents({ type, run, workflow, ...bounds }: CloudEventFilter = {}): Promise<StoredCloudEvent[]> {
    const { since = 0, until = Number.MAX_SAFE_INTEGER, after = 0, limit = null } = bounds
    const values = [since, until, type ?? null, run ?? null, limit, workflow ?? null, after]
    return this.db.read(async (session) => {
      const found = await session.all(run === undefined ? OUTBOX.list : OUTBOX.listOfRun, values)
      const unpack = await this.db.unpacker(found.map(({ data }) => data))
      return this.decode(found, (event) => toCloudEvent(event, unpack))
    })
  }

  replaceSchedules(workflow: string, schedules: readonly ScheduleRecord[]): Promise<void> {
    return this.db.transact((session) => replaceSchedules(session, { workflow, schedules }))
  }

  listSchedules(): Promise<ScheduleRecord[]> {
    return this.db.read(async (session) => this.decode(await session.all(SCHEDULE.list), toSchedule))
  }

  listDueSchedules(at: number): Promise<ScheduleRecord[]> {
    return this.db.read(async (session) => this.decode(await session.all(SCHEDULE.listDue, [at]), toSchedule))
  }

  advanceSchedule(id: string, slot: ScheduleSlot): Promise<boolean> {
    return this.db.transact((session) => advanceSchedule(session, { id, ...slot }))
  }

  pauseSchedule(id: string, isPaused: boolean): Promise<boolean> {
    return this.db.change({
      query: SCHEDULE.pause,
      values: [isPaused ? 1 : 0, id],
      toResult: (rows) => rows.length === 1,
    })
  }

  listSlotFailures(schedule?: string): Promise<KeptSlotFailure[]> {
    return this.db.read((session) => session.all(SCHEDULE.listFailures, [schedule ?? null]))
  }

  updateSlotFailure(schedule: string, { slot, at, code, message }: SlotFailure): Promise<void> {
    const values = [at, code, message, schedule, slot]
    return this.db.change({ query: SCHEDULE.updateFailure, values, toResult: () => undefined })
  }

  dropSlotFailures(schedule: string, slots: readonly number[]): Promise<number> {
    return this.db.change({ query: SCHEDULE.dropFailures, values: [schedule, slots], toResult: (rows) => rows.length })
  }

  registerWorkflow(entry: WorkflowEntry): Promise<'new' | 'unchanged'> {
    return this.db.transact((session) => registerWorkflow(session, entry))
  }

  listWorkflows(): Promise<RegisteredWorkflow[]> {
    return this.db.read((session) => session.all(WORKFLOW.list))
  }

  listVersions(workflow: string): Promise<RegisteredWorkflow[]> {
    return this.db.read((session) => session.all(WORKFLOW.listVersions, [workflow]))
  }

  findWorkflow(workflow: string): Promise<RegisteredWorkflow | undefined> {
    return this.db.read((session) => one(session, WORKFLOW.find, [workflow]))
  }

  addToken(token: TokenRecord): Promise<boolean> {
    const values = toTokenValues(token)
    return this.db.change({ query: TOKEN.add, values, toResult: (rows) => rows.length === 1 })
  }

  listTokens(): Promise<TokenRecord[]> {
    return this.db.read(async (session) => this.decode(await session.all(TOKEN.list), toToken))
  }

  findToken(hash: string): Promise<TokenRecord | undefined> {
    return this.db.read(async (session) => {
      const found = await one(session, TOKEN.find, [hash])
      return found && toToken(found)
    })
  }

  revokeToken(name: string, at: number): Promise<boolean> {
    return this.db.change({ query: TOKEN.revoke, values: [at, name], toResult: (rows) => rows.length === 1 })
  }

  useToken(hash: string, at: number): Promise<void> {
    return this.db.change({ query: TOKEN.use, values: [at, hash], toResult: () => undefined })
  }

  markServer({ id, host, pid, unfit }: ServerRecord): Promise<void> {
    const values = [id, host, pid, JSON.stringify(unfit)]
    return this.db.change({ query: SERVER.mark, values, toResult: () => undefined })
  }

  dropServer(id: string): Promise<void> {
    return this.db.change({ query: SERVER.drop, values: [id], toResult: () => undefined })
  }

  listServers(): Promise<ServerRecord[]> {
    return this.db.read(async (session) => this.decode(await session.all(SERVER.list), toServer))
  }

  /** Decodes the rows of a list. Damaged ones are left out and named. */
  protected decode<Stored extends object, Row>(rows: readonly Stored[], decode: (row: Stored) => Row): Row[] {
    return decodeRows(rows, { decode, onDamaged: this.db.onDamaged })
  }

  async #toOpen(found: readonly StoredApproval[]): Promise<OpenApproval[]> {
    const unpack = await this.db.unpacker(found.flatMap(({ show, form, decisions }) => [show, form, decisions]))
    return this.decode(found, (stored) => toOpenApproval(stored, unpack))
  }
}
