import { toUserVersion } from '../schema-version.ts'

/** Snapshots of long runs, in parts: a cache, which older releases leave alone. */
export const SNAPSHOTS = [
  `create table snapshot (
    run integer not null, seq integer not null, part integer not null, parts integer not null, format text not null, bytes blob not null,
    primary key (run, seq, part))`,
  `pragma user_version = ${toUserVersion({ version: 9, readableFrom: 7 })}`,
]
