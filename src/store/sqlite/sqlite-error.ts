import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreError, type StoreErrorCode } from '../store-error.ts'

/** SQLite's own word for what went wrong (https://sqlite.org/rescode.html), undefined for errors that are not SQLite's. */
export const sqliteCode = (error: unknown): string | undefined => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined
}

/** Another connection has the lock: the same may succeed a little later. */
export const isBusy = (error: unknown): boolean => /^SQLITE_(BUSY|LOCKED)/.test(sqliteCode(error) ?? '')

/** One statement's own fault: a transaction of the others can still succeed. */
export const isStatementError = (error: unknown): boolean =>
  /^SQLITE_(CONSTRAINT|TOOBIG|MISMATCH|RANGE|ERROR)/.test(sqliteCode(error) ?? 'SQLITE_ERROR')

interface Explanation {
  code: StoreErrorCode
  says: string
  hint: string
}

const DISK_FULL: Explanation = {
  code: 'disk_full',
  says: 'has no room left',
  hint: 'free some disk space; nothing recorded so far is lost, and runs go on from there',
}

const EXPLANATIONS: [RegExp, Explanation][] = [
  [/^SQLITE_FULL/, DISK_FULL],
  [
    /^SQLITE_(BUSY|LOCKED)/,
    {
      code: 'busy',
      says: 'is locked by another program',
      hint: 'close what has the database open for writing (a database browser, a backup), then try again',
    },
  ],
  [
    /^SQLITE_NOTADB/,
    {
      code: 'corrupt',
      says: 'is not a SQLite database',
      hint: 'name another file with --db; this one was not touched',
    },
  ],
  [
    /^SQLITE_CORRUPT/,
    {
      code: 'corrupt',
      says: 'is damaged',
      hint: "restore it from a backup, or save what is left with: sqlite3 FILE '.recover'",
    },
  ],
  [
    /^SQLITE_READONLY/,
    { code: 'unreadable', says: "can't be written to", hint: 'check the permissions of the file and of its folder' },
  ],
  [
    /^SQLITE_(CANTOPEN|PERM|AUTH)/,
    {
      code: 'unreadable',
      says: "can't be opened",
      hint: 'check that the folder exists and that this user may write to it and to the file',
    },
  ],
  [
    /^SQLITE_(IOERR|NOLFS)/,
    {
      code: 'unreadable',
      says: "can't be read or written: the disk reports an error",
      hint: 'check the disk; the database must be on a local one',
    },
  ],
]

/** A SQLite error as the StoreError that people can act on; other errors come back as they are. */
export const toStoreError = (error: unknown, location: string): unknown => {
  const code = sqliteCode(error)
  if (code === undefined) return error
  const found = code.startsWith('SQLITE_IOERR') && hasNoSpace(location) ? DISK_FULL : explain(code)
  if (found === undefined) return error
  return new StoreError(found.code, `database '${location}' ${found.says} (${code})`, {
    hint: found.hint,
    cause: error,
  })
}

const explain = (code: string): Explanation | undefined => EXPLANATIONS.find(([pattern]) => pattern.test(code))?.[1]

/** A full disk also shows as an I/O error, when it is the -shm file that can't grow. */
const hasNoSpace = (location: string): boolean => {
  try {
    const { bavail, bsize } = statfsSync(dirname(location))
    return bavail * bsize < 65_536
  } catch {
    return false
  }
}
