/** All migrations, in order. They are listed, and not looked up in a folder, so that a bundle holds them. */
import { FIRST } from './migrations/0001-first.ts'
import { LONG_KEYS } from './migrations/0002-long-keys.ts'
import { ACCESS_TOKEN } from './migrations/0003-access-token.ts'

export const MIGRATIONS: readonly { name: string; statements: readonly string[] }[] = [
  { name: '0001-first', statements: FIRST },
  { name: '0002-long-keys', statements: LONG_KEYS },
  { name: '0003-access-token', statements: ACCESS_TOKEN },
]
