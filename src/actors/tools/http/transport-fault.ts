/** Translates errors of node:http, DNS, TLS and zlib into faults with advice. */
import { Fault, isFault } from '../../../core/fault.ts'
import type { HttpRequest } from './http-request.ts'

/** Writes `GET https://host/path?token=…`. It omits the values of the query, which may be secrets. */
export const formatTarget = ({ method, url }: Pick<HttpRequest, 'method' | 'url'>): string =>
  `${method} ${formatUrl(url)}`

export const formatUrl = (url: URL): string => {
  const names = [...url.searchParams.keys()].map((name) => `${encodeURIComponent(name)}=…`)
  return `${url.origin}${url.pathname}${names.length === 0 ? '' : `?${names.join('&')}`}`
}

const CERTIFICATE_CODE = /^(CERT_|ERR_TLS_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/

/** An unknown host is `unavailable`, as a closed port is. `not_found` is for servers that answered and lack the resource. */
export const toTransportFault = (error: unknown, request: HttpRequest): Fault => {
  const details = { url: formatUrl(request.url) }
  if (isFault(error)) return withDetails(error, details)
  const code = String((error as NodeJS.ErrnoException)?.code ?? '')
  const what = formatTarget(request)
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Fault('too_large', `${what} answered with headers larger than 32 KB`, { details, cause: error })
  if (code.startsWith('Z_') || code.startsWith('ERR_BROTLI') || code.startsWith('ERR__ERROR'))
    return new Fault('tool_failed', `${what} sent a body that can't be decompressed`, { details, cause: error })
  const reason = describe(code, { error, url: request.url })
  const retryable = !CERTIFICATE_CODE.test(code)
  return new Fault('unavailable', `${what} failed: ${reason}`, { retryable, details, cause: error })
}

const withDetails = (fault: Fault, details: { url: string }): Fault =>
  new Fault(fault.code, fault.message, {
    retryable: fault.retryable,
    details: { ...details, ...fault.details },
    cause: fault,
  })

const describe = (code: string, { error, url: { host, hostname } }: { error: unknown; url: URL }): string => {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name '${hostname}' can't be resolved\ncheck its spelling and the network`
    case 'ECONNREFUSED':
      return `nothing listens at '${host}'`
    case 'ECONNRESET':
    case 'EPIPE':
      return `'${host}' closed the connection before its answer was complete`
    default:
      if (CERTIFICATE_CODE.test(code)) return `the certificate of '${host}' is not trusted (${code})`
      return code.startsWith('HPE_') ? `'${host}' does not speak HTTP (${code})` : messageOf(error)
  }
}

/** A failed connection to several addresses is an AggregateError, whose own message is empty. */
const messageOf = (error: unknown): string => {
  if (error instanceof AggregateError) return error.errors.map((inner) => messageOf(inner)).join('; ')
  return error instanceof Error ? error.message : String(error)
}
