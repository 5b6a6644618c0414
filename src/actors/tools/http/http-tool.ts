import type { Actor, ActorContext, ActorDescription } from '../../../core/actor.ts'
import type { JsonValue } from '../../../core/json.ts'
import { defineTool } from '../define-tool.ts'
import { toBodyValue } from './body-value.ts'
import type { HttpClient } from './http-client.ts'
import { buildRequest, type HttpToolInput } from './http-request.ts'
import { toStatusFault } from './response-fault.ts'

const DEFAULT_MAX_BYTES = 10 * 1024 ** 2

type HttpToolOutput = { status: number; headers: Record<string, string>; body: JsonValue; url: string }

export interface HttpToolOptions {
  client: HttpClient
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
      followRedirects: input.follow_redirects ?? true,
      accepts,
    })
    if (!accepts(response.status)) throw toStatusFault(response, { method, nowMs: now() })
    const body = await toBodyValue(response, { expect: input.expect ?? 'auto', context })
    return { status: response.status, headers: response.headers, body, url: response.url.href }
  })
