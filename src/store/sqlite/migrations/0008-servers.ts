import { toUserVersion } from '../schema-version.ts'

/** Servers, with the kinds of runs that they can't perform; and what runs need. */
export const SERVERS = [
  'alter table run add column needs text null',
  `create table server (
    id text not null primary key, host text not null, pid integer not null, unfit text not null, seen_at bigint not null)`,
  `pragma user_version = ${toUserVersion({ version: 8, readableFrom: 7 })}`,
]
