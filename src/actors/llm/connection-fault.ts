/** Maps a failed connection to a fault, and the answer of a server that is not a model's: the page of a proxy or a login, or a redirect. */
import { Fault } from '../../core/fault.ts'
import { type JsonObject, ownValue } from '../../core/json.ts'
import { describeMissingServer, describePlace } from './missing-server.ts'
import { type Asked, showUrl } from './provider-fault.ts'
import { isVendorOf } from './provider-settings.ts'

/** @param error From `fetch`: a TypeError whose cause holds the code. */
export const toConnectionFault = (error: unknown, asked: Asked): Fault => {
  const { name } = asked.settings
  const details: JsonObject = { provider: name, model: asked.model }
  const code = findCode(error)
  const where = showUrl(asked.url)
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT')
    return new Fault(
      'timeout',
      `'${name}' at ${where} sent nothing for five minutes\nwith 'stream: true' a long answer keeps coming`,
      {
        retryable: true,
        details,
      },
    )
  const hint = UNREACHED.has(code) ? `\n${describeMissingServer(asked)}` : ''
  return new Fault('unavailable', `${describe(code, asked)}${hint}`, {
    retryable: !/CERT|TLS|SELF_SIGNED|UNABLE_TO|bad port/.test(code),
    details,
  })
}

const describe = (code: string, { server, settings: { name, baseUrl } }: Asked): string => {
  const subject = name === server.kind && server.program !== undefined ? server.program.name : `'${name}'`
  if (code === 'ECONNREFUSED' && !isVendorOf(server, baseUrl)) return `${subject} is not running at ${showUrl(baseUrl)}`
  const reason = ownValue(REASONS, code) ?? (code === '' ? 'the connection failed' : `the connection failed (${code})`)
  const where = `${subject} at ${showUrl(baseUrl)}`
  return BROKEN.has(code) ? `${where}: ${BROKE_OFF}` : `${where} can't be reached: ${reason}`
}

/** The whole message of `fetch` for a port that it never connects to, as the port belongs to another protocol. */
const BAD_PORT = 'bad port'

/** Codes of connections that never opened. */
const UNREACHED: ReadonlySet<string> = new Set([
  BAD_PORT,
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
])

const REASONS: Readonly<Record<string, string>> = {
  [BAD_PORT]: 'this port is never connected to for HTTP',
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: "the name can't be resolved",
  EAI_AGAIN: "the name can't be resolved",
  ETIMEDOUT: 'nothing answers there',
  UND_ERR_CONNECT_TIMEOUT: 'nothing answers there',
}

/** Codes of connections that broke. */
const BROKEN: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])
const BROKE_OFF = 'the connection broke before the answer was complete'

/** Finds the first code in the chain of causes. An AggregateError stands for its first error. */
const findCode = (error: unknown, depth = 0): string => {
  if (depth > 8 || typeof error !== 'object' || error === null) return ''
  const { code, cause, errors, message } = error as {
    code?: unknown
    cause?: unknown
    errors?: unknown[]
    message?: unknown
  }
  if (message === BAD_PORT) return BAD_PORT
  if (typeof code === 'string') return code
  return findCode(cause ?? errors?.[0], depth + 1)
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Undefined for an answer that may be a model's. A redirect is not followed, as it would send key and prompt to another server. */
export const findWrongAddress = ({ status, headers }: Response, asked: Asked): Fault | undefined => {
  if (REDIRECTS.has(status))
    return toWrongAddress(`answered ${status}: ${describeTarget(headers, asked.url)}`, asked, 'not_found')
  const isPage = status < 300 && /^text\/html\b/i.test(headers.get('content-type') ?? '')
  return isPage ? toWrongAddress('sent a web page in place of an answer', asked, 'unavailable') : undefined
}

const describeTarget = (headers: Headers, from: string): string => {
  const target = URL.parse(headers.get('location') ?? '', from)
  return target === null ? 'it sends elsewhere' : `it sends to ${showUrl(target.href)}, which is not followed`
}

/** A web page may come from a server that is starting, so that fault is retryable. */
const toWrongAddress = (what: string, asked: Asked, code: 'not_found' | 'unavailable'): Fault => {
  const { settings } = asked
  const { name } = settings
  return new Fault(code, `'${name}' at ${showUrl(asked.url)} ${what}\ncheck ${describePlace(settings)}`, {
    retryable: code === 'unavailable',
    details: { provider: name, model: asked.model },
  })
}
