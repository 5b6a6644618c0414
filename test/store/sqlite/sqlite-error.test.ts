import Database from 'better-sqlite3'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isBusy, isStatementError, toStoreError } from '../../../src/store/sqlite/sqlite-error.ts'
import { isStoreError, type StoreErrorCode } from '../../../src/store/store-error.ts'

const test = suite('SQLite errors')

const codes: [sqlite: string, code: StoreErrorCode][] = [
  ['SQLITE_FULL', 'disk_full'],
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_BUSY_SNAPSHOT', 'busy'],
  ['SQLITE_LOCKED', 'busy'],
  ['SQLITE_NOTADB', 'corrupt'],
  ['SQLITE_CORRUPT', 'corrupt'],
  ['SQLITE_CORRUPT_INDEX', 'corrupt'],
  ['SQLITE_READONLY', 'unreadable'],
  ['SQLITE_READONLY_DIRECTORY', 'unreadable'],
  ['SQLITE_CANTOPEN', 'unreadable'],
  ['SQLITE_PERM', 'unreadable'],
  ['SQLITE_IOERR_WRITE', 'unreadable'],
]

for (const [sqlite, code] of codes) {
  test(`${sqlite} is ${code}, names the file and SQLite's code, and has a hint`, () => {
    const cause = new Database.SqliteError('as SQLite says it', sqlite)
    const error = toStoreError(cause, '/tmp/some.db')
    assert.ok(isStoreError(error))
    assert.is(error.code, code)
    assert.ok(error.message.includes("'/tmp/some.db'") && error.message.includes(sqlite))
    assert.ok(error.hint)
    assert.is(error.cause, cause)
    assert.not(isStatementError(cause))
    assert.is(isBusy(cause), code === 'busy')
  })
}

test('an error of one statement is no failure of the database', () => {
  for (const code of ['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_TOOBIG', 'SQLITE_ERROR']) {
    const error = new Database.SqliteError('x', code)
    assert.ok(isStatementError(error))
    assert.is(toStoreError(error, 'a.db'), error)
  }
  const slip = new TypeError('a slip')
  assert.ok(isStatementError(slip))
  assert.is(toStoreError(slip, 'a.db'), slip)
})

test.run()
