/** Queues with bounds, approvals of several people, schedules that keep what failed, and keys that may be used again. */
export const QUEUES_AND_PEOPLE = [
  // The ids of approvals, kept with their run: a late decision learns who decided before. Approvals that were closed earlier have none.
  `create table approval_id (
    id text not null, run integer not null, path text not null, visit integer not null, primary key (id, run, path, visit))
    without rowid`,
  'create index approval_id_run on approval_id (run)',
  // Schedules bound how many missed slots are made up, and count those that were passed over.
  'alter table schedule add column most_missed integer not null default 1000',
  'alter table schedule add column skipped_at bigint null',
  'alter table schedule add column skipped_count integer not null default 0',
  // Runs that begin later than they are submitted, and that a flow keeps in its queue for a limited time.
  'alter table run add column begun_at bigint null',
  'alter table run add column expires_at bigint null',
  'create index run_expiry on run (expires_at) where status = 0 and phase = 1 and expires_at is not null',
  // Approvals of several people: how many must approve, and who has done so.
  'alter table approval add column needed integer not null default 1',
  'alter table approval add column given text null',
  // A run may be made again under its key: the key belongs to the newest, and the run before keeps it for its history.
  'alter table run add column replaced_by text null',
  'drop index run_idempotency',
  `create unique index run_idempotency on run (workflow, idempotency_key)
    where idempotency_key is not null and replaced_by is null`,
  // Slots of schedules that failed before they had a run are kept, until they are retried or dismissed.
  'alter table schedule add column failed_in_row integer not null default 0',
  `create table schedule_failure (
    schedule text not null, slot bigint not null, at bigint not null, code text not null, message text not null,
    primary key (schedule, slot)) without rowid`,
  // Emitted events may name what they are about.
  'alter table outbox add column subject text null',
  'pragma user_version = 6',
]
