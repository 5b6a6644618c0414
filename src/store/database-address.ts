import { resolve } from 'node:path'
import { Fault } from '../core/fault.ts'

export type DatabaseAddress =
  | {
      kind: 'sqlite'
      /** Absolute. */
      path: string
    }
  | {
      kind: 'postgres'
      /** With its password: never shown. */
      url: string
    }
  /** Ends with the process. */
  | { kind: 'memory' }

/** Parses a path, `file:PATH`, `sqlite:PATH`, `memory:` or `postgres://…`. @throws Fault `invalid_input` */
export const parseDatabaseAddress = (text: string, folder: string): DatabaseAddress => {
  if (text === 'memory:' || text === ':memory:') return { kind: 'memory' }
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+]+):(.*)$/i.exec(text) ?? []
  if (scheme === '' && text !== '') return { kind: 'sqlite', path: resolve(folder, text) }
  if (/^postgres(ql)?$/i.test(scheme)) return { kind: 'postgres', url: expectUrl(text) }
  const path = rest.replace(/^\/\//, '')
  if (/^(file|sqlite)$/i.test(scheme) && path !== '') return { kind: 'sqlite', path: resolve(folder, path) }
  throw new Fault('invalid_input', `database '${hidePassword(text)}' is not understood\n${EXPECTED}`)
}

/** The files of a SQLite database. SQLite would carry out a journal that another program put there. */
export const listDatabaseFiles = (path: string): string[] => ['', '-wal', '-shm', '-journal'].map((end) => path + end)

/** The URL without its password and parameters, for messages. */
export const toShownUrl = (url: string): string => {
  const { username, host, pathname } = new URL(url)
  return `postgres://${username === '' ? '' : `${username}@`}${host}${pathname}`
}

/** The URL without its password, for questions of trust: a parameter may name another host, or a file. */
export const toGrantedUrl = (url: string): string => {
  const { searchParams } = new URL(url)
  searchParams.delete('password')
  return [toShownUrl(url), searchParams.toString()].filter((part) => part !== '').join('?')
}

const expectUrl = (text: string): string => {
  const parsed = URL.canParse(text) ? new URL(text) : undefined
  if (parsed === undefined)
    throw new Fault('invalid_input', `database '${hidePassword(text)}' is no URL\n${EXPECTED_URL}`)
  if (parsed.pathname.length > 1) return text
  throw new Fault('invalid_input', `database '${hidePassword(text)}' names no database\n${EXPECTED_URL}`)
}

const EXPECTED =
  'name a file: --db PATH, or TROUPE_DB=PATH; or a Postgres database: postgres://USER:PASSWORD@HOST:PORT/NAME'

const EXPECTED_URL =
  'expected postgres://USER:PASSWORD@HOST:PORT/NAME; in a password, write @ as %40, / as %2F, # as %23 and % as %25'

const hidePassword = (url: string): string => url.replace(/(:\/\/[^:@/]*):.*@/, '$1:***@')
