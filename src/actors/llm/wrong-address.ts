/** A server that answers, and is no model's: a page of a proxy or a login, or one that sends elsewhere. */
import { Fault } from '../../core/fault.ts'
import { describePlace } from './missing-server.ts'
import { type Asked, showUrl } from './provider-fault.ts'

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Undefined for an answer that may be a model's. A redirect is not followed: the key and what is asked would go to whoever it names. */
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

/** A page may be that of a server that is about to come up: that is tried again. */
const toFault = (what: string, asked: Asked, code: 'not_found' | 'unavailable'): Fault => {
  const { name, baseUrl, addressName } = asked.settings
  const place = describePlace({ name, kind: asked.kind, url: baseUrl || asked.url, addressName })
  return new Fault(code, `'${name}' at ${showUrl(asked.url)} ${what}\ncheck ${place}`, {
    retryable: code === 'unavailable',
    details: { provider: name, model: asked.model },
  })
}
