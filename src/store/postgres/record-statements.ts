/** The SQL of open approvals and of emitted events. Writes of runs change them (write-statement.ts). */
import type { NamedApproval } from '../approval-record.ts'
import type { StoredApproval } from '../sql/approval-columns.ts'
import type { StoredEvent } from '../sql/event-columns.ts'
import { sql } from './session.ts'

export const SELECT_APPROVALS = `select run.id as "runId", run.workflow, path, visit, step, title, shown as "show", form, deciders as "by",
  tool, needed as "count", given as "decisions", due_at as "dueAt", requested_at as "requestedAt", request_hash as "requestHash"
  from approval join run on run.key = approval.run`

export const APPROVAL = {
  list: sql<StoredApproval>(
    `${SELECT_APPROVALS} where ($1::text is null or run.id = $1) and ($2::text is null or run.workflow = $2)
     order by requested_at, approval.run, path collate "C", visit limit $3::bigint`,
  ),
  /** Ids are hexadecimal: `g` comes after every digit, in every collation. */
  listNamed: sql<NamedApproval>(
    `select approval_id.id, run.id as "runId", path, visit from approval_id join run on run.key = approval_id.run
     where approval_id.id >= $1 and approval_id.id < $2 order by run.key, path collate "C", visit`,
  ),
  grant: sql(
    `update approval set token_hash = $1 where run = (select key from run where id = $2) and path = $3 and visit = $4
     and request_hash = $5 returning 1`,
  ),
  findByToken: sql<StoredApproval>(`${SELECT_APPROVALS} where token_hash = $1`),
} as const

export const SELECT_EVENTS = `select outbox.id, type, source, at, data, subject, run.id as "runId", delivered_at as "deliveredAt",
  outbox.key as "order" from outbox join run on run.key = outbox.run`

const SELECT_EVENT = `${SELECT_EVENTS} where at >= $1 and at < $2 and ($3::text is null or type = $3)
  and ($6::text is null or run.workflow = $6) and outbox.key > $7`

export const OUTBOX = {
  list: sql<StoredEvent>(`${SELECT_EVENT} and $4::text is null order by outbox.key limit $5::bigint`),
  listOfRun: sql<StoredEvent>(
    `${SELECT_EVENT} and outbox.run = (select key from run where id = $4) order by outbox.key limit $5::bigint`,
  ),
} as const
