/** Model answers are kept for a while; a run counts its calls that were answered so. */
export const CACHED_ANSWER = [
  'create table cached_answer (key text not null primary key, answer text not null, expires_at bigint not null)',
  'create index cached_answer_expires_at on cached_answer (expires_at)',
  'alter table run add column cache_hits integer null',
  'pragma user_version = 3',
]
