/** Opens a store in a Postgres database, and brings its schema up to date. */
import type pg from 'pg'
import { toShownUrl } from '../database-address.ts'
import { type FoundSchema, judgeSchema } from '../rules/schema.ts'
import type { OnDamaged } from '../sql/damaged-rows.ts'
import type { Store } from '../store.ts'
import { StoreError } from '../store-error.ts'
import { Reopened, toClientConfig } from './connection.ts'
import { toStoreError } from './postgres-error.ts'
import { PostgresStore } from './postgres-store.ts'
import { MIGRATIONS_TABLE, OLDEST_SERVER, parseSchemaNote, SCHEMA_VERSION } from './schema-version.ts'

export interface PostgresStoreOptions {
  /** `postgres://USER:PASSWORD@HOST:PORT/NAME`, with the parameters that all programs of Postgres know. */
  url: string
  /** Called for each row that a list leaves out because it is damaged. Default: without effect. */
  onDamaged?: OnDamaged
  /** True (default): an older schema is migrated. False: it is an error. */
  migrate?: boolean
}

/** The server's own settings decide what a recorded step survives: by default a power cut too. @throws StoreError `unreadable`, `too_new`, `busy`, `disk_full` */
export const openPostgresStore = async ({
  url,
  onDamaged = () => {},
  migrate = true,
}: PostgresStoreOptions): Promise<Store> => {
  const location = toShownUrl(url)
  try {
    const config = toClientConfig(url)
    await prepare({ config, url, location, migrate })
    return new PostgresStore(config, { location, onDamaged })
  } catch (error) {
    throw toStoreError(error, location)
  }
}

interface Preparation {
  config: pg.ClientConfig
  url: string
  location: string
  migrate: boolean
}

const prepare = async ({ config, url, location, migrate }: Preparation): Promise<void> => {
  const connection = new Reopened(config, { location })
  try {
    const client = await connection.open()
    if (isUsable(await readSchema(client, location))) return
    if (!migrate)
      throw new StoreError('unreadable', `database '${location}' has an older schema: expected ${SCHEMA_VERSION}`, {
        hint: 'the next run brings it up to date',
      })
    // Of several processes one migrates, and the others find it done. The lock ends with the connection.
    await client.query(`select pg_advisory_lock(${MIGRATION_LOCK})`)
    if (isUsable(await readSchema(client, location))) return
    await (await import('./migrate.ts')).migrate(url)
  } finally {
    await connection.close()
  }
}

/** "Trpm", as a number. */
const MIGRATION_LOCK = 0x5472706d

const TABLES = `'run', 'journal', 'timer', 'inbox', 'definition', 'blob', 'approval', 'outbox', 'schedule'`

interface Found {
  server: number
  /** True when our list of migrations is there. */
  has_migrations: boolean
  /** False: `search_path` names none that exists. */
  has_schema: boolean
  foreign_tables: number
}

const isUsable = (schema: FoundSchema): boolean => judgeSchema(schema, SCHEMA_VERSION) === 'usable'

/** @throws StoreError also for a schema that this release can't work with */
export const readSchema = async (client: pg.Client, location: string): Promise<FoundSchema> => {
  const { rows } = await client.query<Found>(
    `select current_setting('server_version_num')::int as server, to_regclass('${MIGRATIONS_TABLE}') is not null as has_migrations,
       current_schema() is not null as has_schema,
       (select count(*) from pg_tables where schemaname = current_schema() and tablename in (${TABLES})) as foreign_tables`,
  )
  const [found = { server: 0, has_migrations: false, has_schema: true, foreign_tables: 0 }] = rows
  const { server, has_migrations, has_schema, foreign_tables } = found
  if (server < OLDEST_SERVER)
    throw new StoreError(
      'unreadable',
      `database '${location}' is on Postgres ${Math.floor(server / 10_000)}: expected ${OLDEST_SERVER / 10_000} or newer`,
      { hint: 'update the server, or name another one in the URL' },
    )
  if (!has_schema)
    throw new StoreError('unreadable', `database '${location}' has no schema for the tables`, {
      hint: 'create the schema that search_path names: create schema NAME',
    })
  if (has_migrations) return readVersion(client, location)
  if (foreign_tables === 0) return { version: 0, readableFrom: 0 }
  throw new StoreError('unreadable', `database '${location}' has tables of another program: expected an empty one`, {
    hint: 'name a database of its own (createdb troupe), or a schema of its own: ?options=-c%20search_path%3Dtroupe',
  })
}

const readVersion = async (client: pg.Client, location: string): Promise<FoundSchema> => {
  const { rows } = await client.query<{ name: string; note: string | null }>(
    `select name, obj_description(to_regclass('${MIGRATIONS_TABLE}'), 'pg_class') as note from ${MIGRATIONS_TABLE}
      order by name desc limit 1`,
  )
  const version = Number.parseInt(rows[0]?.name ?? '0', 10)
  const schema = parseSchemaNote(rows[0]?.note ?? null, version)
  if (judgeSchema(schema, SCHEMA_VERSION) === 'too_new')
    throw new StoreError(
      'too_new',
      `database '${location}' has schema ${version}: expected at most ${SCHEMA_VERSION}`,
      {
        hint: 'a newer release of troupe wrote it: update this one, or name another database with --db',
      },
    )
  return schema
}
