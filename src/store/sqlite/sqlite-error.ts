import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreError, type StoreErrorCode } from '../store-error.ts'

/** SQLite's name of its error (https://sqlite.org/rescode.html); undefined for other errors. */
export const sqliteCode = (error: unknown): string | undefined => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined
}

/** True when another connection has the lock, so that a retry may succeed. */
export const isBusy = (error: unknown): boolean => /^SQLITE_(BUSY|LOCKED)/.test(sqliteCode(error) ?? '')

/** True when one statement is at fault, so that a transaction of the others can succeed. */
export const isStatementError = (error: unknown): boolean =>
  /^SQLITE_(CONSTRAINT|TOOBIG|MISMATCH|RANGE|ERROR)/.test(sqliteCode(error) ?? 'SQLITE_ERROR')

type Explanation = [code: StoreErrorCode, says: string, hint: string]

const DISK_FULL: Explanation = [
  'disk_full',
  'has no room left',
  'free some disk space; nothing recorded so far is lost, and runs go on from there',
]

const EXPLANATIONS: [pattern: RegExp, ...Explanation][] = [
  [/^SQLITE_FULL/, ...DISK_FULL],
  [
    /^SQLITE_(BUSY|LOCKED)/,
    'busy',
    'is locked by another program',
    'close what has the database open for writing (a database browser, a backup), then try again',
  ],
  [/^SQLITE_NOTADB/, 'corrupt', 'is not a SQLite database', 'name another file with --db; this one was not touched'],
  [
    /^SQLITE_CORRUPT/,
    'corrupt',
    'is damaged',
    "restore it from a backup, or save what is left with: sqlite3 FILE '.recover'",
  ],
  [/^SQLITE_READONLY/, 'unreadable', "can't be written to", 'check the permissions of the file and of its folder'],
  [
    /^SQLITE_(CANTOPEN|PERM|AUTH)/,
    'unreadable',
    "can't be opened",
    'check that the folder exists and that this user may write to it and to the file',
  ],
  [
    /^SQLITE_(IOERR|NOLFS)/,
    'unreadable',
    "can't be read or written: the disk reports an error",
    'check the disk; the database must be on a local one',
  ],
]

/** Translates a SQLite error into a StoreError with a hint. Returns other errors as they are. */
export const toStoreError = (error: unknown, location: string): unknown => {
  const code = sqliteCode(error)
  if (code === undefined) return error
  const found = code.startsWith('SQLITE_IOERR') && hasNoSpace(location) ? DISK_FULL : explain(code)
  if (found === undefined) return error
  const [reason, says, hint] = found
  return new StoreError(reason, `database '${location}' ${says} (${code})`, { hint, cause: error })
}

const explain = (code: string): Explanation | undefined => {
  const [, ...found] = EXPLANATIONS.find(([pattern]) => pattern.test(code)) ?? []
  return found.length === 0 ? undefined : found
}

/** A full disk appears as an I/O error when the -shm file cannot grow. */
const hasNoSpace = (location: string): boolean => {
  try {
    const { bavail, bsize } = statfsSync(dirname(location))
    return bavail * bsize < 65_536
  } catch {
    return false
  }
}
