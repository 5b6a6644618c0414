/** Maps a status of 400 and above to a fault. */
import { Fault } from '../../../core/fault.ts'
import type { JsonObject } from '../../../core/json.ts'
import { decodeText, type HttpResponse } from './http-response.ts'
import { parseRetryAfter } from './retry-after.ts'
import { formatTarget, formatUrl } from './transport-fault.ts'

const SNIPPET_LENGTH = 500

interface Verdict {
  code: string
  retryable: boolean
  /** Advice. */
  hint: string
}

const final = (code: string, hint: string): Verdict => ({ code, retryable: false, hint })
const passing = (code: string, hint: string): Verdict => ({ code, retryable: true, hint })

const UNAUTHORIZED = final('unauthorized', 'check its credentials')
const GONE = final('not_found', 'check the URL')
const CONFLICT = final('conflict', 'what it writes has changed, or is there already')
const SLOW = passing('timeout', 'the server gave up waiting')

const VERDICTS: ReadonlyMap<number, Verdict> = new Map([
  [401, UNAUTHORIZED],
  [403, UNAUTHORIZED],
  [407, UNAUTHORIZED],
  [404, GONE],
  [410, GONE],
  [408, SLOW],
  [504, SLOW],
  [409, CONFLICT],
  [412, CONFLICT],
  [413, final('too_large', 'send less')],
  [425, passing('unavailable', 'the server asks for a later attempt')],
  [429, passing('rate_limited', 'send fewer requests, or retry later')],
  [501, final('unavailable', 'the server does not support this method')],
  [505, final('unavailable', 'the server does not support HTTP/1.1')],
])

const judge = (status: number): Verdict =>
  VERDICTS.get(status) ??
  (status >= 500
    ? passing('unavailable', 'the server has a problem of its own')
    : final('invalid_input', 'the server does not accept the request'))

/** @param nowMs Epoch milliseconds, for a Retry-After that is a date. */
export const toStatusFault = (response: HttpResponse, { method, nowMs }: { method: string; nowMs: number }): Fault => {
  const { status, headers, url } = response
  const { code, retryable, hint } = judge(status)
  const details: JsonObject = { status, url: formatUrl(url) }
  const retryAfterMs = parseRetryAfter(headers['retry-after'], nowMs)
  if (retryAfterMs !== undefined) details.retry_after_ms = retryAfterMs
  const snippet = toSnippet(response)
  if (snippet !== '') details.body = snippet
  return new Fault(code, `${formatTarget({ method, url })} answered ${status}: ${hint}`, { retryable, details })
}

const toSnippet = ({ headers, body }: HttpResponse): string => {
  const type = headers['content-type'] ?? ''
  if (!/^(text\/|application\/([\w.-]+\+)?(json|xml)|$)/i.test(type)) return ''
  return decodeText(body, type).slice(0, SNIPPET_LENGTH).toWellFormed()
}
