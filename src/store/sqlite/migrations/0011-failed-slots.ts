/** Slots of schedules that failed before they had a run are kept, until they are retried or dismissed. */
export const FAILED_SLOTS = [
  'alter table schedule add column failed_in_row integer not null default 0',
  `create table schedule_failure (
    schedule text not null, slot bigint not null, at bigint not null, code text not null, message text not null,
    primary key (schedule, slot)) without rowid`,
  'pragma user_version = 11',
]
