/** An index takes at most 2.7 KB, so that indexes hold the hashes of keys that users choose. */
export const LONG_KEYS = [
  'drop index run_idempotency',
  `create unique index run_idempotency on run (workflow, md5(idempotency_key))
    where idempotency_key is not null and replaced_by is null`,
  'drop index run_running',
  'create index run_running on run (phase, md5(flow_key), rank) where status = 0',
  'drop index run_permit',
  'create index run_permit on run (md5(flow_key)) where status = 0 and admitted_at is not null',
  'drop index run_rate',
  `create index run_rate on run (md5(flow_key), admitted_at) where rate_count is not null and admitted_at is not null`,
  'alter table inbox drop constraint inbox_run_id',
  'create unique index inbox_run_id on inbox (run, md5(id))',
  // Null for a damaged text, which must not end a statement over all rows.
  `create function troupe_json(text) returns json language plpgsql immutable as $$
    begin return $1::json; exception when others then return null; end $$`,
]
