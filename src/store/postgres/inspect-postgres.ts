/** Inspects a database without changing it: for `doctor`. */
import type pg from 'pg'
import { toShownUrl } from '../database-address.ts'
import type { ServerRecord } from '../server-store.ts'
import { type StoredServer, toServer } from '../sql/server-columns.ts'
import { Reopened, toClientConfig } from './connection.ts'
import { readSchema } from './open-postgres-store.ts'
import { toStoreError } from './postgres-error.ts'
import { SCHEMA_VERSION } from './schema-version.ts'
import { SERVER } from './servers.ts'

export interface PostgresInspection {
  /** The server's version: `15.14`. */
  version: string
  sizeBytes: number
  /** 0: the database is empty. */
  schemaVersion: number
  /** The version that this release writes. */
  expectedVersion: number
  /** The live ones. */
  servers: readonly ServerRecord[]
}

/** @throws StoreError when the database cannot be opened, or is not ours */
export const inspectPostgres = async (url: string): Promise<PostgresInspection> => {
  const location = toShownUrl(url)
  const connection = new Reopened(toClientConfig(url), { location })
  try {
    const client = await connection.open()
    const { version: schemaVersion } = await readSchema(client, location)
    const { rows } = await client.query<{ version: string; size: number }>(
      `select current_setting('server_version') as version, pg_database_size(current_database()) as size`,
    )
    const [{ version, size } = { version: '', size: 0 }] = rows
    const servers = schemaVersion < SCHEMA_VERSION ? [] : await listServers(client)
    return { version, sizeBytes: size, schemaVersion, expectedVersion: SCHEMA_VERSION, servers }
  } catch (error) {
    throw toStoreError(error, location)
  } finally {
    await connection.close()
  }
}

const listServers = async (client: Pick<pg.Client, 'query'>): Promise<ServerRecord[]> =>
  (await client.query<StoredServer>(SERVER.list.text)).rows.map(toServer)
