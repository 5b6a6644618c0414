/** A Postgres of its own for one measurement: on a free port of 127.0.0.1, with a folder that is gone when this process is. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { findFreePort } from './free-port.ts'

export interface Postgres {
  /** URL of a database in it. */
  url: string
  /** Bytes of that database on disk. */
  sizeBytes(): number
  stop(): Promise<void>
}

/** As SQLite in WAL mode with `synchronous = NORMAL` keeps it: what is committed survives a killed process, not a power cut. */
const PROCESS_SAFE = ['fsync=off', 'full_page_writes=off']
/** The defaults, named: a commit has reached the disk. */
const POWER_SAFE = ['fsync=on', 'full_page_writes=on', 'synchronous_commit=on']
const ADDRESS = ['listen_addresses=127.0.0.1', 'unix_socket_directories=']

export const POSTGRES_NOTE = 'Postgres on this machine (fsync off)'
export const POWER_SAFE_POSTGRES_NOTE = 'Postgres on this machine (fsync and synchronous_commit on)'

/** @param isPowerSafe True: what is committed survives a power cut too. */
export const startPostgres = async ({ isPowerSafe = false }: { isPowerSafe?: boolean } = {}): Promise<Postgres> => {
  const programs = findPrograms()
  const user = readUser()
  const folder = mkdtempSync(join(tmpdir(), 'troupe-bench-postgres-'))
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  const run = (name: string, args: readonly string[]): string =>
    execFileSync(join(programs, name), args, {
      ...user,
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  run('initdb', ['-D', folder, '-U', USER, '-A', 'trust', '-E', 'UTF8', '--no-sync'])
  const port = await findFreePort()
  const settings = [...ADDRESS, ...(isPowerSafe ? POWER_SAFE : PROCESS_SAFE)].flatMap((setting) => ['-c', setting])
  const server = spawn(join(programs, 'postgres'), ['-D', folder, '-p', String(port), ...settings], {
    ...user,
    cwd: folder,
    stdio: 'ignore',
  })
  process.on('exit', () => {
    server.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  const ask = (database: string, sql: string): string =>
    run('psql', ['-h', '127.0.0.1', '-p', String(port), '-U', USER, '-d', database, '-Atc', sql])
  await untilUp(() => ask('postgres', 'create database bench'))
  return {
    url: `postgresql://${USER}@127.0.0.1:${port}/bench`,
    sizeBytes: () => {
      ask('bench', 'vacuum')
      return Number(ask('bench', "select pg_database_size('bench')"))
    },
    stop: () => stop(server),
  }
}

const USER = 'bench'

/** True if its programs are where Debian puts them, in one folder per version. */
export const hasPostgres = (): boolean => existsSync(DEBIAN)

export const readPostgresVersion = (): string => {
  const text = execFileSync(join(findPrograms(), 'postgres'), ['--version'], { encoding: 'utf8' })
  return /\d[\d.]*/.exec(text)?.[0] ?? text
}

const findPrograms = (): string => {
  const newest = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a))[0]
  return join(DEBIAN, newest ?? '', 'bin')
}

const DEBIAN = '/usr/lib/postgresql'

/** Postgres refuses to run as root. */
const readUser = (): { uid: number; gid: number } | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const read = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: read('-u'), gid: read('-g') }
}

const untilUp = async (tryOut: () => unknown): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    try {
      tryOut()
      return
    } catch (error) {
      if (attempt === ATTEMPTS) throw error
      await delay(PAUSE_MS)
    }
  }
}

const ATTEMPTS = 100
const PAUSE_MS = 100

/** SIGINT: disconnects all and ends in good order. */
const stop = async (server: ChildProcess): Promise<void> => {
  const ended = once(server, 'exit')
  server.kill('SIGINT')
  await ended
}
