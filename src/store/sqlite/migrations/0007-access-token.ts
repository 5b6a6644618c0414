/** Tokens of the HTTP interface, by their hashes. */
export const ACCESS_TOKEN = [
  `create table access_token (
    name text not null primary key, hash text not null, scopes text not null, workflow text null, created_at bigint not null,
    expires_at bigint null, revoked_at bigint null, used_at bigint null)`,
  'create unique index access_token_hash_unique on access_token (hash)',
  'pragma user_version = 7',
]
