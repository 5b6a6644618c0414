import type { Actor, ActorContext, ActorDescription } from '../../../core/actor.ts'
import type { JsonValue } from '../../../core/json.ts'
import { defineTool } from '../define-tool.ts'
import { parseForeignJson } from '../parse-foreign-json.ts'
import type { HttpClient } from './http-client.ts'
import { BODY_TIMEOUT_MS, HEADER_TIMEOUT_MS } from './http-description.ts'
import { buildRequest, type HttpToolInput } from './http-request.ts'
import { decodeText, type HttpResponse } from './http-response.ts'
import { toStatusFault } from './response-fault.ts'

const DEFAULT_MAX_BYTES = 10 * 1024 ** 2

type HttpToolOutput = { status: number; headers: Record<string, string>; body: JsonValue; url: string }

export interface HttpToolOptions {
  client: Pick<HttpClient, 'send'>
  now(): number
}

/** Makes one of the http tools. Its method is the last part of its name; `http.request` has it in the input. */
export const createHttpTool = (description: ActorDescription, { client, now }: HttpToolOptions): Actor =>
  defineTool(description, async (input: HttpToolInput, context: ActorContext): Promise<HttpToolOutput> => {
    const method = input.method ?? description.name.slice('http.'.length).toUpperCase()
    const accepts = (status: number): boolean => status < 400 || (input.accept_status ?? []).includes(status)
    const response = await client.send(buildRequest(method, input, context), {
      signal: context.signal,
      timeoutMs: context.deadline - now(),
      maxBytes: input.max_bytes ?? DEFAULT_MAX_BYTES,
      headerTimeoutMs: input.header_timeout_ms ?? HEADER_TIMEOUT_MS,
      bodyTimeoutMs: input.body_timeout_ms ?? BODY_TIMEOUT_MS,
      followRedirects: input.follow_redirects ?? true,
      redirectsBody: input.redirects?.body ?? false,
      accepts,
    })
    if (!accepts(response.status)) throw toStatusFault(response, { method, nowMs: now() })
    const body = await toBodyValue(response, { expect: input.expect ?? 'auto', numbers: input.numbers, context })
    return { status: response.status, headers: response.headers, body, url: response.url.href }
  })

type Expectation = NonNullable<HttpToolInput['expect']>

const JSON_TYPE = /^application\/([\w.-]+\+)?json$/
const TEXT_TYPE =
  /^(text\/.*|application\/([\w.-]+\+)?(xml|yaml|javascript|x-www-form-urlencoded|x-ndjson|graphql|sql)|)$/

/**
 * Makes parsed JSON (null for an empty body), text, or a blob in the store.
 * @throws Fault `invalid_output` for a body that is declared as JSON and is not, `unsafe_number` for a number that would lose digits
 */
const toBodyValue = async (
  response: HttpResponse,
  { expect, numbers, context }: { expect: Expectation; numbers: HttpToolInput['numbers']; context: ActorContext },
): Promise<JsonValue> => {
  const header = response.headers['content-type'] ?? ''
  const mediaType = (header.split(';')[0] ?? '').trim().toLowerCase()
  const { body, url } = response
  switch (expect === 'auto' ? expectationOf(mediaType, response) : expect) {
    case 'json':
      if (body.length === 0) return null
      return parseForeignJson(decodeText(body, header), { subject: url.pathname, numbers, signal: context.signal })
    case 'text':
      return decodeText(body, header)
    default:
      return context.blob({
        bytes: body,
        media_type: mediaType || 'application/octet-stream',
        name: url.pathname.split('/').at(-1) || 'body',
      })
  }
}

const expectationOf = (mediaType: string, { body }: HttpResponse): Exclude<Expectation, 'auto'> => {
  if (JSON_TYPE.test(mediaType)) return 'json'
  return TEXT_TYPE.test(mediaType) || body.length === 0 ? 'text' : 'blob'
}
