import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { hashBytes } from '../../../src/core/hash.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts'
import { SCHEMA_VERSION, toUserVersion } from '../../../src/store/sqlite/schema-version.ts'
import { isStoreError, type StoreErrorCode } from '../../../src/store/store-error.ts'
import { REPOSITORY_FOLDER, runProcess } from '../../support/child-process.ts'
import { catchRejection, startRun } from '../../support/store-values.ts'
import { createTempFolder } from '../../support/temp-folder.ts'

const test = suite('opening a SQLite store')

const open = (path: string, migrate = true) => openSqliteStore({ path, durability: 'process', migrate })

const change = (path: string, sql: string): void => {
  const database = new Database(path)
  database.exec(sql)
  database.close()
}

test('the folder is created, and keeps its content out of version control', async () => {
  const folder = createTempFolder()
  const path = folder.resolve('deep/.troupe/troupe.db')
  const store = await open(path)
  assert.is(store.location, path)
  await store.close()
  assert.is(folder.read('deep/.troupe/.gitignore'), '*\n')
  assert.not(existsSync(folder.resolve('deep/.gitignore')))
})

test('an existing folder, or one with another name, gets no .gitignore', async () => {
  const folder = createTempFolder()
  mkdirSync(folder.resolve('.troupe'))
  for (const name of ['.troupe', 'data']) {
    await (await open(folder.resolve(`${name}/troupe.db`))).close()
    assert.not(existsSync(folder.resolve(`${name}/.gitignore`)), name)
  }
})

test('an empty file becomes a database', async () => {
  const path = createTempFolder().write('troupe.db', '')
  await (await open(path)).close()
})

test('nothing but the database is left after close', async () => {
  const path = createTempFolder().resolve('troupe.db')
  await (await open(path)).close()
  assert.equal([existsSync(path), existsSync(`${path}-wal`), existsSync(`${path}-shm`)], [true, false, false])
})

const later = (readableFrom: number): string =>
  `alter table run add column extra text; pragma user_version = ${toUserVersion({ version: SCHEMA_VERSION + 1, readableFrom })}`

test('a schema of a newer release that only adds to this one is worked with, and left as it is', async () => {
  const path = createTempFolder().resolve('troupe.db')
  const first = await open(path)
  change(path, later(SCHEMA_VERSION))
  const second = await open(path)
  for (const store of [first, second]) await startRun(store)
  assert.is((await second.listRuns()).length, 2)
  for (const store of [first, second]) await store.close()
})

const refused: {
  title: string
  code: StoreErrorCode
  says: RegExp
  make: () => string | Promise<string>
  as?: string
}[] = [
  {
    title: 'a folder in the place of the file',
    code: 'unreadable',
    says: /is a folder: expected a file/,
    make: () => createTempFolder().path,
  },
  {
    title: 'a path through a file',
    code: 'unreadable',
    says: /folder '.*file' can't be created/,
    make: () => `${createTempFolder().write('file', 'x')}/troupe.db`,
  },
  {
    title: 'a file that is no database',
    code: 'corrupt',
    says: /is not a SQLite database/,
    make: () => createTempFolder().write('troupe.db', 'plain text, long enough to be looked at\n'.repeat(50)),
  },
  {
    title: 'a database of another program',
    code: 'unreadable',
    says: /belongs to another program/,
    make: () => {
      const path = createTempFolder().resolve('other.db')
      change(path, 'create table note (text)')
      return path
    },
  },
  {
    title: 'a database of a newer release',
    code: 'too_new',
    says: new RegExp(`has schema ${SCHEMA_VERSION + 1}: expected at most ${SCHEMA_VERSION}`),
    make: async () => {
      const path = createTempFolder().resolve('troupe.db')
      await (await open(path)).close()
      change(path, `pragma user_version = ${SCHEMA_VERSION + 1}`)
      return path
    },
  },
  {
    title: 'a database of a newer release that takes away from this one',
    code: 'too_new',
    says: new RegExp(`has schema ${SCHEMA_VERSION + 1}: expected at most ${SCHEMA_VERSION}`),
    make: async () => {
      const path = createTempFolder().resolve('troupe.db')
      await (await open(path)).close()
      change(path, later(SCHEMA_VERSION + 1))
      return path
    },
  },
  {
    title: 'a damaged database',
    code: 'corrupt',
    says: /is damaged|is not a SQLite database/,
    make: async () => {
      const path = createTempFolder().resolve('troupe.db')
      await (await open(path)).close()
      const bytes = readFileSync(path)
      writeFileSync(path, bytes.fill(0xa5, 100, 4096))
      return path
    },
  },
]

for (const { title, code, says, make } of refused) {
  test(`${title} is refused as ${code}, and left as it was`, async () => {
    const path = await make()
    const before = hashIfFile(path)
    const error = await catchRejection(open(path))
    assert.ok(isStoreError(error), String(error))
    assert.is(error.code, code)
    assert.match(error.message, says)
    assert.ok(error.hint)
    assert.is(hashIfFile(path), before)
  })
}

test('without migrating, a missing file and an older schema are refused, and nothing is created', async () => {
  const path = createTempFolder().resolve('sub/troupe.db')
  for (const says of [/does not exist/, /has schema 0: expected/]) {
    const error = await catchRejection(open(path, false))
    assert.ok(isStoreError(error) && error.code === 'unreadable', String(error))
    assert.match(error.message, says)
    assert.not(existsSync(path) && readFileSync(path).length > 4096)
    mkdirSync(path.slice(0, -'/troupe.db'.length), { recursive: true })
    writeFileSync(path, '')
  }
})

test('an interrupted migration is repeated', async () => {
  const path = createTempFolder().resolve('troupe.db')
  change(
    path,
    'create table mikro_orm_migrations (id integer not null primary key autoincrement, name text, executed_at datetime)',
  )
  await (await open(path)).close()
})

test('a database that is up to date is opened without MikroORM', async () => {
  const path = createTempFolder().resolve('troupe.db')
  assert.match(await listModules(path), /@mikro-orm/, 'a new one needs it, and the probe sees it')
  const modules = await listModules(path)
  assert.match(modules, /better-sqlite3/)
  assert.not.match(modules, /@mikro-orm|kysely/)
})

/** The modules that a process loads which opens the store. */
const listModules = async (path: string): Promise<string> => {
  const code = `
    import { registerHooks } from 'node:module'
    registerHooks({ resolve(specifier, context, next) { console.log(specifier); return next(specifier, context) } })
    const { openSqliteStore } = await import('${REPOSITORY_FOLDER}/src/store/sqlite/open-sqlite-store.ts')
    await (await openSqliteStore({ path: ${JSON.stringify(path)}, durability: 'process' })).close()`
  const { exitCode, stdout, stderr } = await runProcess([process.execPath, '--input-type=module', '--eval', code])
  assert.is(exitCode, 0, stderr)
  return stdout
}

const hashIfFile = (path: string): string | undefined => {
  try {
    return hashBytes(readFileSync(path))
  } catch {
    return undefined
  }
}

test.run()
