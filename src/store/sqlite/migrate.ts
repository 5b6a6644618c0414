/** Migrates a database file to SCHEMA_VERSION. Loaded only for an older file: loading MikroORM takes longer than a short run. */
import { Migrator } from '@mikro-orm/migrations'
import { MikroORM } from '@mikro-orm/sqlite'
import { createEntities } from '../entities.ts'
import { toMigration } from '../sql/orm-migration.ts'
import { MIGRATIONS } from './migrations.ts'
import { BUSY_TIMEOUT_MS } from './schema-version.ts'

/** Runs pending migrations in one transaction. @throws the driver's error, also when another process migrates at the same time */
export const migrate = async (path: string): Promise<void> => {
  const orm = await openOrm(path)
  try {
    await orm.migrator.up()
  } finally {
    await orm.close()
  }
}

/** Opens MikroORM on the file, with its own connection. */
export const openOrm = (path: string): Promise<MikroORM> =>
  MikroORM.init({
    dbName: path,
    entities: createEntities('sqlite'),
    extensions: [Migrator],
    driverOptions: { timeout: BUSY_TIMEOUT_MS },
    migrations: { migrationsList: MIGRATIONS.map(toMigration), snapshot: false, silent: true },
  })
