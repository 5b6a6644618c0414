import { StoreError, type StoreErrorCode } from '../store-error.ts'

/** SQLSTATE of an error of the server (https://www.postgresql.org/docs/current/errcodes-appendix.html), or the code of a socket's error. */
export const postgresCode = (error: unknown): string | undefined => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (typeof code === 'string') return code
  return error instanceof Error && CLOSED.test(error.message) ? CONNECTION_LOST : undefined
}

/** The driver reports these without a code. */
const CLOSED =
  /Connection terminated|connection error and is not queryable|Client was closed|timeout expired|Query read timeout|timeout exceeded when trying to connect/

const CONNECTION_LOST = '08006'

const LOST = /^(08|57P0[1-5]|E(CONN|PIPE|HOST|NET|TIMEDOUT|NOTFOUND|AI_))/

/** True when the connection is gone, so that the same call may succeed over a new one. */
export const isConnectionLost = (error: unknown): boolean => LOST.test(postgresCode(error) ?? '')

/** True when others had a lock, or too many are connected: the same call may succeed a moment later. */
export const isContended = (error: unknown): boolean => /^(40|55P03|53300)/.test(postgresCode(error) ?? '')

/** True when one statement is at fault, so that a transaction of the others can succeed. */
export const isStatementError = (error: unknown): boolean =>
  /^(0A|21|22|23|42|54|P0|57014)/.test(postgresCode(error) ?? '42')

type Explanation = [code: StoreErrorCode, says: string, hint: string]

const EXPLANATIONS: [pattern: RegExp, ...Explanation][] = [
  [
    /^ERR_NO_TLS/,
    'unreadable',
    'is on a server without TLS',
    'write sslmode=disable in the URL, or switch on ssl at the server',
  ],
  [
    /^28/,
    'unreadable',
    'refuses the login',
    'correct the user and the password in the URL, or pg_hba.conf of the server',
  ],
  [/^3D000/, 'unreadable', 'does not exist', 'create it with: createdb NAME; or name another one in the URL'],
  [
    /^42501/,
    'unreadable',
    'denies this user a right that is needed',
    'make the user owner of the database, or let it create tables: grant usage, create on schema public to USER',
  ],
  [
    /^3F000/,
    'unreadable',
    'has no schema for the tables',
    'create the schema that search_path names: create schema NAME',
  ],
  [
    /^22023/,
    'unreadable',
    'refuses a parameter',
    'correct it in the URL, such as ?statement_timeout=30000, which is in milliseconds',
  ],
  [/^25006/, 'unreadable', 'is read-only', 'name the primary server in the URL, not a replica'],
  [/^53100/, 'disk_full', 'has no room left', 'free disk space on its server; nothing recorded so far is lost'],
  [/^53300/, 'busy', 'has no connection left', 'raise max_connections of the server, or start fewer programs'],
  [/^(40|55P03)/, 'busy', 'is locked by another program', 'end what locks its tables, then try again'],
  [/^57014/, 'busy', 'took too long for one statement', 'try again when the server has less to do'],
  [/^57P03/, 'busy', 'is starting up or shutting down', 'try again in a moment'],
  [/^(XX|58)/, 'corrupt', 'reports damage or an error of its disk', "look at the server's log"],
  [
    /^(ENOTFOUND|EAI_)/,
    'unreadable',
    "can't be reached: its host is not known",
    'correct the host in the URL: postgres://USER:PASSWORD@HOST:PORT/NAME',
  ],
  [
    LOST,
    'unreadable',
    "can't be reached",
    'start the server, or correct host and port in the URL: postgres://USER:PASSWORD@HOST:PORT/NAME',
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID/,
    'unreadable',
    'has a certificate for another name',
    'write the name that its certificate has as the host in the URL, or sslmode=verify-ca',
  ],
  [
    /^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|CERT_|ERR_TLS|ERR_SSL)/,
    'unreadable',
    'has a certificate that is not trusted',
    'name the authority with sslrootcert=FILE in the URL',
  ],
]

/** Translates an error of the driver into a StoreError with a hint. Returns other errors as they are. */
export const toStoreError = (error: unknown, location: string): unknown => {
  const code = postgresCode(error) ?? findUncoded(error)
  const [, ...found] = EXPLANATIONS.find(([pattern]) => pattern.test(code ?? '')) ?? []
  const [reason, says, hint] = found
  if (reason === undefined || hint === undefined) return error
  return new StoreError(reason, `database '${location}' ${says} (${code}: ${messageOf(error)})`, { hint, cause: error })
}

/** Errors that the driver reports in words alone. */
const UNCODED: [says: RegExp, code: string][] = [
  [/does not support SSL/, 'ERR_NO_TLS'],
  [/password must be a (non-empty )?string/, '28P01'],
]

const findUncoded = (error: unknown): string | undefined =>
  error instanceof Error ? UNCODED.find(([says]) => says.test(error.message))?.[1] : undefined

/** A socket's error for several addresses has no message of its own. */
const messageOf = (error: unknown): string => {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(messageOf))].join(', ')
  return error instanceof Error ? error.message : String(error)
}
