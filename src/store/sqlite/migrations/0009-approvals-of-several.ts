/** Approvals of several people: how many must approve, and who has done so. */
export const APPROVALS_OF_SEVERAL = [
  'alter table approval add column needed integer not null default 1',
  'alter table approval add column given text null',
  'pragma user_version = 9',
]
