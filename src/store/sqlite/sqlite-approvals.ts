/** Open approvals in SQL. All of it runs inside a transaction of the caller, or reads. */
import type { JsonValue } from '../../core/json.ts'
import type { ApprovalFilter, ApprovalRecord, ApprovalToken, OpenApproval } from '../approval-record.ts'
import type { Connection } from './connection.ts'
import { type LargeText, packJson } from './large-text.ts'

/** An approval as text. */
export interface PackedApproval {
  record: ApprovalRecord
  shown: string
  form: string
}

interface StoredApproval {
  run_id: string
  workflow: string
  path: string
  visit: number
  step: string
  title: string
  shown: string
  form: string
  deciders: string | null
  tool: string | null
  due_at: number | null
  requested_at: number
  request_hash: string
}

export const packApproval = (record: ApprovalRecord, large: LargeText[]): PackedApproval => ({
  record,
  shown: packJson(record.show, large),
  form: packJson(record.form, large),
})

export class SqliteApprovals {
  readonly #statements: ReturnType<typeof prepareApprovals>
  readonly #unpack: (text: string) => JsonValue

  constructor(connection: Connection, unpack: (text: string) => JsonValue) {
    this.#statements = prepareApprovals(connection)
    this.#unpack = unpack
  }

  open(run: number, { record, shown, form }: PackedApproval): void {
    const { path, visit, step, title, by, tool, dueAt, requestedAt, requestHash } = record
    const deciders = by === null ? null : JSON.stringify(by)
    this.#statements.open.run({
      run,
      path,
      visit,
      step,
      title,
      shown,
      form,
      deciders,
      tool,
      dueAt,
      requestedAt,
      requestHash,
    })
  }

  close(run: number, { path, visit }: { path: string; visit: number }): void {
    this.#statements.close.run(run, path, visit)
  }

  list({ run, workflow, limit }: ApprovalFilter): OpenApproval[] {
    const found = this.#statements.list.all({ run: run ?? null, workflow: workflow ?? null, limit: limit ?? -1 })
    return found.map((stored) => this.#toOpen(stored))
  }

  grant(runId: string, { path, visit, requestHash, tokenHash }: ApprovalToken): boolean {
    return this.#statements.grant.run(tokenHash, runId, path, visit, requestHash).changes === 1
  }

  findByToken(tokenHash: string): OpenApproval | undefined {
    const found = this.#statements.findByToken.get(tokenHash)
    return found && this.#toOpen(found)
  }

  #toOpen(stored: StoredApproval): OpenApproval {
    const { path, visit, step, title, tool } = stored
    return {
      runId: stored.run_id,
      workflow: stored.workflow,
      path,
      visit,
      step,
      title,
      show: this.#unpack(stored.shown),
      form: this.#unpack(stored.form),
      by: stored.deciders === null ? null : JSON.parse(stored.deciders),
      tool,
      dueAt: stored.due_at,
      requestedAt: stored.requested_at,
      requestHash: stored.request_hash,
    }
  }
}

interface OpenedApproval {
  run: number
  path: string
  visit: number
  step: string
  title: string
  shown: string
  form: string
  deciders: string | null
  tool: string | null
  dueAt: number | null
  requestedAt: number
  requestHash: string
}

const SELECT = `select run.id as run_id, run.workflow, path, visit, step, title, shown, form, deciders, tool, due_at,
  requested_at, request_hash from approval join run on run.key = approval.run`

const prepareApprovals = (db: Connection) => ({
  open: db.prepare<[OpenedApproval]>(
    `insert into approval (run, path, visit, step, title, shown, form, deciders, tool, due_at, requested_at, request_hash)
     values (@run, @path, @visit, @step, @title, @shown, @form, @deciders, @tool, @dueAt, @requestedAt, @requestHash)
     on conflict (run, path, visit) do update set step = excluded.step, title = excluded.title, shown = excluded.shown,
       form = excluded.form, deciders = excluded.deciders, tool = excluded.tool, due_at = excluded.due_at,
       requested_at = excluded.requested_at, request_hash = excluded.request_hash,
       token_hash = case when approval.request_hash = excluded.request_hash then approval.token_hash end`,
  ),
  close: db.prepare<[run: number, path: string, visit: number]>(
    'delete from approval where run = ? and path = ? and visit = ?',
  ),
  list: db.prepare<[{ run: string | null; workflow: string | null; limit: number }], StoredApproval>(
    `${SELECT} where (@run is null or run.id = @run) and (@workflow is null or run.workflow = @workflow)
     order by requested_at, approval.run, path, visit limit @limit`,
  ),
  grant: db.prepare<[tokenHash: string, runId: string, path: string, visit: number, requestHash: string]>(
    `update approval set token_hash = ? where run = (select key from run where id = ?) and path = ? and visit = ?
     and request_hash = ?`,
  ),
  findByToken: db.prepare<[tokenHash: string], StoredApproval>(`${SELECT} where token_hash = ?`),
})
