/** Turns a tool's input into the request that is sent. */
import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { ActorContext } from '../../../core/actor.ts'
import { Fault } from '../../../core/fault.ts'
import type { JsonValue } from '../../../core/json.ts'
import { formatValue } from '../../../core/value-text.ts'
import { type Credential, type HttpAuth, toCredential } from './http-auth.ts'

type Scalar = string | number | boolean

/** The input of every http tool. http-description.ts lists the fields of each. */
export interface HttpToolInput {
  url: string
  method?: string
  query?: Record<string, Scalar | Scalar[]>
  headers?: Record<string, string>
  auth?: HttpAuth
  json?: JsonValue
  body?: string
  form?: Record<string, Scalar>
  follow_redirects?: boolean
  redirects?: { body?: boolean }
  accept_status?: number[]
  max_bytes?: number
  header_timeout_ms?: number
  body_timeout_ms?: number
  expect?: 'auto' | 'json' | 'text' | 'blob'
  numbers?: 'exact' | 'text'
}

export interface HttpRequest {
  method: string
  url: URL
  /** Lower-case names. */
  headers: Map<string, string>
  body: Buffer | undefined
  /** A key in the query, which the target of a redirect within the origin gets too. */
  queryKey: [name: string, value: string] | undefined
}

/** Headers that the client sets. With a user's own, two readers of the request could disagree about its end or its target. */
const OWN_HEADERS = new Set(
  'connection content-length expect host keep-alive proxy-connection te trailer transfer-encoding upgrade'.split(' '),
)

/** @throws Fault `invalid_input` for a URL, a header or credentials that can't be sent. */
export const buildRequest = (method: string, input: HttpToolInput, context: ActorContext): HttpRequest => {
  const headers = readHeaders(input.headers ?? {})
  const url = buildUrl(input)
  const queryKey = input.auth === undefined ? undefined : addCredential(toCredential(input.auth), { headers, url })
  const { body, contentType } = buildBody(input)
  setDefault(headers, 'accept', 'application/json, text/*;q=0.9, */*;q=0.8')
  setDefault(headers, 'accept-encoding', 'gzip, deflate, br')
  setDefault(headers, 'user-agent', 'troupe')
  if (contentType !== undefined) setDefault(headers, 'content-type', contentType)
  if (context.keyIsExplicit) setDefault(headers, 'idempotency-key', toHeaderText(context.key))
  return { method, url, headers, body, queryKey }
}

/** Returns the key that it puts into the query. */
const addCredential = (
  { in: place, name, value, field }: Credential,
  { headers, url }: Pick<HttpRequest, 'headers' | 'url'>,
): HttpRequest['queryKey'] => {
  const isTaken = place === 'header' ? headers.has(name.toLowerCase()) : url.searchParams.has(name)
  if (isTaken)
    throw invalid(`'auth.${field}' gives the ${place === 'header' ? 'header' : 'parameter'} '${name}' a second time`)
  if (place === 'query') {
    url.searchParams.append(name, value)
    return [name, value]
  }
  setHeader(headers, { name, value, subject: `auth.${field}` })
  return undefined
}

/** @throws Fault `invalid_input` for text that is not a URL, a scheme other than http and https, or a user name in it */
export const parseHttpUrl = (text: string, base?: URL): URL => {
  const url = URL.parse(text, base?.href)
  if (url === null) throw invalid(`'url' is not a URL: expected http://… or https://…, got ${formatValue(text)}`)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw invalid(`'url' can't be requested: expected http: or https:, got ${url.protocol}`)
  if (url.username !== '' || url.password !== '')
    throw invalid(`'url' has a user name or password in it: give them as auth: { basic: { user, password } }`)
  return url
}

const invalid = (message: string): Fault => new Fault('invalid_input', message)

const buildUrl = ({ url: text, query = {} }: HttpToolInput): URL => {
  const url = parseHttpUrl(text)
  url.hash = ''
  for (const [name, value] of Object.entries(query))
    for (const item of [value].flat()) url.searchParams.append(name, String(item))
  return url
}

const readHeaders = (given: Record<string, string>): Map<string, string> => {
  const headers = new Map<string, string>()
  for (const [name, value] of Object.entries(given)) setHeader(headers, { name, value, subject: `headers.${name}` })
  return headers
}

const setHeader = (
  headers: Map<string, string>,
  { name, value, subject }: { name: string; value: string; subject: string },
): void => {
  if (OWN_HEADERS.has(name.toLowerCase())) throw invalid(`'${subject}' is set by the client: leave it out`)
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  } catch (cause) {
    // The message omits the value, which may be a secret.
    throw new Fault('invalid_input', `'${subject}' can't be sent: its name or value has a forbidden character`, {
      cause,
    })
  }
  headers.set(name.toLowerCase(), value)
}

const buildBody = ({ json, body, form }: HttpToolInput): { body: Buffer | undefined; contentType?: string } => {
  if (json !== undefined) return { body: Buffer.from(JSON.stringify(json)), contentType: 'application/json' }
  if (body !== undefined) return { body: Buffer.from(body), contentType: 'text/plain; charset=utf-8' }
  if (form === undefined) return { body: undefined }
  const pairs = Object.entries(form).map(([name, value]): [string, string] => [name, String(value)])
  const text = new URLSearchParams(pairs).toString()
  return { body: Buffer.from(text), contentType: 'application/x-www-form-urlencoded' }
}

const setDefault = (headers: Map<string, string>, name: string, value: string): void => {
  if (!headers.has(name)) headers.set(name, value)
}

/** Percent-encodes characters that a header can't hold, so that any key can be sent and equal keys stay equal. */
const toHeaderText = (text: string): string =>
  text.toWellFormed().replace(/[^\x20-\x7e]/gu, (character) => encodeURIComponent(character))
