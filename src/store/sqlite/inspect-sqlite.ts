/** Inspects a database without changing it: for `doctor`. */
import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { judgeSchema } from '../rules/schema.ts'
import type { ServerRecord } from '../server-store.ts'
import { type StoredServer, toServer } from '../sql/server-columns.ts'
import { distrustSchema, findForeign } from './foreign-schema.ts'
import { APPLICATION_ID, parseUserVersion, SCHEMA_VERSION } from './schema-version.ts'
import { toStoreError } from './sqlite-error.ts'
import { LIST_SERVERS } from './sqlite-servers.ts'

export interface DatabaseInspection {
  /** Includes the write-ahead log. */
  sizeBytes: number
  isWritable: boolean
  isOurs: boolean
  schemaVersion: number
  /** True for the schema of a newer release that this one can't work with. */
  isTooNew: boolean
  /** The version that this release writes. */
  expectedVersion: number
  /** The live ones. */
  servers: readonly ServerRecord[]
  /** Undefined: the file is sound. */
  damage: string | undefined
}

/** @throws StoreError when the file cannot be opened as a database; its message names the file as `shown` */
export const inspectSqlite = (path: string, shown: string): DatabaseInspection => {
  try {
    return inspect(path)
  } catch (error) {
    throw toStoreError(error, shown)
  }
}

const inspect = (path: string): DatabaseInspection => {
  const connection = new Database(path, { readonly: true, fileMustExist: true, timeout: 1000 })
  try {
    const read = (pragma: string): unknown => connection.pragma(pragma, { simple: true })
    distrustSchema(connection)
    const isOurs = read('application_id') === APPLICATION_ID
    const foreign = findForeign(connection)
    const schema = parseUserVersion(Number(read('user_version')))
    // The check evaluates expressions of the schema.
    const found = isOurs && foreign !== undefined ? `it has ${foreign}` : String(read('quick_check(1)'))
    return {
      sizeBytes: sizeOf(path) + sizeOf(`${path}-wal`),
      isWritable: mayWrite(path) && mayWrite(dirname(path)),
      isOurs,
      schemaVersion: schema.version,
      isTooNew: judgeSchema(schema, SCHEMA_VERSION) === 'too_new',
      expectedVersion: SCHEMA_VERSION,
      servers: isOurs && found === 'ok' && schema.version >= SCHEMA_VERSION ? listServers(connection) : [],
      damage: found === 'ok' ? undefined : found,
    }
  } finally {
    connection.close()
  }
}

const listServers = (connection: Database.Database): ServerRecord[] =>
  connection.prepare<[], StoredServer>(LIST_SERVERS).all().map(toServer)

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

const mayWrite = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}
