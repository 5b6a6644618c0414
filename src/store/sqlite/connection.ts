/** Opens a database file, and checks what it is before it writes anything. */
import { lstatSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { createPrivateFile } from '../private-mode.ts'
import { judgeSchema } from '../rules/schema.ts'
import { StoreError } from '../store-error.ts'
import { distrustSchema, expectPlainSchema } from './foreign-schema.ts'
import { APPLICATION_ID, BUSY_TIMEOUT_MS, parseUserVersion, SCHEMA_VERSION } from './schema-version.ts'

export type Connection = Database.Database

/** `process`: durable writes survive a killed process. `power`: a power cut too, by one fsync a transaction. */
export type Durability = 'process' | 'power'

const PRAGMAS: Record<Durability, string> = { process: 'synchronous = NORMAL', power: 'synchronous = FULL' }

const EARLY_TABLES = "'mikro_orm_migrations', 'sqlite_sequence'"

/** Creates the folder of a database. A `.troupe` folder keeps its content out of version control. */
export const prepareFolder = (path: string): void => {
  const folder = dirname(path)
  try {
    if (makeFolder(folder) && basename(folder) === '.troupe') writeFileSync(join(folder, '.gitignore'), '*\n')
  } catch (cause) {
    throw new StoreError('unreadable', `folder '${folder}' can't be created: ${reason(cause)}`, {
      hint: 'name a place where this user may write, with --db',
      cause,
    })
  }
}

/** Returns true when the folder is new. It avoids `recursive: true`, which never returns where mkdir fails as in /proc. */
const makeFolder = (folder: string): boolean => {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return false
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && statSync(folder).isDirectory()) return false
    throw error
  }
}

/** Opens the database. The file of another program stays unchanged. @throws StoreError, or SQLite's own errors untranslated */
export const openConnection = (path: string, options: { durability: Durability; create: boolean }): Connection => {
  checkFile(path, options.create)
  if (options.create) prepareFile(path)
  const connection = new Database(path, { timeout: BUSY_TIMEOUT_MS, fileMustExist: !options.create })
  try {
    distrustSchema(connection)
    checkOwnership(connection, path)
    expectPlainSchema(connection, path)
    readSchemaVersion(connection, path)
    configure(connection, path, options.durability)
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

/** Reads the version of the schema; 0 for a new file. @throws StoreError `too_new` for one that this release can't work with */
export const readSchemaVersion = (connection: Connection, path: string): number => {
  const schema = parseUserVersion(readNumber(connection, 'user_version'))
  const { version } = schema
  if (judgeSchema(schema, SCHEMA_VERSION) === 'too_new')
    throw new StoreError('too_new', `database '${path}' has schema ${version}: expected at most ${SCHEMA_VERSION}`, {
      hint: 'a newer release of troupe wrote it: update this one, or name another file with --db',
    })
  return version
}

const checkFile = (path: string, mayCreate: boolean): void => {
  const found = statIfThere(path)
  if (found?.isDirectory())
    throw new StoreError('unreadable', `database '${path}' is a folder: expected a file`, {
      hint: `name a file in it: --db ${join(path, 'troupe.db')}`,
    })
  if (found === undefined && !mayCreate)
    throw new StoreError('unreadable', `database '${path}' does not exist`, {
      hint: 'the first run creates it; --db names another one',
    })
  for (const end of ['-wal', '-shm', '-journal'])
    if (lstatSync(path + end, { throwIfNoEntry: false })?.isSymbolicLink())
      throw new StoreError('unreadable', `'${path}${end}' is a link: expected a file of SQLite's own`, {
        hint: 'remove the link, which may have been planted, or name another database with --db',
      })
}

/** SQLite gives the mode of the database to `-wal` and `-shm`. Errors are left to SQLite, which says more. */
const prepareFile = (path: string): void => {
  if (statIfThere(path) !== undefined) return
  try {
    createPrivateFile(path)
  } catch {}
}

const statIfThere = (path: string): ReturnType<typeof statSync> | undefined => {
  try {
    return statSync(path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new StoreError('unreadable', `database '${path}' can't be looked at: ${reason(cause)}`, {
      hint: 'check the path and its permissions',
      cause,
    })
  }
}

const checkOwnership = (connection: Connection, path: string): void => {
  const application = readNumber(connection, 'application_id')
  if (application === APPLICATION_ID) return
  // Another process may be in its first migration: the list of migrations exists before the tables do.
  const tables = connection.prepare(`select count(*) from sqlite_schema where tbl_name not in (${EARLY_TABLES})`)
  if (application === 0 && tables.pluck().get() === 0) return
  throw new StoreError('unreadable', `database '${path}' belongs to another program: expected one of troupe's`, {
    hint: 'name another file with --db; this one was not touched',
  })
}

const configure = (connection: Connection, path: string, durability: Durability): void => {
  // Lets retention give disk space back. It takes effect in a new file only, and would be a needless write to an older one.
  if (readNumber(connection, 'page_count') === 0) connection.pragma('auto_vacuum = INCREMENTAL')
  const mode = connection.pragma('journal_mode = WAL', { simple: true })
  if (mode !== 'wal')
    throw new StoreError('unreadable', `database '${path}' can't be used in WAL mode, only in '${String(mode)}'`, {
      hint: 'put it on a local disk: network folders lack the shared memory that WAL needs',
    })
  connection.pragma(PRAGMAS[durability])
}

const readNumber = (connection: Connection, pragma: string): number =>
  Number(connection.pragma(pragma, { simple: true }))

export const reason = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
