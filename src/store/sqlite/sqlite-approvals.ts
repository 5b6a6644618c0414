/** Open approvals in SQL. The caller opens and closes them inside its own transaction. */
import { isJsonObject, type JsonValue } from '../../core/json.ts'
import { toApprovalId } from '../approval-id.ts'
import type {
  ApprovalFilter,
  ApprovalRecord,
  ApprovalToken,
  GivenApproval,
  NamedApproval,
  OpenApproval,
} from '../approval-record.ts'
import type { Claim } from '../run-store.ts'
import { StoreError } from '../store-error.ts'
import { COLUMN_TYPES } from './column-types.ts'
import type { Connection } from './connection.ts'
import { type ColumnTypes, cut, type Decoding, decodeRow, decodeRows, expectTypes } from './damaged-rows.ts'
import { type LargeText, packJson } from './large-text.ts'

/** The columns of an approval that hold its values as they are. */
type PlainColumns = Omit<ApprovalRecord, 'show' | 'form' | 'by' | 'decisions'>

/** An approval, with its large values as text. */
export interface PackedApproval {
  record: ApprovalRecord
  shown: string
  form: string
  /** Null: none is given. */
  given: string | null
}

interface StoredApproval extends PlainColumns {
  runId: string
  workflow: string
  show: string
  form: string
  by: string | null
  decisions: string | null
}

export const packApproval = (record: ApprovalRecord, large: LargeText[]): PackedApproval => ({
  record,
  shown: packJson(record.show, large),
  form: packJson(record.form, large),
  given: record.decisions.length === 0 ? null : packJson([...record.decisions], large),
})

export class SqliteApprovals {
  readonly #statements: ReturnType<typeof prepareApprovals>
  readonly #decoding: Decoding

  constructor(connection: Connection, decoding: Decoding) {
    this.#statements = prepareApprovals(connection)
    this.#decoding = decoding
  }

  open({ runKey: run, runId }: Pick<Claim, 'runKey' | 'runId'>, { record, shown, form, given }: PackedApproval): void {
    const { show: _, by, decisions: __, ...plain } = record
    const deciders = by === null ? null : JSON.stringify(by)
    this.#statements.open.run({ ...plain, run, shown, form, given, deciders })
    this.#statements.keepId.run(toApprovalId({ runId, ...record }), run, record.path, record.visit)
  }

  close(run: number, { path, visit }: { path: string; visit: number }): void {
    this.#statements.close.run(run, path, visit)
  }

  list({ run, workflow, limit }: ApprovalFilter): OpenApproval[] {
    const found = this.#statements.list.all({ run: run ?? null, workflow: workflow ?? null, limit: limit ?? -1 })
    const { unpack, onDamaged } = this.#decoding
    return decodeRows(found, { decode: (stored) => toOpen(stored, unpack), onDamaged })
  }

  listNamed(prefix: string): NamedApproval[] {
    return this.#statements.listNamed.all(prefix, `${prefix}~`)
  }

  grant(runId: string, { path, visit, requestHash, tokenHash }: ApprovalToken): boolean {
    return this.#statements.grant.run(tokenHash, runId, path, visit, requestHash).changes === 1
  }

  findByToken(tokenHash: string): OpenApproval | undefined {
    const found = this.#statements.findByToken.get(tokenHash)
    return found && toOpen(found, this.#decoding.unpack)
  }
}

/** @throws StoreError `corrupt` */
export const toOpen = (stored: StoredApproval, unpack: Decoding['unpack']): OpenApproval =>
  decodeRow(`approval '${stored.path}' of run '${stored.runId}'`, () => {
    expectTypes(stored, APPROVAL_TYPES)
    const by = stored.by === null ? null : unpack(stored.by)
    const form = unpack(stored.form)
    if (by !== null && !isTexts(by))
      throw new StoreError('corrupt', `column 'deciders' has '${cut(stored.by ?? '')}': expected names`)
    if (form !== null && !isJsonObject(form))
      throw new StoreError('corrupt', `column 'form' has '${cut(stored.form)}': expected a schema`)
    const decisions = stored.decisions === null ? [] : toGiven(unpack(stored.decisions))
    return { ...stored, show: unpack(stored.show), form, by, decisions }
  })

const isTexts = (value: JsonValue): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')

const APPROVAL_TYPES: ColumnTypes = {
  ...COLUMN_TYPES.approval,
  runId: 'text',
  workflow: 'text',
  show: 'text',
  by: 'text?',
  count: 'integer',
  decisions: 'text?',
  dueAt: 'integer?',
  requestedAt: 'integer',
  requestHash: 'text',
}

const toGiven = (value: JsonValue): GivenApproval[] =>
  (Array.isArray(value) ? value : []).flatMap((one) =>
    isJsonObject(one) ? [{ by: String(one.by), at: String(one.at), values: one.values ?? null }] : [],
  )

type OpenedColumns = PlainColumns & {
  run: number
  shown: string
  form: string
  deciders: string | null
  given: string | null
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
