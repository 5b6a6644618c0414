/**
 * The records beside the runs: approvals, the outbox, schedules and registered workflows, tokens; and lists of runs and of the ends of journals. Their statements are
 * prepared when one is first needed, so that opening the store stays quick.
 */

import type { ApprovalFilter, ApprovalStore, ApprovalToken, NamedApproval, OpenApproval } from '../approval-record.ts'
import type { CloudEventFilter, CloudEventStore, StoredCloudEvent } from '../cloud-event-record.ts'
import type { HeadQuery, HeadStore, JournalHead } from '../head-store.ts'
import type { RegisteredWorkflow, WorkflowEntry, WorkflowStore } from '../registered-workflow.ts'
import type { LivePhase } from '../report-store.ts'
import type { KeptSlotFailure, ScheduleRecord, ScheduleSlot, ScheduleStore, SlotFailure } from '../schedule-record.ts'
import type { ServerRecord, ServerStore } from '../server-store.ts'
import type { SnapshotStore } from '../snapshot-store.ts'
import { type Decoding, decodeRows } from '../sql/damaged-rows.ts'
import { toHead } from '../sql/head-columns.ts'
import { type FoundSchedule, toSchedule } from '../sql/schedule-columns.ts'
import { toServer } from '../sql/server-columns.ts'
import { toToken } from '../sql/token-columns.ts'
import type { TokenRecord, TokenStore } from '../token-store.ts'
import type { Connection } from './connection.ts'
import { DueRuns } from './due-runs.ts'
import { FlowGate } from './flow-gate.ts'
import { JournalHeads } from './journal-heads.ts'
import { RunLists } from './run-lists.ts'
import { SqliteApprovals } from './sqlite-approvals.ts'
import { SqliteOutbox } from './sqlite-outbox.ts'
import { advanceSchedule, prepareSchedules, replaceSchedules } from './sqlite-schedules.ts'
import { prepareServers } from './sqlite-servers.ts'
import { SqliteSnapshots } from './sqlite-snapshots.ts'
import { addToken, prepareTokens } from './sqlite-tokens.ts'
import { prepareWorkflows, registerWorkflow, toWorkflow } from './sqlite-workflows.ts'
import type { StoreQueue } from './store-queue.ts'

export abstract class SqliteRecords
  implements ApprovalStore, CloudEventStore, HeadStore, ScheduleStore, WorkflowStore, TokenStore, ServerStore
{
  protected readonly queue: StoreQueue
  protected readonly parts: () => Parts
  protected readonly decoding: Decoding
  readonly snapshots: SnapshotStore

  constructor(queue: StoreQueue, { connection, decoding }: { connection: Connection; decoding: Decoding }) {
    this.queue = queue
    this.parts = prepareParts(connection, decoding)
    this.decoding = decoding
    this.snapshots = new SqliteSnapshots(queue, connection)
  }

  readNewestKey(): Promise<number> {
    return this.queue.read(() => this.parts().heads.newest())
  }

  listHeads(query: HeadQuery): Promise<JournalHead[]> {
    return this.queue.read(() =>
      decodeRows(this.parts().heads.list(query), { decode: toHead, onDamaged: this.decoding.onDamaged }),
    )
  }

  listApprovals(filter: ApprovalFilter = {}): Promise<OpenApproval[]> {
    return this.queue.read(() => this.parts().approvals.list(filter))
  }

  listNamedApprovals(prefix: string): Promise<NamedApproval[]> {
    return this.queue.read(() => this.parts().approvals.listNamed(prefix))
  }

  grantToken(runId: string, token: ApprovalToken): Promise<boolean> {
    return this.queue.change(() => this.parts().approvals.grant(runId, token))
  }

  findApprovalByToken(tokenHash: string): Promise<OpenApproval | undefined> {
    return this.queue.read(() => this.parts().approvals.findByToken(tokenHash))
  }

  countLiveRuns(): Promise<LivePhase[]> {
    return this.queue.read(() => this.parts().runs.countLive())
  }

  listEvents(filter: CloudEventFilter = {}): Promise<StoredCloudEvent[]> {
    return this.queue.read(() => this.parts().outbox.list(filter))
  }

  replaceSchedules(workflow: string, schedules: readonly ScheduleRecord[]): Promise<void> {
    return this.queue.change(() => replaceSchedules(this.parts().schedules, { workflow, schedules }))
  }

  listSchedules(): Promise<ScheduleRecord[]> {
    return this.queue.read(() => this.#toSchedules(this.parts().schedules.list.all()))
  }

  listDueSchedules(at: number): Promise<ScheduleRecord[]> {
    return this.queue.read(() => this.#toSchedules(this.parts().schedules.listDue.all(at)))
  }

  advanceSchedule(id: string, slot: ScheduleSlot): Promise<boolean> {
    return this.queue.change(() => advanceSchedule(this.parts().schedules, { id, ...slot }))
  }

  pauseSchedule(id: string, isPaused: boolean): Promise<boolean> {
    return this.queue.change(() => this.parts().schedules.pause.run(isPaused ? 1 : 0, id).changes === 1)
  }

  listSlotFailures(schedule?: string): Promise<KeptSlotFailure[]> {
    return this.queue.read(() => this.parts().schedules.listFailures.all(schedule ?? null))
  }

  async updateSlotFailure(schedule: string, failure: SlotFailure): Promise<void> {
    await this.queue.change(() => this.parts().schedules.updateFailure.run({ schedule, ...failure }))
  }

  dropSlotFailures(schedule: string, slots: readonly number[]): Promise<number> {
    return this.queue.change(() => this.parts().schedules.dropFailures.run(schedule, JSON.stringify(slots)).changes)
  }

  registerWorkflow(entry: WorkflowEntry): Promise<'new' | 'unchanged'> {
    return this.queue.change(() => registerWorkflow(this.parts().workflows, entry))
  }

  listWorkflows(): Promise<RegisteredWorkflow[]> {
    return this.queue.read(() => this.#toWorkflows(this.parts().workflows.list.all()))
  }

  listVersions(workflow: string): Promise<RegisteredWorkflow[]> {
    return this.queue.read(() => this.#toWorkflows(this.parts().workflows.listVersions.all(workflow)))
  }

  findWorkflow(workflow: string): Promise<RegisteredWorkflow | undefined> {
    return this.queue.read(() => {
      const found = this.parts().workflows.find.get(workflow)
      return found && toWorkflow(found)
    })
  }

  addToken(token: TokenRecord): Promise<boolean> {
    return this.queue.change(() => addToken(this.parts().tokens, token))
  }

  listTokens(): Promise<TokenRecord[]> {
    return this.queue.read(() =>
      decodeRows(this.parts().tokens.list.all(), { decode: toToken, onDamaged: this.decoding.onDamaged }),
    )
  }

  findToken(hash: string): Promise<TokenRecord | undefined> {
    return this.queue.read(() => {
      const found = this.parts().tokens.find.get(hash)
      return found && toToken(found)
    })
  }

  revokeToken(name: string, at: number): Promise<boolean> {
    return this.queue.change(() => this.parts().tokens.revoke.run(at, name).changes === 1)
  }

  async useToken(hash: string, at: number): Promise<void> {
    await this.queue.change(() => this.parts().tokens.use.run(at, hash))
  }

  markServer({ unfit, ...server }: ServerRecord): Promise<void> {
    return this.queue.change(() => {
      this.parts().servers.mark.run({ ...server, unfit: JSON.stringify(unfit) })
      this.parts().servers.dropDead.run()
    })
  }

  async dropServer(id: string): Promise<void> {
    await this.queue.change(() => this.parts().servers.drop.run(id))
  }

  listServers(): Promise<ServerRecord[]> {
    return this.queue.read(() =>
      decodeRows(this.parts().servers.list.all(), { decode: toServer, onDamaged: this.decoding.onDamaged }),
    )
  }

  #toWorkflows(rows: RegisteredWorkflow[]): RegisteredWorkflow[] {
    return decodeRows(rows, { decode: toWorkflow, onDamaged: this.decoding.onDamaged })
  }

  #toSchedules(rows: FoundSchedule[]): ScheduleRecord[] {
    return decodeRows(rows, { decode: toSchedule, onDamaged: this.decoding.onDamaged })
  }
}

export type Parts = ReturnType<typeof createParts>

const prepareParts = (connection: Connection, decoding: Decoding): (() => Parts) => {
  let parts: Parts | undefined
  return () => {
    parts ??= createParts(connection, decoding)
    return parts
  }
}

const createParts = (connection: Connection, decoding: Decoding) => {
  const gate = new FlowGate(connection)
  return {
    gate,
    due: new DueRuns(connection, gate),
    approvals: new SqliteApprovals(connection, decoding),
    outbox: new SqliteOutbox(connection, decoding),
    runs: new RunLists(connection),
    heads: new JournalHeads(connection),
    schedules: prepareSchedules(connection),
    workflows: prepareWorkflows(connection),
    tokens: prepareTokens(connection),
    servers: prepareServers(connection),
  }
}
