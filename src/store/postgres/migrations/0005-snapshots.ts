/** Snapshots of long runs, in parts: a cache, which older releases leave alone. */
export const SNAPSHOTS = [
  `create table snapshot (
    run int not null, seq int not null, part int not null, parts int not null, format text not null, bytes bytea not null,
    primary key (run, seq, part))`,
]
