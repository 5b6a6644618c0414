/** Servers that the http tools of a run reach without a network: each answer is planned, and each request is noted. */
import { HTTP_DESCRIPTIONS } from '../../src/actors/tools/http/http-description.ts'
import type { HttpRequest } from '../../src/actors/tools/http/http-request.ts'
import type { HttpResponse } from '../../src/actors/tools/http/http-response.ts'
import { createHttpTool } from '../../src/actors/tools/http/http-tool.ts'
import { Cancelled } from '../../src/core/cancelled.ts'
import type { JsonValue } from '../../src/core/json.ts'
import type { OwnActor } from '../../src/service/own-actor.ts'
import { formatWhen } from './format-when.ts'
import type { ManualClock } from './manual-clock.ts'

export interface StubAnswer {
  /** Default 200. */
  status?: number
  /** Default: an empty body. */
  body?: JsonValue
  headers?: Record<string, string>
  /** How long the server takes, in milliseconds. Default: no time at all. */
  takesMs?: number
}

/** By `POST shop.example/orders`. Of a list the first call gets the first answer, and the last answer serves all further calls. */
export type StubAnswers = Readonly<Record<string, StubAnswer | readonly StubAnswer[]>>

export interface StubWeb {
  /** The http tools, in place of the built-in ones. */
  actors: readonly OwnActor[]
  /** Requests in their order: `POST shop.example/orders?q=1 {"n":1} at 30s`; without a time: at the start. */
  calls: string[]
  /** Headers of each request that are not the same for all of them. */
  headers: Record<string, string>[]
  /** Requests whose answers wait for the clock. */
  readonly pending: number
}

/** A request without a planned answer is answered with 204. */
export const createStubWeb = (answers: StubAnswers, clock: ManualClock): StubWeb => {
  const startMs = clock.now()
  const calls: string[] = []
  const headers: Record<string, string>[] = []
  const counts = new Map<string, number>()
  let pending = 0
  const answer = (name: string): StubAnswer => {
    const planned = [answers[name] ?? { status: 204 }].flat()
    const nth = counts.get(name) ?? 0
    counts.set(name, nth + 1)
    return planned[Math.min(nth, planned.length - 1)] ?? {}
  }
  const send = async (request: HttpRequest, { signal }: { signal: AbortSignal }): Promise<HttpResponse> => {
    const { method, url, body } = request
    const sent = body === undefined ? '' : ` ${body}`
    calls.push(`${method} ${url.host}${url.pathname}${url.search}${sent}${formatWhen(clock.now() - startMs)}`)
    headers.push(ownHeaders(request))
    const { takesMs = 0, ...given } = answer(`${method} ${url.host}${url.pathname}`)
    pending++
    try {
      if (takesMs > 0) await pass(takesMs, { clock, signal })
    } finally {
      pending--
    }
    return toResponse(given, url)
  }
  const options = { client: { send }, now: () => clock.now() }
  const actors = HTTP_DESCRIPTIONS.map((description) => ({
    ...createHttpTool(description, options),
    kind: 'tool' as const,
  }))
  return {
    actors,
    calls,
    headers,
    get pending() {
      return pending
    },
  }
}

const SAME_FOR_ALL = ['accept', 'accept-encoding', 'user-agent', 'content-type']

const ownHeaders = ({ headers }: HttpRequest): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => !SAME_FOR_ALL.includes(name)))

const pass = (ms: number, { clock, signal }: { clock: ManualClock; signal: AbortSignal }): Promise<void> =>
  new Promise((resolve, reject) => {
    const disarm = clock.wakeAt(clock.now() + ms, resolve)
    signal.addEventListener('abort', () => {
      disarm()
      reject(new Cancelled())
    })
  })

const toResponse = ({ status = 200, body, headers = {} }: StubAnswer, url: URL): HttpResponse => ({
  status,
  headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
  body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
  url,
})
