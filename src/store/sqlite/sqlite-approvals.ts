/** Open approvals in SQL. The caller opens and closes them inside its own transaction. */

import { toApprovalId } from '../approval-id.ts'
import type { ApprovalFilter, ApprovalToken, NamedApproval, OpenApproval } from '../approval-record.ts'
import type { Claim } from '../run-store.ts'
import {
  type OpenedColumns,
  type PackedApproval,
  type StoredApproval,
  toOpenApproval,
  toOpened,
} from '../sql/approval-columns.ts'
import { type Decoding, decodeRows } from '../sql/damaged-rows.ts'
import type { Connection } from './connection.ts'

export class SqliteApprovals {
  readonly #statements: ReturnType<typeof prepareApprovals>
  readonly #decoding: Decoding

  constructor(connection: Connection, decoding: Decoding) {
    this.#statements = prepareApprovals(connection)
    this.#decoding = decoding
  }

  open({ runKey: run, runId }: Pick<Claim, 'runKey' | 'runId'>, packed: PackedApproval): void {
    const { record } = packed
    this.#statements.open.run(toOpened(run, packed))
    this.#statements.keepId.run(toApprovalId({ runId, ...record }), run, record.path, record.visit)
  }

  close(run: number, { path, visit }: { path: string; visit: number }): void {
    this.#statements.close.run(run, path, visit)
  }

  list({ run, workflow, limit }: ApprovalFilter): OpenApproval[] {
    const found = this.#statements.list.all({ run: run ?? null, workflow: workflow ?? null, limit: limit ?? -1 })
    const { unpack, onDamaged } = this.#decoding
    return decodeRows(found, { decode: (stored) => toOpenApproval(stored, unpack), onDamaged })
  }

  listNamed(prefix: string): NamedApproval[] {
    return this.#statements.listNamed.all(prefix, `${prefix}~`)
  }

  grant(runId: string, { path, visit, requestHash, tokenHash }: ApprovalToken): boolean {
    return this.#statements.grant.run(tokenHash, runId, path, visit, requestHash).changes === 1
  }

  findByToken(tokenHash: string): OpenApproval | undefined {
    const found = this.#statements.findByToken.get(tokenHash)
    return found && toOpenApproval(found, this.#decoding.unpack)
  }
}

export const SELECT_APPROVALS = `select run.id as "runId", run.workflow, path, visit, step, title, shown as "show", form, deciders as "by", tool,
  needed as "count", given as "decisions",  due_at as "dueAt", requested_at as "requestedAt", request_hash as "requestHash"
  from approval join run on run.key = approval.run`

const prepareApprovals = (db: Connection) => ({
  /** A question that was asked before keeps its token. */
  open: db.prepare<[OpenedColumns]>(
    `insert into approval (run, path, visit, step, title, shown, form, deciders, tool, needed, given, due_at, requested_at, request_hash)
     values (@run, @path, @visit, @step, @title, @shown, @form, @deciders, @tool, @count, @given, @dueAt, @requestedAt, @requestHash)
     on conflict (run, path, visit) do update set step = excluded.step, title = excluded.title, shown = excluded.shown,
       form = excluded.form, deciders = excluded.deciders, tool = excluded.tool, needed = excluded.needed, given = excluded.given, due_at = excluded.due_at,
       requested_at = excluded.requested_at, request_hash = excluded.request_hash,
       token_hash = case when approval.request_hash = excluded.request_hash then approval.token_hash end`,
  ),
  close: db.prepare<[run: number, path: string, visit: number]>(
    'delete from approval where run = ? and path = ? and visit = ?',
  ),
  keepId: db.prepare<[id: string, run: number, path: string, visit: number]>(
    'insert into approval_id (id, run, path, visit) values (?, ?, ?, ?) on conflict do nothing',
  ),
  /** Ids are hexadecimal: a tilde comes after every digit. */
  listNamed: db.prepare<[from: string, to: string], NamedApproval>(
    `select approval_id.id, run.id as "runId", path, visit from approval_id join run on run.key = approval_id.run
     where approval_id.id >= ? and approval_id.id < ? order by run.key, path, visit`,
  ),
  list: db.prepare<[{ run: string | null; workflow: string | null; limit: number }], StoredApproval>(
    `${SELECT_APPROVALS} where (@run is null or run.id = @run) and (@workflow is null or run.workflow = @workflow)
     order by requested_at, approval.run, path, visit limit @limit`,
  ),
  grant: db.prepare<[tokenHash: string, runId: string, path: string, visit: number, requestHash: string]>(
    `update approval set token_hash = ? where run = (select key from run where id = ?) and path = ? and visit = ?
     and request_hash = ?`,
  ),
  findByToken: db.prepare<[tokenHash: string], StoredApproval>(`${SELECT_APPROVALS} where token_hash = ?`),
})
