/**
 * All migrations, in order, as plain SQL: a database in memory runs them without MikroORM, a file through MikroORM's
 * migrator (migrate.ts). They are listed, and not looked up in a folder, so that a bundle holds them.
 */
import { FIRST } from './migrations/0001-first.ts'
import { PARENT } from './migrations/0002-parent.ts'
import { CACHED_ANSWER } from './migrations/0003-cached-answer.ts'
import { LONG_LIVED_RUNS } from './migrations/0004-long-lived-runs.ts'
import { REGISTERED_FOLDER } from './migrations/0005-registered-folder.ts'
import { QUEUES_AND_PEOPLE } from './migrations/0006-queues-and-people.ts'
import { ACCESS_TOKEN } from './migrations/0007-access-token.ts'
import { SERVERS } from './migrations/0008-servers.ts'
import { SNAPSHOTS } from './migrations/0009-snapshots.ts'

export const MIGRATIONS: readonly { name: string; statements: readonly string[] }[] = [
  { name: '0001-first', statements: FIRST },
  { name: '0002-parent', statements: PARENT },
  { name: '0003-cached-answer', statements: CACHED_ANSWER },
  { name: '0004-long-lived-runs', statements: LONG_LIVED_RUNS },
  { name: '0005-registered-folder', statements: REGISTERED_FOLDER },
  { name: '0006-queues-and-people', statements: QUEUES_AND_PEOPLE },
  { name: '0007-access-token', statements: ACCESS_TOKEN },
  { name: '0008-servers', statements: SERVERS },
  { name: '0009-snapshots', statements: SNAPSHOTS },
]
