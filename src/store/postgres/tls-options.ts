/**
 * TLS as the URL asks for it, with the meanings that all programs of Postgres give to `sslmode`. Those of the driver are others: it
 * does not hold the certificate to the name of the server when the URL has the server's number.
 */
import { readFileSync } from 'node:fs'
import { type ConnectionOptions, checkServerIdentity } from 'node:tls'
import { StoreError } from '../store-error.ts'

const MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const
type Mode = (typeof MODES)[number]

/** Parameters that are read here, and that the driver must not see. */
const PARAMETERS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey'] as const

/** Takes its parameters out of the URL. Undefined: without TLS. @throws StoreError `unreadable` */
export const takeTlsOptions = (url: URL): ConnectionOptions | undefined => {
  const given = new Map(PARAMETERS.map((name) => [name, url.searchParams.get(name)]))
  for (const name of PARAMETERS) url.searchParams.delete(name)
  const mode = expectMode(given.get('sslmode') ?? 'disable')
  if (mode === 'disable') return undefined
  const ca = readPart('sslrootcert', given.get('sslrootcert'))
  const cert = readPart('sslcert', given.get('sslcert'))
  const key = readPart('sslkey', given.get('sslkey'))
  const own = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
  if (mode === 'require') return { ...own, rejectUnauthorized: ca !== undefined, checkServerIdentity: () => undefined }
  if (mode === 'verify-ca') return { ...own, checkServerIdentity: () => undefined }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return { ...own, checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate) }
}

const expectMode = (text: string): Mode => {
  const mode = MODES.find((known) => known === text)
  if (mode !== undefined) return mode
  throw new StoreError('unreadable', `sslmode '${text}' is not known: expected one of ${MODES.join(', ')}`, {
    hint: 'correct the URL of the database: ?sslmode=verify-full checks most',
  })
}

const readPart = (name: string, path: string | null | undefined): string | undefined => {
  if (path === null || path === undefined || path === 'system') return undefined
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new StoreError('unreadable', `${name} '${path}' of the database can't be read`, {
      hint: `correct ${name} in the URL of the database: it names a file`,
      cause,
    })
  }
}
