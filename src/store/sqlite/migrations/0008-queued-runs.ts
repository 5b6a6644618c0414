/** Runs that begin later than they are submitted, and that a flow keeps in its queue for a limited time. */
export const QUEUED_RUNS = [
  'alter table run add column begun_at bigint null',
  'alter table run add column expires_at bigint null',
  'create index run_expiry on run (expires_at) where status = 0 and phase = 1 and expires_at is not null',
  'pragma user_version = 8',
]
