/** Runs live for days: phases, flows, approvals, an outbox, schedules, registered workflows, retention. */
export const LONG_LIVED_RUNS = [
  ...[
    'phase integer not null default 0',
    'is_paused integer not null default 0',
    'origin text null',
    'idempotency_key text null',
    'body_hash text null',
    'flow_key text null',
    'concurrency integer null',
    'rank integer null',
    'rate_count integer null',
    'rate_window_ms integer null',
    'admitted_at bigint null',
  ].map((column) => `alter table run add column ${column}`),
  'drop index run_running',
  'create index run_running on run (phase, flow_key, rank) where status = 0',
  'create index run_permit on run (flow_key) where status = 0 and admitted_at is not null',
  'create index run_rate on run (flow_key, admitted_at) where rate_count is not null and admitted_at is not null',
  'create unique index run_idempotency on run (workflow, idempotency_key) where idempotency_key is not null',
  `create table approval (
    run integer not null, path text not null, visit integer not null, step text not null, title text not null,
    shown text not null, form text not null, deciders text null, tool text null, due_at bigint null,
    requested_at bigint not null, request_hash text not null, token_hash text null, primary key (run, path, visit))
    without rowid`,
  'create index approval_requested_at on approval (requested_at)',
  'create unique index approval_token on approval (token_hash) where token_hash is not null',
  `create table outbox (
    key integer not null primary key, run integer not null, id text not null, type text not null, source text not null,
    at bigint not null, data text not null, delivered_at bigint null)`,
  'create unique index outbox_id_unique on outbox (id)',
  'create index outbox_run on outbox (run)',
  `create table schedule (
    id text not null, workflow text not null, definition integer not null, expression text not null, timezone text null,
    missed text not null, next_at bigint null, is_paused integer not null, last_at bigint null, primary key (id))`,
  `create table workflow_version (
    workflow text not null, version integer not null, definition integer not null, registered_at bigint not null,
    primary key (workflow, version)) without rowid`,
  'alter table blob add column put_at bigint null',
  'pragma user_version = 4',
]
