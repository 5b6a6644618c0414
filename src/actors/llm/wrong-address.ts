/** Recognises a server that is not a model's: the page of a proxy or a login, or a redirect. */
import { Fault } from '../../core/fault.ts'
import { describePlace } from './missing-server.ts'
import { type Asked, showUrl } from './provider-fault.ts'

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Undefined for an answer that may be a model's. A redirect is not followed, as it would send key and prompt to another server. */
export const findWrongAddress = ({ status, headers }: Response, asked: Asked): Fault | undefined => {
  if (REDIRECTS.has(status))
    return toFault(`answered ${status}: ${describeTarget(headers, asked.url)}`, asked, 'not_found')
  const isPage = status < 300 && /^text\/html\b/i.test(headers.get('content-type') ?? '')
  return isPage ? toFault('sent a web page in place of an answer', asked, 'unavailable') : undefined
}

const describeTarget = (headers: Headers, from: string): string => {
  const target = URL.parse(headers.get('location') ?? '', from)
  return target === null ? 'it sends elsewhere' : `it sends to ${showUrl(target.href)}, which is not followed`
}

/** A web page may come from a server that is starting, so that fault is retryable. */
const toFault = (what: string, asked: Asked, code: 'not_found' | 'unavailable'): Fault => {
  const { settings } = asked
  const { name } = settings
  return new Fault(code, `'${name}' at ${showUrl(asked.url)} ${what}\ncheck ${describePlace(settings)}`, {
    retryable: code === 'unavailable',
    details: { provider: name, model: asked.model },
  })
}
