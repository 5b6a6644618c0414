/** The server that the command line names, in place of a database. */
import { CliError } from '../cli-error.ts'
import type { Context } from '../context.ts'

type Named = Pick<Context, 'options' | 'environment'>

export interface NamedServer {
  url: URL
  /** The option or variable that names it. */
  by: '--server' | 'TROUPE_SERVER'
}

/** Undefined: the command asks a database. `--db` wins over TROUPE_SERVER. @throws CliError for a wrong address */
export const findNamedServer = ({ options, environment }: Named): NamedServer | undefined => {
  const { server, db } = options
  if (server !== undefined && db !== undefined)
    throw new CliError('both --server and --db are given: expected one of them')
  const by = server === undefined ? 'TROUPE_SERVER' : '--server'
  const text = server ?? (db === undefined ? environment.TROUPE_SERVER : undefined)
  if (text === undefined || (text === '' && by === 'TROUPE_SERVER')) return undefined
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '') return { url, by }
  throw new CliError(`${by} '${text}' is wrong: expected the URL of a server`, {
    hint: `such as ${by === '--server' ? '--server ' : 'TROUPE_SERVER='}http://127.0.0.1:4800`,
  })
}

/** Keeps a command that a server does not perform from using a local database instead. @param why The reason, and the way to have it there. @throws CliError */
export const expectNoServer = (context: Named, why?: string): void => {
  const named = findNamedServer(context)
  if (named === undefined) return
  throw new CliError(`this command needs a database, and ${named.by} names a server: ${named.url.href}`, {
    hint: `${why === undefined ? '' : `${why}; else `}${named.by === '--server' ? 'leave out --server' : 'unset TROUPE_SERVER'}, or name the database: --db PATH`,
  })
}
