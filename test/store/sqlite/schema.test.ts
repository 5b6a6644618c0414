import Database from 'better-sqlite3'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createOwner } from '../../../src/store/process-identity.ts'
import { migrate, openOrm } from '../../../src/store/sqlite/migrate.ts'
import { MIGRATIONS } from '../../../src/store/sqlite/migrations.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts'
import { APPLICATION_ID, parseUserVersion, SCHEMA_VERSION } from '../../../src/store/sqlite/schema-version.ts'
import { createTempFolder } from '../../support/temp-folder.ts'

/** As PRAGMA auto_vacuum numbers it: https://sqlite.org/pragma.html#pragma_auto_vacuum */
const INCREMENTAL = 2

const test = suite('SQLite schema')

const createMigrated = async (sql = ''): Promise<string> => {
  const path = createTempFolder().resolve('troupe.db')
  await migrate(path)
  const database = new Database(path)
  database.exec(sql)
  database.close()
  return path
}

const findDifference = async (path: string): Promise<string> => {
  const orm = await openOrm(path)
  try {
    return await orm.schema.getUpdateSchemaSQL()
  } finally {
    await orm.close()
  }
}

test('the migrated schema matches the entities', async () => {
  assert.is(await findDifference(await createMigrated()), '')
})

const drifts: [sql: string, difference: RegExp][] = [
  ['alter table journal drop column visit', /add column `visit`/],
  ['drop index run_running', /create index `run_running`/],
  ['drop table blob', /create table `blob`/],
  ['alter table run add column extra text', /drop column `extra`/],
]
for (const [sql, difference] of drifts) {
  test(`a schema that differs is noticed: ${sql}`, async () => {
    assert.match(await findDifference(await createMigrated(sql)), difference)
  })
}

test('the version and the mark in the file are those of this program', async () => {
  const database = new Database(await createMigrated())
  assert.equal(parseUserVersion(Number(database.pragma('user_version', { simple: true }))), {
    version: SCHEMA_VERSION,
    readableFrom: 7,
  })
  assert.is(database.pragma('application_id', { simple: true }), APPLICATION_ID)
  assert.is(MIGRATIONS.length, SCHEMA_VERSION)
  database.close()
})

test('a new database can give disk space back, and logs ahead', async () => {
  const path = createTempFolder().resolve('troupe.db')
  await (await openSqliteStore({ path, durability: 'process' })).close()
  const database = new Database(path)
  assert.is(database.pragma('auto_vacuum', { simple: true }), INCREMENTAL)
  assert.is(database.pragma('journal_mode', { simple: true }), 'wal')
  database.close()
})

for (const { name } of MIGRATIONS)
  test(`a database at ${name} is migrated`, async () => {
    const path = createTempFolder().resolve('troupe.db')
    const orm = await openOrm(path)
    await orm.migrator.up({ to: name })
    await orm.close()
    await (await openSqliteStore({ path, durability: 'process' })).close()
    assert.is(await findDifference(path), '')
  })

test('runs from before phases and flows are active, not paused, and go on', async () => {
  const path = createTempFolder().resolve('troupe.db')
  const orm = await openOrm(path)
  await orm.migrator.up({ to: '0003-cached-answer' })
  await orm.close()
  const database = new Database(path)
  database.exec(`insert into definition values (1, 'd', 'greet', 'greet.yaml', '', '{}');
    insert into run (id, workflow, definition, status, created_at, input_tokens, output_tokens, epoch)
      values ('r-old', 'greet', 1, 0, 1, 0, 0, 1);
    insert into journal values (16777217, 1, 0, '', 0, '{}');
    insert into blob values ('h', x'00')`)
  database.close()
  const store = await openSqliteStore({ path, durability: 'process' })
  assert.equal(await store.listDueRuns(0), ['r-old'])
  const claimed = await store.claim('r-old', createOwner())
  assert.ok(claimed.kind === 'claimed')
  const { phase, isPaused, origin, key } = claimed.run
  assert.equal([phase, isPaused, origin, key], ['active', false, null, null])
  await store.close()
  assert.is(await findDifference(path), '')
})

test('migrating a database of the current version does nothing', async () => {
  const path = await createMigrated()
  await migrate(path)
  assert.is(await findDifference(path), '')
})

test.run()
