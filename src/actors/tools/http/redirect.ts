import { Fault } from '../../../core/fault.ts'
import { type HttpRequest, parseHttpUrl } from './http-request.ts'
import type { HttpResponse } from './http-response.ts'
import { formatTarget, formatUrl } from './transport-fault.ts'

export const MAX_REDIRECTS = 5

const REDIRECT_STATUSES = new Set([301, 302, 303, 307, 308])

export const isRedirection = (status: number): boolean => REDIRECT_STATUSES.has(status)

/** Headers that are sent to another origin. Any other (Authorization, cookies, keys, a user's own names) may be a secret of the first. */
const HEADERS_FOR_ANYONE = new Set(['accept', 'accept-encoding', 'accept-language', 'content-type', 'user-agent'])

/**
 * Makes the request that a redirect asks for. Undefined for any other response. The method changes as in the fetch standard
 * (https://fetch.spec.whatwg.org/#http-redirect-fetch): 303 becomes GET, and so does POST after 301 and 302.
 * @throws Fault `address_blocked` for a target that is not a plain http or https URL, and for one of another origin that would get the
 * body, which may hold a secret of the first
 */
export const toRedirected = (
  request: HttpRequest,
  response: HttpResponse,
  { redirectsBody }: { redirectsBody: boolean },
): HttpRequest | undefined => {
  const location = response.headers.location
  if (!isRedirection(response.status) || location === undefined) return undefined
  const url = parseLocation(location, request.url)
  const becomesGet = isGetAfter(response.status, request.method)
  const carriesBody = !becomesGet && request.body !== undefined && request.body.length > 0
  if (carriesBody && !redirectsBody && request.url.origin !== url.origin) throw toBodyFault(request, url)
  const headers = new Map(
    [...request.headers].filter(([name]) => isKept(name, { becomesGet, from: request.url, to: url })),
  )
  const queryKey = request.url.origin === url.origin ? request.queryKey : undefined
  if (queryKey !== undefined && !url.searchParams.has(queryKey[0])) url.searchParams.append(...queryKey)
  return { ...request, ...(becomesGet && { method: 'GET', body: undefined }), url, headers, queryKey }
}

const toBodyFault = (request: HttpRequest, target: URL): Fault => {
  const [from, to] = [formatTarget(request), formatUrl(target)]
  return new Fault(
    'address_blocked',
    `${from} redirects to another origin, ${to}, which would get the body too\nsend the request there, or allow it with redirects: { body: true }`,
    { details: { url: formatUrl(request.url), location: to } },
  )
}

const parseLocation = (location: string, base: URL): URL => {
  try {
    const url = parseHttpUrl(location, base)
    url.hash = ''
    return url
  } catch (cause) {
    throw new Fault(
      'address_blocked',
      `'${base.origin}' redirects to what is not followed: ${(cause as Error).message}`,
      {
        cause,
      },
    )
  }
}

const isGetAfter = (status: number, method: string): boolean =>
  (status === 303 && method !== 'GET' && method !== 'HEAD') || ((status === 301 || status === 302) && method === 'POST')

const isKept = (name: string, { becomesGet, from, to }: { becomesGet: boolean; from: URL; to: URL }): boolean => {
  if (becomesGet && name.startsWith('content-')) return false
  return from.origin === to.origin || HEADERS_FOR_ANYONE.has(name)
}
