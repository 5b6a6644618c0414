/** Servers, with the kinds of runs that they can't perform; and what runs need. */
export const SERVERS = [
  'alter table run add column needs text null',
  `create table server (
    id text not null, host text not null, pid int not null, unfit text not null, seen_at bigint not null, primary key (id))`,
]
