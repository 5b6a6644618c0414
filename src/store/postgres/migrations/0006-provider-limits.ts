/** Slots of providers, and the waits that they asked for, over all servers. */
export const PROVIDER_LIMITS = [
  'create table provider_limit (name text not null, state jsonb not null, held_until bigint null, primary key (name))',
]
