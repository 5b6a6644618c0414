/** All migrations, in order. They are listed, and not looked up in a folder, so that a bundle holds them. */
import type { FoundSchema } from '../rules/schema.ts'
import { FIRST } from './migrations/0001-first.ts'
import { LONG_KEYS } from './migrations/0002-long-keys.ts'
import { ACCESS_TOKEN } from './migrations/0003-access-token.ts'
import { SERVERS } from './migrations/0004-servers.ts'
import { SNAPSHOTS } from './migrations/0005-snapshots.ts'
import { PROVIDER_LIMITS } from './migrations/0006-provider-limits.ts'

interface PostgresMigration extends Pick<FoundSchema, 'readableFrom'> {
  name: string
  statements: readonly string[]
}

export const MIGRATIONS: readonly PostgresMigration[] = [
  { name: '0001-first', statements: FIRST, readableFrom: 1 },
  // It changes unique indexes that older statements name in `on conflict`.
  { name: '0002-long-keys', statements: LONG_KEYS, readableFrom: 2 },
  { name: '0003-access-token', statements: ACCESS_TOKEN, readableFrom: 2 },
  { name: '0004-servers', statements: SERVERS, readableFrom: 2 },
  { name: '0005-snapshots', statements: SNAPSHOTS, readableFrom: 2 },
  { name: '0006-provider-limits', statements: PROVIDER_LIMITS, readableFrom: 2 },
]
