/** All tables, as the entities have them. */
export const FIRST = [
  `create table approval (
    run int not null, path text not null, visit int not null, step text not null, title text not null,
    shown text not null, form text not null, deciders text null, tool text null, due_at bigint null,
    requested_at bigint not null, request_hash text not null, token_hash text null,
    needed int not null default 1, given text null, primary key (run, path, visit))`,
  'create index approval_requested_at on approval (requested_at)',
  'create unique index approval_token on approval (token_hash) where token_hash is not null',
  `create table approval_id (
    id text not null, run int not null, path text not null, visit int not null,
    primary key (id, run, path, visit))`,
  'create index approval_id_run on approval_id (run)',
  `create table blob (
    hash text not null, bytes bytea not null, put_at bigint null, primary key (hash))`,
  `create table cached_answer (
    key text not null, answer text not null, expires_at bigint not null, primary key (key))`,
  'create index cached_answer_expires_at on cached_answer (expires_at)',
  `create table definition (
    key bigserial primary key, hash text not null, workflow text not null, file text not null,
    source text not null, links text not null)`,
  'alter table definition add constraint definition_hash_unique unique (hash)',
  `create table inbox (
    key bigserial primary key, run int not null, id text not null, kind text not null, body text null,
    taken int not null)`,
  'create index inbox_waiting on inbox (run) where taken = 0',
  'alter table inbox add constraint inbox_run_id unique (run, id)',
  `create table journal (
    key bigint not null, at bigint not null, kind int not null, path text not null, visit int not null,
    data text not null, primary key (key))`,
  `create table outbox (
    key bigserial primary key, run int not null, id text not null, type text not null, source text not null,
    at bigint not null, data text not null, delivered_at bigint null, subject text null)`,
  'create index outbox_run on outbox (run)',
  'alter table outbox add constraint outbox_id_unique unique (id)',
  `create table run (
    key serial primary key, id text not null, workflow text not null, definition int not null,
    status int not null, created_at bigint not null, ended_at bigint null, output text null, error text null,
    input_tokens bigint not null, output_tokens bigint not null, cost_usd double precision null,
    epoch int not null, holder text null, lease_until bigint null, parent int null, cache_hits int null,
    phase int not null default 0, is_paused int not null default 0, origin text null,
    idempotency_key text null, body_hash text null, flow_key text null, concurrency bigint null,
    rank bigint null, rate_count bigint null, rate_window_ms bigint null, admitted_at bigint null,
    begun_at bigint null, expires_at bigint null, replaced_by text null)`,
  'alter table run add constraint run_id_unique unique (id)',
  'create index run_running on run (phase, flow_key, rank) where status = 0',
  'create index run_parent on run (parent) where parent is not null',
  'create index run_permit on run (flow_key) where status = 0 and admitted_at is not null',
  `create index run_expiry on run (expires_at) where status = 0 and phase = 1 and expires_at is not null`,
  `create index run_rate on run (flow_key, admitted_at) where rate_count is not null and admitted_at is not null`,
  `create unique index run_idempotency on run (workflow, idempotency_key) where idempotency_key is not null and replaced_by is null`,
  `create table schedule (
    id text not null, workflow text not null, definition int not null, expression text not null,
    timezone text null, missed text not null, next_at bigint null, is_paused int not null, last_at bigint null,
    most_missed int not null default 1000, skipped_at bigint null, skipped_count int not null default 0,
    failed_in_row int not null default 0, primary key (id))`,
  `create table schedule_failure (
    schedule text not null, slot bigint not null, at bigint not null, code text not null,
    message text not null, primary key (schedule, slot))`,
  `create table timer (
    run int not null, id text not null, due_at bigint not null, primary key (run, id))`,
  'create index timer_due_at on timer (due_at)',
  `create table workflow_version (
    workflow text not null, version int not null, definition int not null, registered_at bigint not null,
    folder text null, primary key (workflow, version))`,
]
