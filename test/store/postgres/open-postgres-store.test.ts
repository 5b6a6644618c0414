import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { migrate, openOrm } from '../../../src/store/postgres/migrate.ts'
import { MIGRATIONS } from '../../../src/store/postgres/migrations.ts'
import { openPostgresStore } from '../../../src/store/postgres/open-postgres-store.ts'
import { MIGRATIONS_TABLE, SCHEMA_VERSION, toSchemaNote } from '../../../src/store/postgres/schema-version.ts'
import { isStoreError } from '../../../src/store/store-error.ts'
import { execute, onPostgres, startPostgres } from '../../support/postgres-server.ts'
import { catchRejection, startRun } from '../../support/store-values.ts'

const test = suite('Postgres: opening')

const add = onPostgres(test)

const findDifference = async (url: string): Promise<string> => {
  const orm = await openOrm(url)
  try {
    // Entities have no functions.
    return (await orm.schema.getUpdateSchemaSQL()).replace(
      /^set names 'utf8';\s*drop function .*"troupe_json"\(text\);\s*$/,
      '',
    )
  } finally {
    await orm.close(true)
  }
}

add('the migrated schema matches the entities', async () => {
  const url = await (await startPostgres()).createEmpty()
  await (await openPostgresStore({ url })).close()
  assert.is(await findDifference(url), '')
  await migrate(url)
  assert.is(await findDifference(url), '')
  assert.is(MIGRATIONS.length, SCHEMA_VERSION)
  await execute(url, 'drop index run_running')
  assert.match(await findDifference(url), /create index "run_running"/)
})

add('several processes that open an empty database at once migrate it once', async () => {
  const url = await (await startPostgres()).createEmpty()
  const open = () => openPostgresStore({ url })
  const [first, second, third] = await Promise.all([open(), open(), open()])
  await startRun(third)
  assert.is((await first.listRuns()).length, 1)
  for (const store of [first, second, third]) await store.close()
})

/** As the migration of a later release does it. */
const migrateFurther = (url: string, readableFrom: number): Promise<void> => {
  const version = SCHEMA_VERSION + 1
  return execute(
    url,
    `alter table run add column extra text; insert into ${MIGRATIONS_TABLE} (name) values ('${String(version).padStart(4, '0')}-extra');
     comment on table ${MIGRATIONS_TABLE} is '${toSchemaNote({ version, readableFrom })}'`,
  )
}

add('a schema of a newer release that only adds to this one is worked with, and left as it is', async () => {
  const url = await (await startPostgres()).createDatabase()
  const first = await openPostgresStore({ url })
  await migrateFurther(url, SCHEMA_VERSION)
  const second = await openPostgresStore({ url })
  for (const store of [first, second]) await startRun(store)
  assert.is((await second.listRuns()).length, 2)
  for (const store of [first, second]) await store.close()
})

add('no migration is readable by releases that could not read the one before', () => {
  const oldest = MIGRATIONS.map(({ readableFrom }) => readableFrom)
  assert.equal(
    oldest,
    oldest.toSorted((a, b) => a - b),
  )
  return Promise.resolve()
})

interface Refusal {
  title: string
  /** Returns the URL. */
  prepare(): Promise<string>
  code: string
  says: RegExp
  hint: RegExp
}

const at = async (change: (url: URL) => void): Promise<string> => {
  const url = new URL(await (await startPostgres()).createEmpty())
  change(url)
  return url.href
}

const REFUSALS: Refusal[] = [
  {
    title: 'a server that does not answer',
    prepare: () => at((url) => (url.port = '1')),
    code: 'unreadable',
    says: /^database 'postgres:\/\/troupe@127.0.0.1:1\/\w+' can't be reached/,
    hint: /start the server, or correct host and port/,
  },
  {
    title: 'a database that is missing',
    prepare: () => at((url) => (url.pathname = '/nowhere')),
    code: 'unreadable',
    says: /nowhere' does not exist/,
    hint: /createdb/,
  },
  {
    title: 'a user that is not known',
    prepare: () => at((url) => (url.username = 'stranger')),
    code: 'unreadable',
    says: /refuses the login \(28000/,
    hint: /correct the user and the password/,
  },
  {
    title: 'a server without TLS, when the URL asks for it',
    prepare: () => at((url) => url.searchParams.set('sslmode', 'require')),
    code: 'unreadable',
    says: /TLS/,
    hint: /sslmode=disable/,
  },
  {
    title: 'a user without the right to make tables',
    prepare: async () => {
      const url = await at(() => {})
      await execute(url, 'create role guest login')
      return url.replace('troupe@', 'guest@')
    },
    code: 'unreadable',
    says: /denies this user a right/,
    hint: /grant usage, create/,
  },
  {
    title: 'a schema of a newer release',
    prepare: async () => {
      const url = await at(() => {})
      await migrate(url)
      await execute(url, `insert into ${MIGRATIONS_TABLE} (name) values ('0099-later')`)
      return url
    },
    code: 'too_new',
    says: /has schema 99: expected at most/,
    hint: /update this one/,
  },
  {
    title: 'a schema of a newer release that takes away from this one',
    prepare: async () => {
      const url = await at(() => {})
      await migrate(url)
      await migrateFurther(url, SCHEMA_VERSION + 1)
      return url
    },
    code: 'too_new',
    says: new RegExp(`has schema ${SCHEMA_VERSION + 1}: expected at most ${SCHEMA_VERSION}`),
    hint: /update this one/,
  },
  {
    title: 'tables of another program',
    prepare: async () => {
      const url = await at(() => {})
      await execute(url, 'create table run (id int)')
      return url
    },
    code: 'unreadable',
    says: /has tables of another program/,
    hint: /a database of its own/,
  },
]
for (const { title, prepare, code, says, hint } of REFUSALS)
  add(`${title} is refused, with what to do`, async () => {
    const error = await catchRejection(prepare().then((url) => openPostgresStore({ url })))
    assert.ok(isStoreError(error), String(error))
    assert.is(error.code, code)
    assert.match(error.message, says)
    assert.match(error.hint ?? '', hint)
    assert.not.match(error.message, '\n')
  })

test.run()
