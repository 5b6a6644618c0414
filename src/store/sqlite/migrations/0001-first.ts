import { APPLICATION_ID } from '../schema-version.ts'

export const FIRST = [
  `create table run (
    key integer not null primary key autoincrement, id text not null, workflow text not null, definition integer not null,
    status integer not null, created_at bigint not null, ended_at bigint null, output text null, error text null,
    input_tokens bigint not null, output_tokens bigint not null, cost_usd double null,
    epoch integer not null, holder text null, lease_until bigint null)`,
  'create unique index run_id_unique on run (id)',
  'create index run_running on run (key) where status = 0',
  `create table journal (
    key integer not null primary key, at bigint not null, kind integer not null, path text not null,
    visit integer not null, data text not null)`,
  `create table timer (
    run integer not null, id text not null, due_at bigint not null, primary key (run, id)) without rowid`,
  'create index timer_due_at on timer (due_at)',
  `create table inbox (
    key integer not null primary key, run integer not null, id text not null, kind text not null, body text null,
    taken integer not null)`,
  'create unique index inbox_run_id on inbox (run, id)',
  'create index inbox_waiting on inbox (run) where taken = 0',
  `create table definition (
    key integer not null primary key, hash text not null, workflow text not null, file text not null,
    source text not null, links text not null)`,
  'create unique index definition_hash_unique on definition (hash)',
  'create table blob (hash text not null primary key, bytes blob not null)',
  `pragma application_id = ${APPLICATION_ID}`,
  'pragma user_version = 1',
]
