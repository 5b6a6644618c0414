/**
 * Builds the one statement that makes the writes of several runs. It locks the runs, judges each claim, and changes only what
 * belongs to a claim that holds: a lost one drops its own changes alone (J2). Parts that no write of the group has are left out of the
 * text; each combination of parts is a statement that is prepared once.
 *
 * All parts see the tables as they were when the statement began. So each run stands in it once, and the writes of one store do
 * not overtake each other.
 */
import { toApprovalId } from '../approval-id.ts'
import { toOpened } from '../sql/approval-columns.ts'
import { toKindCode, toStatusCode } from '../sql/codes.ts'
import { toJournalKey } from '../sql/journal-key.ts'
import { type Query, type Session, sql, type Value } from './session.ts'
import { CHANNEL, PUT_BLOBS } from './statements.ts'
import type { Verdict, WriteJob } from './write-job.ts'

interface Judged {
  run: number
  verdict: Verdict
}

/** A part of the statement: its SQL with `?` for a list of parameters, and one list for each `?`. */
interface Part {
  name: string
  types: readonly string[]
  /** SQL of a common table expression. `rows` stands for the lists side by side. */
  text(rows: string): string
  columns: readonly string[]
  /** One value for each column. */
  list(job: WriteJob): Value[][]
}

/** Writes the changes of different runs. Returns the verdict on each, by the key of the run. */
export const judgeWrites = async (session: Session, jobs: readonly WriteJob[]): Promise<Map<number, Verdict>> => {
  const parts = PARTS.map((part) => ({ part, rows: jobs.flatMap((job) => part.list(job)) })).filter(
    ({ rows }) => rows.length > 0,
  )
  const values = parts.flatMap(({ part, rows }) =>
    part.columns.map((_, place) => rows.map((row) => row[place] ?? null)),
  )
  const query = findQuery(
    parts.map(({ part }) => part),
    jobs.some(({ end }) => end !== undefined),
  )
  const judged = await session.all(query, values)
  return new Map(judged.map(({ run, verdict }) => [run, verdict]))
}

const queries = new Map<string, Query<Judged>>()

const findQuery = (parts: readonly Part[], ends: boolean): Query<Judged> => {
  const key = `${parts.map(({ name }) => name).join()} ${ends}`
  const query = queries.get(key) ?? sql<Judged>(renderStatement(parts, ends))
  queries.set(key, query)
  return query
}

const renderStatement = (parts: readonly Part[], ends: boolean): string => {
  let place = 0
  const rendered = parts.map(({ name, types, columns, text }) => {
    const lists = types.map((type) => `$${++place}::${type}[]`).join(', ')
    return `${name} as (${text(`unnest(${lists}) as given (${columns.join(', ')})`)})`
  })
  const [claims = '', ...rest] = rendered
  const opening = parts.some(({ name }) => name === 'opened') ? [OPENING] : []
  const notified = [
    ...(parts.some(({ name }) => name === 'asked') ? [notify('inbox', 'asked')] : []),
    ...(ends ? [notify('due', 'changed where changed.flow_key is not null')] : []),
  ]
  return `with ${[claims, LOCKED, JUDGED, HOLDING, ...rest, ...opening, ...(ends ? ENDINGS : [])].join(',\n')}
    select run, verdict${notified.map((text, index) => `, ${text} as notified_${index}`).join('')} from judged`
}

const notify = (what: keyof typeof CHANNEL, from: string): string =>
  `(select count(pg_notify('${CHANNEL[what]}', '')) from (select 1 from ${from} limit 1) as one)`

const CLAIMS: Part = {
  name: 'claims',
  types: ['int', 'int', 'bigint', 'bigint', 'bigint', 'text', 'boolean'],
  columns: ['run', 'epoch', 'first', 'last', 'last_at', 'last_data', 'is_end'],
  text: (rows) => `select * from ${rows}`,
  list: ({ claim: { runKey, epoch }, rows, end }) => {
    const [first, last] = [rows[0], rows.at(-1)]
    const keyOf = (seq: number | undefined): number => (seq === undefined ? 0 : toJournalKey(runKey, seq))
    return [
      [
        runKey,
        epoch,
        keyOf(first?.row.seq),
        keyOf(last?.row.seq),
        last?.row.at ?? 0,
        last?.text ?? '',
        end !== undefined,
      ],
    ]
  },
}

/** In the order of the keys, so that two groups do not wait for each other. */
const LOCKED = `locked as materialized (
  select run.key, run.epoch, run.holder is not null as is_held, run.status, run.ended_at from run
  where run.key in (select run from claims) order by run.key for no key update)`

/** J2, J7. A write that is repeated finds its last row, and changes nothing: no other holder of the same epoch can have written it. */
const JUDGED = `judged as materialized (
  select claims.run, claims.is_end, case
      when locked.key is null then 'lost'
      when last.key is not null and last.at = claims.last_at and last.data = claims.last_data then 'done'
      when not locked.is_held then 'lost'
      when claims.first > 0 and (last.key is not null
        or not exists (select 1 from journal where journal.key = claims.first - 1)
        or exists (select 1 from journal where journal.key = claims.first)) then 'gap'
      else 'ok' end as verdict
  from claims left join locked on locked.key = claims.run and locked.epoch = claims.epoch
    left join journal last on last.key = claims.last)`

const HOLDING = `holding as materialized (select run, is_end from judged where verdict = 'ok')`

const IS_HOLDING = 'given.run in (select run from holding)'

const timersOf = (job: WriteJob): [string, number | null][] => (job.end === undefined ? [...job.timers] : [])

const PARTS: readonly Part[] = [
  CLAIMS,
  {
    name: 'appended',
    types: ['int', 'bigint', 'bigint', 'int', 'text', 'int', 'text'],
    columns: ['run', 'key', 'at', 'kind', 'path', 'visit', 'data'],
    text: (rows) => `insert into journal (key, at, kind, path, visit, data)
      select key, at, kind, path, visit, data from ${rows} where ${IS_HOLDING}`,
    list: ({ claim: { runKey }, rows }) =>
      rows.map(({ row: { seq, at, kind, path, visit }, text }) => [
        ...[runKey, toJournalKey(runKey, seq), at, toKindCode(kind), path, visit, text],
      ]),
  },
  {
    name: 'put_blobs',
    types: ['text', 'bytea'],
    columns: ['hash', 'bytes'],
    text: PUT_BLOBS,
    list: ({ large }) => large.map(({ hash, bytes }) => [hash, bytes]),
  },
  {
    name: 'set_timers',
    types: ['int', 'text', 'bigint'],
    columns: ['run', 'id', 'due_at'],
    text: (rows) => `insert into timer (run, id, due_at) select run, id, due_at from ${rows} where ${IS_HOLDING}
      on conflict (run, id) do update set due_at = excluded.due_at`,
    list: (job) => timersOf(job).flatMap(([id, dueAt]) => (dueAt === null ? [] : [[job.claim.runKey, id, dueAt]])),
  },
  {
    name: 'cleared_timers',
    types: ['int', 'text'],
    columns: ['run', 'id'],
    text: (rows) =>
      `delete from timer using ${rows} where timer.run = given.run and timer.id = given.id and ${IS_HOLDING}`,
    list: (job) => timersOf(job).flatMap(([id, dueAt]) => (dueAt === null ? [[job.claim.runKey, id]] : [])),
  },
  {
    name: 'taken',
    types: ['int', 'text'],
    columns: ['run', 'id'],
    text: (rows) => `update inbox set taken = 1, body = null from ${rows}
      where inbox.run = given.run and md5(inbox.id) = md5(given.id) and ${IS_HOLDING}`,
    list: ({ claim, taken, end }) => (end === undefined ? [...taken].map((id) => [claim.runKey, id]) : []),
  },
  {
    name: 'asked',
    types: ['int', 'text', 'text', 'text', 'text'],
    columns: ['run', 'asked', 'id', 'kind', 'body'],
    text: (rows) => `insert into inbox (run, id, kind, body, taken)
      select run.key, given.id, given.kind, given.body, 0 from ${rows}
      join run on run.id = given.asked and run.status = 0 where ${IS_HOLDING}
      on conflict do nothing returning 1`,
    list: ({ claim: { runKey }, asked }) => asked.map(({ run, id, kind, body }) => [runKey, run, id, kind, body]),
  },
  {
    name: 'changed',
    types: [
      ...['int', 'int', 'bigint', 'int', 'bigint', 'text', 'text'],
      ...['bigint', 'bigint', 'double precision', 'int'],
    ],
    columns: [
      ...['run', 'is_paused', 'begun_at', 'status', 'ended_at', 'output', 'error'],
      ...['input_tokens', 'output_tokens', 'cost_usd', 'cache_hits'],
    ],
    text: (rows) => `update run set is_paused = coalesce(given.is_paused, run.is_paused),
        begun_at = coalesce(given.begun_at, run.begun_at), status = coalesce(given.status, run.status),
        ${['ended_at', 'output', 'error', 'input_tokens', 'output_tokens', 'cost_usd', 'cache_hits']
          .map((column) => `${column} = case when given.status is null then run.${column} else given.${column} end`)
          .join(', ')},
        holder = case when given.status is null then run.holder end,
        lease_until = case when given.status is null then run.lease_until end
      from ${rows} where run.key = given.run and ${IS_HOLDING} returning run.flow_key`,
    list: ({ claim: { runKey }, isPaused, begunAt, end }) => {
      if (isPaused === undefined && begunAt === undefined && end === undefined) return []
      const paused = isPaused === undefined ? null : isPaused ? 1 : 0
      if (end === undefined) return [[runKey, paused, begunAt ?? null, null, null, null, null, 0, 0, null, null]]
      const { status, at, usage } = end.end
      const { input_tokens, output_tokens, cost_usd, cache_hits = null } = usage
      const ended = [toStatusCode(status), at, end.output, end.error]
      return [[runKey, paused, begunAt ?? null, ...ended, input_tokens, output_tokens, cost_usd, cache_hits]]
    },
  },
  {
    name: 'closed_approvals',
    types: ['int', 'text', 'int'],
    columns: ['run', 'path', 'visit'],
    text: (rows) => `delete from approval using ${rows} where approval.run = given.run and approval.path = given.path
      and approval.visit = given.visit and ${IS_HOLDING}`,
    list: ({ claim, approvals, end }) =>
      end !== undefined
        ? []
        : [...approvals.values()].flatMap((one) => ('packed' in one ? [] : [[claim.runKey, one.path, one.visit]])),
  },
  {
    name: 'opened',
    types: [
      ...['int', 'text', 'int', 'text', 'text', 'text', 'text', 'text', 'text'],
      ...['int', 'text', 'bigint', 'bigint', 'text', 'boolean'],
    ],
    columns: [
      ...['run', 'path', 'visit', 'step', 'title', 'shown', 'form', 'deciders', 'tool'],
      ...['needed', 'given_so_far', 'due_at', 'requested_at', 'request_hash', 'is_new'],
    ],
    text: (rows) => `select * from ${rows} where ${IS_HOLDING}`,
    list: ({ claim, approvals, end }) =>
      end !== undefined
        ? []
        : [...approvals.values()].flatMap((one) => {
            if (!('packed' in one)) return []
            const { run, path, visit, step, title, shown, form, deciders, tool, ...rest } = toOpened(
              claim.runKey,
              one.packed,
            )
            const { count, given, dueAt, requestedAt, requestHash } = rest
            const later = [count, given, dueAt, requestedAt, requestHash, one.isNew]
            return [[run, path, visit, step, title, shown, form, deciders, tool, ...later]]
          }),
  },
  {
    name: 'kept_ids',
    types: ['text', 'int', 'text', 'int'],
    columns: ['id', 'run', 'path', 'visit'],
    text: (rows) => `insert into approval_id (id, run, path, visit) select id, run, path, visit from ${rows}
      where ${IS_HOLDING} on conflict do nothing`,
    list: ({ claim: { runKey, runId }, opened }) =>
      opened.map(({ record }) => [toApprovalId({ runId, ...record }), runKey, record.path, record.visit]),
  },
  {
    name: 'emitted',
    types: ['int', 'text', 'text', 'text', 'bigint', 'text', 'text'],
    columns: ['run', 'id', 'type', 'source', 'at', 'data', 'subject'],
    text: (rows) => `insert into outbox (run, id, type, source, at, data, subject)
      select run, id, type, source, at, data, subject from ${rows} where ${IS_HOLDING} on conflict (id) do nothing`,
    list: ({ claim: { runKey }, events }) =>
      events.map(({ event: { id, type, source, at, subject = null }, text }) => [
        ...[runKey, id, type, source, at, text, subject],
      ]),
  },
]

/** A question that was asked before keeps its token, unless another one stood at its place since. */
const OPENING = `opened_approvals as (insert into approval as known (run, path, visit, step, title, shown, form, deciders, tool,
    needed, given, due_at, requested_at, request_hash)
  select run, path, visit, step, title, shown, form, deciders, tool, needed, given_so_far, due_at, requested_at, request_hash
    from opened
  on conflict (run, path, visit) do update set step = excluded.step, title = excluded.title, shown = excluded.shown,
    form = excluded.form, deciders = excluded.deciders, tool = excluded.tool, needed = excluded.needed, given = excluded.given,
    due_at = excluded.due_at, requested_at = excluded.requested_at, request_hash = excluded.request_hash,
    token_hash = case when known.request_hash = excluded.request_hash and not exists (select 1 from opened
      where is_new and (opened.run, opened.path, opened.visit) = (excluded.run, excluded.path, excluded.visit))
      then known.token_hash end)`

/** The end of a run takes these with it. */
const ENDINGS = ['timer', 'inbox', 'approval'].map(
  (table) => `ended_${table} as (delete from ${table} where run in (select run from holding where is_end))`,
)
