/** Inspects a database without changing it: for `doctor`. */
import { toShownUrl } from '../database-address.ts'
import { Reopened, toClientConfig } from './connection.ts'
import { readSchema } from './open-postgres-store.ts'
import { toStoreError } from './postgres-error.ts'
import { SCHEMA_VERSION } from './schema-version.ts'

export interface PostgresInspection {
  /** The server's version: `15.14`. */
  version: string
  sizeBytes: number
  /** 0: the database is empty. */
  schemaVersion: number
  /** The version that this release writes. */
  expectedVersion: number
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
    return { version, sizeBytes: size, schemaVersion, expectedVersion: SCHEMA_VERSION }
  } catch (error) {
    throw toStoreError(error, location)
  } finally {
    await connection.close()
  }
}
