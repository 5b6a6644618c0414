import { resolve } from 'node:path'
import { Fault } from '../core/fault.ts'

export type DatabaseAddress =
  | {
      kind: 'sqlite'
      /** Absolute. */
      path: string
    }
  /** Ends with the process. */
  | { kind: 'memory' }

/** Parses a path, `file:PATH`, `sqlite:PATH` or `memory:`. @throws Fault `invalid_input`, `unavailable` for Postgres */
export const parseDatabaseAddress = (text: string, folder: string): DatabaseAddress => {
  if (text === 'memory:' || text === ':memory:') return { kind: 'memory' }
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+]+):(.*)$/i.exec(text) ?? []
  if (scheme === '' && text !== '') return { kind: 'sqlite', path: resolve(folder, text) }
  if (/^postgres(ql)?$/i.test(scheme))
    throw new Fault('unavailable', `database '${hidePassword(text)}': Postgres comes in a later release\n${EXPECTED}`)
  const path = rest.replace(/^\/\//, '')
  if (/^(file|sqlite)$/i.test(scheme) && path !== '') return { kind: 'sqlite', path: resolve(folder, path) }
  throw new Fault('invalid_input', `database '${hidePassword(text)}' is not understood\n${EXPECTED}`)
}

const EXPECTED = 'name a file: --db PATH, or TROUPE_DB=PATH'

const hidePassword = (url: string): string => url.replace(/(:\/\/[^:@/]*):[^@/]*@/, '$1:***@')
