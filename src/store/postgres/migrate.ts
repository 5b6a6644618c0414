/** Migrates a database to SCHEMA_VERSION. Loaded only for an older one: loading MikroORM takes longer than a short run. */
import { Migrator } from '@mikro-orm/migrations'
import { MikroORM } from '@mikro-orm/postgresql'
import { createEntities } from '../entities.ts'
import type { FoundSchema } from '../rules/schema.ts'
import { toMigration } from '../sql/orm-migration.ts'
import { toClientConfig } from './connection.ts'
import { MIGRATIONS } from './migrations.ts'
import { MIGRATIONS_TABLE, toSchemaNote } from './schema-version.ts'

/** An index of a large table takes as long as it takes. */
const WITHOUT_TIMEOUTS = { statement_timeout: 0, query_timeout: 0 }

/** Runs pending migrations in one transaction. The caller keeps other processes from migrating at the same time. */
export const migrate = async (url: string): Promise<void> => {
  const orm = await openOrm(url)
  try {
    await orm.migrator.up()
  } finally {
    await orm.close(true)
  }
}

/** Opens MikroORM on the database, with its own connection. */
export const openOrm = (url: string): Promise<MikroORM> =>
  MikroORM.init({
    clientUrl: url,
    // Of the settings of the URL the driver reads some differently.
    driverOptions: { ...toClientConfig(url), ...WITHOUT_TIMEOUTS },
    entities: createEntities('postgres'),
    extensions: [Migrator],
    pool: { min: 0, max: 1 },
    migrations: {
      tableName: MIGRATIONS_TABLE,
      migrationsList: MIGRATIONS.map(({ name, statements, readableFrom }, index) =>
        toMigration({ name, statements: [...statements, noteStatement({ version: index + 1, readableFrom })] }),
      ),
      snapshot: false,
      silent: true,
    },
  })

/** Says, in the transaction of the migration, which releases can work with the schema that it makes. */
const noteStatement = (schema: FoundSchema): string =>
  `comment on table ${MIGRATIONS_TABLE} is '${toSchemaNote(schema)}'`
