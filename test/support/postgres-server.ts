/**
 * A Postgres server for the tests of one process: a folder and a port of its own, on 127.0.0.1 alone, without fsync. It is started when a
 * test first needs it, and ends with the process. Each database is a copy of one that is migrated already.
 *
 * The server refuses to run as root: then the user `postgres` runs it.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { migrate } from '../../src/store/postgres/migrate.ts'
import { MIGRATIONS_TABLE } from '../../src/store/postgres/schema-version.ts'
import { mayBeSkipped } from './small-disk.ts'

const DEBIAN = '/usr/lib/postgresql'

const findPrograms = (): string | undefined => {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [...versions.map((version) => join(DEBIAN, version, 'bin')), ...(process.env.PATH ?? '').split(':')]
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
}

const programs = findPrograms()

/** Why no server can be started; undefined: one can. Never skipped in CI: it installs Postgres. */
export const withoutPostgres: string | undefined =
  programs === undefined ? 'no Postgres is installed: on Debian, apt-get install postgresql' : undefined
if (withoutPostgres !== undefined && !mayBeSkipped) throw new Error(withoutPostgres)

type AddTest = (title: string, body: () => Promise<void>) => void

/** Adds tests that need a server. They are skipped where none can be started, which is said. */
export const onPostgres = (test: AddTest & { skip: AddTest }): AddTest => {
  if (withoutPostgres === undefined) return test
  console.log(`skipped: ${withoutPostgres}`)
  return test.skip
}

interface Account {
  uid: number
  gid: number
}

/** The user `postgres`, for a process of root; undefined: the user of this process. */
const findAccount = (): Account | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

export interface PostgresServer extends PostgresDatabases {
  port: number
  /** Its files: settings, keys. */
  data: string
  /** The user that it runs as; undefined: the user of this process. */
  account: Account | undefined
  /** URL of a database on it. */
  urlOf(database: string): string
  /** Returns the URL of a migrated database without content. */
  createDatabase(): Promise<string>
  /** Gives such a database back, which another test may get. */
  clearDatabase(url: string): Promise<void>
  /** Creates a database without tables; returns its URL. */
  createEmpty(): Promise<string>
  /** Ends the server: `fast` as an administrator does, `immediate` as a crash, `killed` by SIGKILL of its first process. */
  stop(how?: keyof typeof SIGNALS): Promise<void>
  /** Starts it again on the same folder and port. */
  start(): Promise<void>
}

/** Databases on a server that others use too. */
export interface PostgresDatabases {
  /** Returns the URL of a migrated database without content, which no other test gets. */
  createDatabaseNow(): string
}

/** The server at the port TROUPE_TEST_PORT, else the one of this process. */
export const findPostgres = async (): Promise<PostgresDatabases> => {
  const port = process.env.TROUPE_TEST_PORT
  return port === undefined ? startPostgres() : { createDatabaseNow: () => copyModel(Number(port)) }
}

let copies = 0

/** Tests create their databases at places that can't wait, so that a process does it. */
const copyModel = (port: number): string => {
  copies += 1
  const name = `copy_${process.pid}_${copies}`
  const server = ['--host=127.0.0.1', `--port=${port}`, '--username=troupe']
  execFileSync(join(programs ?? '', 'createdb'), [...server, '--template=model', name])
  return toUrl(port, name)
}

/** All content as text, as the program of Postgres writes it. */
export const dumpPostgres = (url: string): string =>
  execFileSync(join(programs ?? '', 'pg_dump'), ['--inserts', `--dbname=${url}`], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })

const toUrl = (port: number, database: string): string => `postgres://troupe@127.0.0.1:${port}/${database}`

let shared: Promise<PostgresServer> | undefined

/** The server of this process. */
export const startPostgres = (): Promise<PostgresServer> => {
  shared ??= createPostgres()
  return shared
}

const SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT', killed: 'SIGKILL' } as const

const createPostgres = async (): Promise<PostgresServer> => {
  const account = findAccount()
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'troupe-postgres-')))
  if (account !== undefined) chownSync(folder, account.uid, account.gid)
  const data = join(folder, 'data')
  const options = { cwd: folder, ...account }
  const made = spawnSync(
    join(programs ?? '', 'initdb'),
    ['-D', data, '-U', 'troupe', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'],
    { ...options, encoding: 'utf8' },
  )
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`)
  const port = await findFreePort()
  let server: ChildProcess | undefined
  process.on('exit', () => {
    server?.kill('SIGQUIT')
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 })
  })
  const urlOf = (database: string): string => toUrl(port, database)
  const begin = (): void => {
    const begun = spawn(join(programs ?? '', 'postgres'), ['-D', data, '-p', `${port}`, ...toFlags(SETTINGS)], {
      ...options,
      stdio: 'ignore',
    })
    begun.unref()
    server = begun
  }
  const start = async (): Promise<void> => {
    begin()
    await answering(urlOf('postgres'), () => {
      // The processes of a killed server may still be there, and then no other starts.
      if (server?.exitCode !== null) begin()
    })
  }
  const stop = async (how: keyof typeof SIGNALS = 'fast'): Promise<void> => {
    const ended = new Promise((resolve) => server?.once('exit', resolve))
    server?.ref()
    server?.kill(SIGNALS[how])
    await ended
  }
  await start()
  await execute(urlOf('postgres'), 'create database model')
  await migrate(urlOf('model'))
  const cleared: string[] = []
  let count = 0
  const create = async (options: string): Promise<string> => {
    count += 1
    await execute(urlOf('postgres'), `create database test_${count} ${options}`)
    return urlOf(`test_${count}`)
  }
  return {
    port,
    data,
    account,
    urlOf,
    createDatabaseNow: () => copyModel(port),
    createDatabase: async () => cleared.pop() ?? create('template model'),
    clearDatabase: async (url) => {
      await execute(url, CLEAR)
      cleared.push(url)
    },
    createEmpty: () => create(''),
    stop,
    start,
  }
}

/** Much quicker than another database. */
const CLEAR = `do $$ begin execute (select 'truncate ' || string_agg(quote_ident(tablename), ', ') || ' restart identity'
  from pg_tables where schemaname = 'public' and tablename <> '${MIGRATIONS_TABLE}'); end $$`

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  full_page_writes: 'off',
  shared_buffers: '32MB',
  autovacuum: 'off',
}

const toFlags = (settings: Record<string, string>): string[] =>
  Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])

export const execute = async (url: string, statement: string): Promise<void> => {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

const MOST_TRIES = 400

const answering = async (url: string, onSilence: () => void): Promise<void> => {
  for (let tries = 1; ; tries++) {
    try {
      return await execute(url, 'select 1')
    } catch (error) {
      if (tries === MOST_TRIES) throw error
      onSilence()
    }
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

const findFreePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (address === null || typeof address === 'string' ? reject(address) : resolve(address.port)))
    })
  })
