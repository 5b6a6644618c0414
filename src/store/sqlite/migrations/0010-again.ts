/** A run may be made again under its key: the key belongs to the newest, and the run before keeps it for its history. */
export const AGAIN = [
  'alter table run add column replaced_by text null',
  'drop index run_idempotency',
  `create unique index run_idempotency on run (workflow, idempotency_key)
    where idempotency_key is not null and replaced_by is null`,
  'pragma user_version = 10',
]
