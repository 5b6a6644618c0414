/** The SQL of runs, journals, inboxes and content, prepared once when the store is opened. */
import { FROM_RUN, type InsertedRun, RUN_COLUMNS, type RunRow, type StoredRow } from '../sql/run-row.ts'
import { type Definition, EXPIRED_ANSWERS_A_WRITE, type InboxMessage, LEASE_MS } from '../store.ts'
import type { Connection } from './connection.ts'

/** The database's clock, in epoch milliseconds. Leases use no other clock. */
export const NOW = `cast(unixepoch('subsec') * 1000 as integer)`
/** Precision of `put_at`: an update rewrites the whole blob. */
const PUT_AT_STEP_MS = 3_600_000
/** J2, J7: the claim is the current one of its run, and the run is neither ended nor released. */
const IS_HELD = 'key = ? and epoch = ? and holder is not null'
export type Statements = ReturnType<typeof prepareStatements>

export const prepareStatements = (connection: Connection) => ({
  ...prepareRunStatements(connection),
  ...prepareJournalStatements(connection),
  ...prepareInboxStatements(connection),
  ...prepareContentStatements(connection),
})

const prepareRunStatements = (db: Connection) => ({
  /** Inserts a held run. Writes nothing when the id exists, or when the definition is missing. */
  insertRun: db.prepare<
    [
      id: string,
      workflow: string,
      createdAt: number,
      holder: string,
      parent: string | null,
      needs: string | null,
      definition: string,
    ]
  >(
    `insert into run (id, workflow, definition, status, created_at, input_tokens, output_tokens, cost_usd, epoch, holder, lease_until, parent, needs)
     select ?, ?, key, 0, ?, 0, 0, 0, 1, ?, ${NOW} + ${LEASE_MS}, (select above.key from run above where above.id = ?), ? from definition where hash = ? on conflict (id) do nothing`,
  ),
  /** Inserts a run with all optional columns. */
  insertWholeRun: db.prepare<[InsertedRun]>(
    `insert into run (id, workflow, definition, status, phase, created_at, input_tokens, output_tokens, cost_usd, epoch, holder,
       lease_until, parent, origin, idempotency_key, body_hash, flow_key, concurrency, rank, rate_count, rate_window_ms, admitted_at,
       begun_at, expires_at, needs)
     select @id, @workflow, key, 0, @phase, @createdAt, 0, 0, 0, @epoch, @holder,
       case when @holder is null then null else ${NOW} + ${LEASE_MS} end, (select above.key from run above where above.id = @parent),
       @origin, @key, @bodyHash, @flow_key, @concurrency, @rank, @rate_count, @rate_window_ms,
       case when @isAdmitted = 1 then ${NOW} end, @begunAt, case when @holder is null then ${NOW} + @expireMs end, @needs
     from definition where hash = @definition on conflict (id) do nothing`,
  ),
  readRunByKey: db.prepare<[workflow: string, key: string], RunRow & { body_hash: string | null }>(
    `select ${RUN_COLUMNS}, run.body_hash ${FROM_RUN} where run.workflow = ? and run.idempotency_key = ?
     and run.replaced_by is null`,
  ),
  releaseKey: db.prepare<[replacedBy: string, key: number]>('update run set replaced_by = ? where key = ?'),
  takeKey: db.prepare<[idempotencyKey: string | null, key: number]>('update run set idempotency_key = ? where key = ?'),
  readRun: db.prepare<[id: string], RunRow>(`select ${RUN_COLUMNS} ${FROM_RUN} where run.id = ?`),
  readRunKey: db.prepare<[id: string], number>('select key from run where id = ?').pluck(),
  readNow: db.prepare<[], number>(`select ${NOW}`).pluck(),
  checkHeld: db.prepare<[key: number, epoch: number]>(`select 1 from run where ${IS_HELD}`),
  claimRun: db.prepare<[holder: string, key: number]>(
    `update run set epoch = epoch + 1, holder = ?, lease_until = ${NOW} + ${LEASE_MS}, phase = 0 where key = ?`,
  ),
  renewRun: db.prepare<[key: number, epoch: number]>(
    `update run set lease_until = ${NOW} + ${LEASE_MS} where ${IS_HELD}`,
  ),
  releaseRun: db.prepare<[phase: number, key: number, epoch: number]>(
    `update run set holder = null, lease_until = null, phase = ? where ${IS_HELD}`,
  ),
  beginRun: db.prepare<[begunAt: number, key: number]>('update run set begun_at = ? where key = ?'),
  pauseRun: db.prepare<[isPaused: number, key: number]>('update run set is_paused = ? where key = ?'),
  endRun: db.prepare<
    [
      status: number,
      endedAt: number,
      output: string,
      error: string | null,
      inputTokens: number,
      outputTokens: number,
      costUsd: number | null,
      cacheHits: number | null,
      key: number,
      epoch: number,
    ]
  >(
    `update run set status = ?, ended_at = ?, output = ?, error = ?, input_tokens = ?, output_tokens = ?, cost_usd = ?,
     cache_hits = ?, holder = null, lease_until = null where ${IS_HELD}`,
  ),
  findIds: db
    .prepare<[{ text: string; limit: number }], string>(
      `select id from run where substr(id, 1, length(@text)) = @text or substr(id, -length(@text)) = @text
       order by id limit @limit`,
    )
    .pluck(),
})

const prepareJournalStatements = (db: Connection) => ({
  insertFirstRow: db.prepare<[key: number, at: number, kind: number, path: string, visit: number, data: string]>(
    'insert into journal (key, at, kind, path, visit, data) values (?, ?, ?, ?, ?, ?)',
  ),
  /** Inserts a row only while the claim holds, and only behind the row before it. */
  insertRow: db.prepare<
    [
      key: number,
      at: number,
      kind: number,
      path: string,
      visit: number,
      data: string,
      before: number,
      run: number,
      epoch: number,
    ]
  >(
    `insert into journal (key, at, kind, path, visit, data) select ?, ?, ?, ?, ?, ?
     where exists (select 1 from journal where key = ?) and exists (select 1 from run where ${IS_HELD})
     on conflict (key) do nothing`,
  ),
  readRows: db.prepare<[first: number, last: number], StoredRow>(
    'select key, at, kind, path, visit, data from journal where key between ? and ? order by key',
  ),
  setTimer: db.prepare<[run: number, id: string, dueAt: number]>(
    'insert into timer (run, id, due_at) values (?, ?, ?) on conflict (run, id) do update set due_at = excluded.due_at',
  ),
  clearTimer: db.prepare<[run: number, id: string]>('delete from timer where run = ? and id = ?'),
  clearTimers: db.prepare<[run: number]>('delete from timer where run = ?'),
})

interface StoredMessage {
  id: string
  kind: InboxMessage['kind']
  body: string
}

const prepareInboxStatements = (db: Connection) => ({
  insertMessage: db.prepare<[id: string, kind: string, body: string, run: string]>(
    `insert into inbox (run, id, kind, body, taken) select key, ?, ?, ?, 0 from run where id = ? and status = 0
     on conflict (run, id) do nothing`,
  ),
  /** Reads the messages of the runs whose keys are in a JSON list. */
  readMessages: db.prepare<[runs: string], StoredMessage & { run: number }>(
    `select run, id, kind, body from inbox where taken = 0 and run in (select value from json_each(?)) order by key`,
  ),
  /** Reads the messages of the runs whose ids are in a JSON list. */
  peekMessages: db.prepare<[runs: string], StoredMessage & { run_id: string }>(
    `select run.id as run_id, inbox.id, kind, body from run join inbox on inbox.run = run.key
     where taken = 0 and run.id in (select value from json_each(?)) order by inbox.key`,
  ),
  takeMessage: db.prepare<[run: number, id: string]>(
    'update inbox set taken = 1, body = null where run = ? and id = ?',
  ),
  clearApprovals: db.prepare<[run: number]>('delete from approval where run = ?'),
  clearInbox: db.prepare<[run: number]>('delete from inbox where run = ?'),
})

const prepareContentStatements = (db: Connection) => ({
  insertDefinition: db.prepare<[hash: string, workflow: string, file: string, source: string, links: string]>(
    `insert into definition (hash, workflow, file, source, links) values (?, ?, ?, ?, ?) on conflict (hash) do nothing`,
  ),
  readDefinition: db.prepare<[hash: string], Omit<Definition, 'links'> & { links: string }>(
    'select hash, workflow, file, source, links from definition where hash = ?',
  ),
  readDefinitionKey: db.prepare<[hash: string], number>('select key from definition where hash = ?').pluck(),
  readAnswer: db
    .prepare<[key: string, at: number], string>('select answer from cached_answer where key = ? and expires_at > ?')
    .pluck(),
  putAnswer: db.prepare<[key: string, answer: string, expiresAt: number]>(
    `insert into cached_answer (key, answer, expires_at) values (?, ?, ?)
     on conflict (key) do update set answer = excluded.answer, expires_at = excluded.expires_at`,
  ),
  dropExpiredAnswers: db.prepare<[at: number]>(
    `delete from cached_answer where key in (
       select key from cached_answer where expires_at <= ? order by expires_at limit ${EXPIRED_ANSWERS_A_WRITE})`,
  ),
  insertBlob: db.prepare<[hash: string, bytes: Uint8Array]>(
    `insert into blob (hash, bytes, put_at) values (?, ?, ${NOW}) on conflict (hash) do update set put_at = excluded.put_at
     where coalesce(blob.put_at, 0) < excluded.put_at - ${PUT_AT_STEP_MS}`,
  ),
  readBlob: db.prepare<[hash: string], Buffer>('select bytes from blob where hash = ?').pluck(),
})
