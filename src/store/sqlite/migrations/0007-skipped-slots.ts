/** Schedules bound how many missed slots are made up, and count those that were passed over. */
export const SKIPPED_SLOTS = [
  'alter table schedule add column most_missed integer not null default 1000',
  'alter table schedule add column skipped_at bigint null',
  'alter table schedule add column skipped_count integer not null default 0',
  'pragma user_version = 7',
]
