/** Child runs know their parent. */
export const PARENT = [
  'alter table run add column parent integer null',
  'create index run_parent on run (parent) where parent is not null',
  'pragma user_version = 2',
]
