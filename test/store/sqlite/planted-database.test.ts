/** Databases that a stranger made: nothing in them runs, and each is refused by one clear line or read as SQLite reads it. */
import { copyFileSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { inspectSqlite } from '../../../src/store/sqlite/inspect-sqlite.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts'
import { isStoreError } from '../../../src/store/store-error.ts'
import { createCliProject, HELLO } from '../../support/cli-project.ts'
import { catchRejection } from '../../support/store-values.ts'
import { createTempFolder } from '../../support/temp-folder.ts'

const test = suite('planted databases')

const base = createTempFolder().resolve('base.db')
const open = (path: string) => openSqliteStore({ path, durability: 'process' })

test.before(async () => (await open(base)).close())

const copy = (): string => {
  const path = createTempFolder().resolve('troupe.db')
  copyFileSync(base, path)
  return path
}

const plant = (sql: string): string => {
  const path = copy()
  const database = new Database(path)
  database.unsafeMode(true)
  database.exec(sql)
  database.close()
  return path
}

const refusal = async (path: string): Promise<string> => {
  const error = await catchRejection(open(path))
  assert.ok(isStoreError(error), String(error))
  assert.not.match(error.message, '\n')
  assert.ok(error.hint !== undefined)
  return error.message
}

const AS_VIEW = "'CREATE VIEW blob as select 1 as hash, 2 as bytes, 3 as put_at'"

const RUNNING: [title: string, sql: string, says: string][] = [
  ['a trigger', 'create trigger t after insert on journal begin delete from run; end', "has the trigger 't'"],
  [
    'an endless view in place of a table',
    'drop table blob; create view blob as with recursive n(x) as (select 1 union all select x + 1 from n) select x as hash from n',
    "has the view 'blob'",
  ],
  ['a generated column', 'alter table run add column g text as (upper(id))', "has the table with expressions 'run'"],
  ['one behind a comment', 'alter table run add column g text as /**/ (upper(id))', 'table with expressions'],
  ['a check', 'create table z (x text check (length(x) > 1))', "has the table with expressions 'z'"],
  ['a computed default', 'create table z (x text default (upper(1)))', "has the table with expressions 'z'"],
  ['an index over an expression', 'create index i on run (upper(id))', "has the index with expressions 'i'"],
  ['an index of some rows', "create index i on run (id) where upper(id) = 'X'", "has the index with expressions 'i'"],
  ['a virtual table', 'create virtual table f using fts5(x)', "has the table with expressions 'f'"],
  [
    'a thousand tables',
    Array.from({ length: 1_000 }, (_, index) => `create table t${index} (x)`).join(';'),
    'more than 1000 tables',
  ],
]
for (const [title, sql, says] of RUNNING)
  test(`a database with ${title} is refused before a table is read`, async () => {
    const path = plant(sql)
    const before = readFileSync(path)
    assert.match(await refusal(path), says)
    assert.match(inspectSqlite(path, 'troupe.db').damage ?? '', says.replace('has ', 'it has '))
    assert.ok(readFileSync(path).equals(before), 'the file is as it was')
  })

const OTHER: [title: string, sql: string, says: string][] = [
  ['a table missing', 'drop table blob', 'has other tables than its version says: no such table: blob'],
  ['a column missing', 'alter table journal drop column visit', 'has other tables than its version says'],
  ['an older version than its tables', 'pragma user_version = 3', 'has other tables than its version says'],
  [
    'a table whose text is a view',
    `pragma writable_schema = on; update sqlite_schema set sql = ${AS_VIEW} where name = 'blob'`,
    'is damaged',
  ],
  ['the mark of another program', 'pragma application_id = 5', 'belongs to another program'],
]
for (const [title, sql, says] of OTHER)
  test(`a database with ${title} is refused in one line`, async () => assert.match(await refusal(plant(sql)), says))

test('tables and plain indexes of a backup tool are let be', async () => {
  const path = plant('create table _litestream_seq (id integer primary key, seq integer); create index own on run (id)')
  await (await open(path)).close()
  assert.is(inspectSqlite(path, 'troupe.db').damage, undefined)
})

for (const end of ['-wal', '-shm', '-journal'])
  test(`a link in place of ${end} is refused, and leads to nothing written`, async () => {
    const path = copy()
    const victim = createTempFolder().write('victim', 'mine')
    const missing = createTempFolder().resolve('missing')
    for (const target of [victim, missing]) {
      const linked = copy()
      symlinkSync(target, linked + end)
      assert.match(await refusal(linked), `'${linked}${end}' is a link`)
    }
    assert.is(readFileSync(victim, 'utf8'), 'mine')
    assert.not(existsSync(missing))
    await (await open(path)).close()
  })

test('the log of another database, or files of garbage beside it, stop nothing', async () => {
  const other = new Database(plant("insert into cached_answer values ('k', '1', 1)"))
  other.pragma('wal_autocheckpoint = 0')
  other.exec("insert into cached_answer values ('l', '1', 1)")
  const log = readFileSync(`${other.name}-wal`)
  assert.ok(log.length > 32)
  for (const [end, bytes] of [
    ['-wal', log],
    ['-wal', Buffer.alloc(100_000, 0xa5)],
    ['-shm', Buffer.alloc(65_536, 0xa5)],
    ['-journal', Buffer.alloc(100_000, 0xa5)],
  ] as const) {
    const path = copy()
    writeFileSync(path + end, bytes)
    const store = await open(path)
    assert.equal(await store.listRuns({}), [])
    await store.close()
  }
  other.close()
})

test('two processes on one planted database both say one line, and end', async () => {
  const project = createCliProject({ 'hello.yaml': HELLO })
  copyFileSync(plant('create trigger t after insert on run begin delete from journal; end'), project.resolve('x.db'))
  const run = ['run', 'hello.yaml', '--input', 'name=Ada', '--db', 'x.db']
  for (const { exitCode, stderr } of await Promise.all([project.troupe(run), project.troupe(run)])) {
    assert.is(exitCode, 3)
    assert.match(stderr, /^troupe: database '.*x\.db' has the trigger 't', which troupe never makes.*\n {2}hint: .*\n$/)
  }
})

test.run()
