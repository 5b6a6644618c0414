/** The SQL of runs, inboxes and content. */

import type { News } from '../news-store.ts'
import { ROWS_PER_RUN } from '../sql/journal-key.ts'
import { FROM_RUN, RUN_COLUMNS, type RunRow, type StoredRow } from '../sql/run-row.ts'
import { type Definition, EXPIRED_ANSWERS_A_WRITE, type InboxMessage, LEASE_MS } from '../store.ts'
import { sql } from './session.ts'

/** The database's clock, in epoch milliseconds. Leases use no other clock. */
export const NOW = 'floor(extract(epoch from clock_timestamp()) * 1000)::bigint'

/** Channels of NOTIFY. Their messages are empty: they say when to look, and the tables say what is there. */
export const CHANNEL = {
  inbox: 'troupe_inbox',
  due: 'troupe_due',
  slots: 'troupe_slots',
  holds: 'troupe_holds',
} as const satisfies Record<News, string>

/** Precision of `put_at`: an update rewrites the whole blob. */
const PUT_AT_STEP_MS = 3_600_000

/** Keeps blobs once. */
export const PUT_BLOBS = (rows: string): string => `insert into blob (hash, bytes, put_at)
  select distinct on (hash) hash, bytes, ${NOW} from ${rows}
  on conflict (hash) do update set put_at = excluded.put_at
  where coalesce(blob.put_at, 0) < excluded.put_at - ${PUT_AT_STEP_MS}`

/** J2, J7: the claim is the current one of its run, and the run is neither ended nor released. */
const IS_HELD = 'run.key = given.key and run.epoch = given.epoch and run.holder is not null'

const NEW_RUN_COLUMNS = `id, workflow, definition, status, phase, created_at, input_tokens, output_tokens, cost_usd, epoch, holder,
  lease_until, parent, origin, idempotency_key, body_hash, flow_key, concurrency, rank, rate_count, rate_window_ms, admitted_at,
  begun_at, expires_at, needs`

/**
 * Inserts a run with its rows, timers and blobs. Returns no key, and writes nothing, when the id or the idempotency key is taken, or
 * the definition is missing. A run that is due at once is announced.
 */
export const INSERT_RUN = sql<{ key: number }>(`with inserted as (
    insert into run (${NEW_RUN_COLUMNS})
    select $1::text, $2::text, key, 0, $4::int, $5::bigint, 0, 0, 0, $6::int, $7::text,
      case when $7::text is not null then ${NOW} + ${LEASE_MS} end,
      (select above.key from run above where above.id = $8::text), $9::text, $10::text, $11::text, $12::text, $13::bigint,
      $14::bigint, $15::bigint, $16::bigint, case when $17::int = 1 then ${NOW} end, $18::bigint,
      case when $7::text is null then ${NOW} + $19::bigint end, $30::text
    from definition where hash = $3::text on conflict do nothing returning key
  ), appended as (
    insert into journal (key, at, kind, path, visit, data)
    select inserted.key::bigint * ${ROWS_PER_RUN} + given.seq, given.at, given.kind, given.path, given.visit, given.data
    from inserted, unnest($20::int[], $21::bigint[], $22::int[], $23::text[], $24::int[], $25::text[])
      as given (seq, at, kind, path, visit, data)
  ), set_timers as (
    insert into timer (run, id, due_at)
    select inserted.key, given.id, given.due_at from inserted, unnest($26::text[], $27::bigint[]) as given (id, due_at)
  ), put_blobs as (${PUT_BLOBS('unnest($28::text[], $29::bytea[]) as given (hash, bytes)')})
  select key, case when $7::text is null then pg_notify('${CHANNEL.due}', '') end as notified from inserted`)

/** A run that was taken, and what was asked for. */
export interface ClaimedRow {
  key: number
  epoch: number
  lease_until: number
  before: number
  held_by: string | null
  taker: string
}

export const RUN = {
  read: sql<RunRow>(`select ${RUN_COLUMNS} ${FROM_RUN} where run.id = $1`),
  /** With the clock, for claims. */
  readAll: sql<RunRow & { now: number }>(
    `select ${RUN_COLUMNS}, ${NOW} as now ${FROM_RUN} where run.id = any($1::text[])`,
  ),
  /** The first `$2` rows of each run. */
  readFirstRows: sql<StoredRow & { run_id: string }>(
    `select run.id as run_id, first.* from run cross join lateral (
       select key, at, kind, path, visit, data from journal
       where key between run.key::bigint * ${ROWS_PER_RUN} + 1 and (run.key::bigint + 1) * ${ROWS_PER_RUN} - 1 order by key limit $2
     ) first where run.id = any($1::text[]) order by first.key`,
  ),
  readByKey: sql<RunRow & { body_hash: string | null }>(
    `select ${RUN_COLUMNS}, run.body_hash ${FROM_RUN} where run.workflow = $1 and md5(run.idempotency_key) = md5($2)
     and run.idempotency_key is not null and run.replaced_by is null`,
  ),
  lockByKey: sql<{ key: number }>(
    `select key from run where workflow = $1 and md5(idempotency_key) = md5($2) and idempotency_key is not null and replaced_by is null for update`,
  ),
  readKey: sql<{ key: number }>('select key from run where id = $1'),
  readClock: sql<{ now: number }>(`select ${NOW} as now`),
  releaseKey: sql('update run set replaced_by = $1 where key = $2'),
  takeKey: sql('update run set idempotency_key = $1 where key = $2'),
  /**
   * Takes runs that are as they were when they were judged, each for its new holder. Those that another claim is just taking are passed
   * over.
   */
  claim: sql<ClaimedRow>(
    `update run set epoch = run.epoch + 1, holder = free.taker, lease_until = ${NOW} + ${LEASE_MS}, phase = 0
     from (select run.key, given.epoch, given.holder, given.taker
       from unnest($1::int[], $2::int[], $3::text[], $4::text[]) as given (key, epoch, holder, taker)
       join run on run.key = given.key and run.epoch = given.epoch
       where run.status = 0 and (run.holder is not distinct from given.holder or run.lease_until <= ${NOW})
       for update of run skip locked) free
     where run.key = free.key
     returning run.key, run.epoch, run.lease_until, free.epoch as before, free.holder as held_by, free.taker`,
  ),
  lock: sql<{ key: number }>('select key from run where id = $1 for update'),
  renew: sql<{ key: number; epoch: number }>(
    `update run set lease_until = ${NOW} + ${LEASE_MS} from unnest($1::int[], $2::int[]) as given (key, epoch)
     where ${IS_HELD} returning run.key, run.epoch`,
  ),
  release: sql(
    `with released as (update run set holder = null, lease_until = null, phase = $3
       from (select $1::int as key, $2::int as epoch) as given where ${IS_HELD} returning 1)
     select pg_notify('${CHANNEL.due}', '') from released where $3 = 0`,
  ),
  findIds: sql<{ id: string }>(
    `select id from run where left(id, length($1)) = $1 or right(id, length($1)) = $1 order by id collate "C" limit $2`,
  ),
  readRows: sql<StoredRow>(
    `with found as materialized (select key::bigint * ${ROWS_PER_RUN} as first from run where id = $1)
     select key, at, kind, path, visit, data from journal
     where key between (select first from found) + $2::bigint and (select first from found) + $3::bigint order by key`,
  ),
} as const

interface StoredMessage {
  id: string
  kind: InboxMessage['kind']
  body: string
}

export const INBOX = {
  /** A run that ends at the same moment takes the message, or is seen as ended. */
  post: sql<{ run: number }>(
    `with target as materialized (select key from run where id = $4 and status = 0 for share),
     put_blobs as (${PUT_BLOBS('unnest($5::text[], $6::bytea[]) as given (hash, bytes)')}),
     posted as (insert into inbox (run, id, kind, body, taken) select key, $1, $2, $3, 0 from target
       on conflict do nothing returning run)
     select run, pg_notify('${CHANNEL.inbox}', '') from posted`,
  ),
  /** As `post`, inside a transaction that has no blobs. */
  ask: sql(
    `with posted as (insert into inbox (run, id, kind, body, taken) select key, $1, $2, $3, 0 from run where id = $4 and status = 0
       on conflict do nothing returning run)
     select pg_notify('${CHANNEL.inbox}', '') from posted`,
  ),
  read: sql<StoredMessage & { run: number }>(
    'select run, id, kind, body from inbox where taken = 0 and run = any($1::int[]) order by key',
  ),
  peek: sql<StoredMessage & { run_id: string }>(
    `select run.id as run_id, inbox.id, kind, body from run join inbox on inbox.run = run.key
     where taken = 0 and run.id = any($1::text[]) order by inbox.key`,
  ),
} as const

export const CONTENT = {
  saveDefinition: sql(
    `insert into definition (hash, workflow, file, source, links) values ($1, $2, $3, $4, $5) on conflict (hash) do nothing`,
  ),
  readDefinition: sql<Omit<Definition, 'links'> & { links: string }>(
    'select hash, workflow, file, source, links from definition where hash = $1',
  ),
  hasDefinitions: sql<{ hash: string }>('select hash from definition where hash = any($1::text[])'),
  readAnswer: sql<{ answer: string }>('select answer from cached_answer where key = $1 and expires_at > $2'),
  putAnswer: sql(
    `with dropped as (delete from cached_answer where key <> $1 and key in (
       select key from cached_answer where expires_at <= $4 order by expires_at limit ${EXPIRED_ANSWERS_A_WRITE} for update skip locked))
     insert into cached_answer (key, answer, expires_at) values ($1, $2, $3)
     on conflict (key) do update set answer = excluded.answer, expires_at = excluded.expires_at`,
  ),
  putBlobs: sql(PUT_BLOBS('unnest($1::text[], $2::bytea[]) as given (hash, bytes)')),
  readBlobs: sql<{ hash: string; bytes: Uint8Array }>('select hash, bytes from blob where hash = any($1::text[])'),
} as const
