/** Brings a database to SCHEMA_VERSION. Loaded only when it is not there yet: MikroORM costs more to load than a short run. */
import { Migrator } from '@mikro-orm/migrations'
import { MikroORM } from '@mikro-orm/sqlite'
import { ENTITIES } from './entities.ts'
import { FirstMigration } from './migrations/0001-first.ts'
import { ParentMigration } from './migrations/0002-parent.ts'
import { CachedAnswerMigration } from './migrations/0003-cached-answer.ts'
import { LongLivedRunsMigration } from './migrations/0004-long-lived-runs.ts'
import { RegisteredFolderMigration } from './migrations/0005-registered-folder.ts'
import { BUSY_TIMEOUT_MS } from './schema-version.ts'

/** In order, and listed rather than looked up in a folder, so that a bundle holds them. */
export const MIGRATIONS = [
  { name: '0001-first', class: FirstMigration },
  { name: '0002-parent', class: ParentMigration },
  { name: '0003-cached-answer', class: CachedAnswerMigration },
  { name: '0004-long-lived-runs', class: LongLivedRunsMigration },
  { name: '0005-registered-folder', class: RegisteredFolderMigration },
]

/** Runs what is pending, in one transaction. @throws the driver's error, also when another process migrates at the same time. */
export const migrate = async (path: string): Promise<void> => {
  const orm = await openOrm(path)
  try {
    await orm.migrator.up()
  } finally {
    await orm.close()
  }
}

/** MikroORM on the same file, by a connection of its own. */
export const openOrm = (path: string): Promise<MikroORM> =>
  MikroORM.init({
    dbName: path,
    entities: ENTITIES,
    extensions: [Migrator],
    driverOptions: { timeout: BUSY_TIMEOUT_MS },
    migrations: { migrationsList: MIGRATIONS, snapshot: false, silent: true },
  })
