/** The ids of approvals, kept with their run: a late decision learns who decided before. Approvals that were closed earlier have none. */
export const APPROVAL_IDS = [
  `create table approval_id (
    id text not null, run integer not null, path text not null, visit integer not null, primary key (id, run, path, visit))
    without rowid`,
  'create index approval_id_run on approval_id (run)',
  'pragma user_version = 6',
]
