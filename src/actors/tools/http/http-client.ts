/**
 * A small client over node:http, which takes a fifth of the time of `fetch` on a kept connection. It owns the agents and their idle
 * connections.
 *
 * 1. It sends each request once. A redirect is a new request. The caller retries a lost one.
 * 2. One stop signal, made of the caller's signal and the limits of time (call-stop.ts), ends a call at any point, name resolution and
 *    body included. A call that was stopped has no answer, even where its body seems to have ended.
 * 3. A call releases its resources before it settles.
 */
import { type Agent, type IncomingMessage, type OutgoingHttpHeaders, request as sendHttp } from 'node:http'
import { request as sendHttps } from 'node:https'
import type { Duplex } from 'node:stream'
import { Fault } from '../../../core/fault.ts'
import { type AllowList, parseAllowList } from './allow-list.ts'
import { armStop, type CallLimits, type CallStop } from './call-stop.ts'
import { assertReachableLiteral, createGuardedAgent } from './guarded-agent.ts'
import type { HttpRequest } from './http-request.ts'
import { type HttpResponse, joinHeaders } from './http-response.ts'
import { isRedirection, MAX_REDIRECTS, toRedirected } from './redirect.ts'
import { readBody } from './response-body.ts'
import { formatTarget, toTransportFault } from './transport-fault.ts'

const CONNECT_TIMEOUT_MS = 10_000
const MAX_HEADER_BYTES = 32_768

export interface HttpLimits extends CallLimits {
  maxBytes: number
  followRedirects: boolean
  /** True: a redirect to another origin gets the body too. */
  redirectsBody: boolean
  /** True: the body of a response with this status is read whole. */
  accepts(status: number): boolean
}

export class HttpClient {
  readonly #allow: AllowList
  readonly #agents: { 'http:': Agent; 'https:': Agent }

  constructor(allow: readonly string[], { connectTimeoutMs = CONNECT_TIMEOUT_MS } = {}) {
    this.#allow = parseAllowList(allow)
    const options = { allow: this.#allow, connectTimeoutMs }
    this.#agents = {
      'http:': createGuardedAgent('http:', options),
      'https:': createGuardedAgent('https:', options),
    }
  }

  /**
   * Sends a request and follows its redirects. A response with any status is returned.
   * @throws Fault `timeout`, `unavailable`, `address_blocked` (a forbidden address), `too_large`; Cancelled
   */
  async send(request: HttpRequest, limits: HttpLimits): Promise<HttpResponse> {
    const stop = armStop(request, limits)
    try {
      const response = await this.#follow(request, { limits, stop })
      if (stop.signal.aborted) throw stop.signal.reason
      return response
    } catch (error) {
      throw stop.signal.aborted ? stop.signal.reason : toTransportFault(error, request)
    } finally {
      stop.disarm()
    }
  }

  /** Closes idle connections. Those in use end with their calls. */
  close(): void {
    this.#agents['http:'].destroy()
    this.#agents['https:'].destroy()
  }

  async #follow(first: HttpRequest, call: Call): Promise<HttpResponse> {
    const { followRedirects, redirectsBody } = call.limits
    let request = first
    for (let redirects = 0; ; redirects++) {
      const response = await this.#exchange(request, call)
      const next = followRedirects ? toRedirected(request, response, { redirectsBody }) : undefined
      if (next === undefined) return response
      if (redirects === MAX_REDIRECTS)
        throw new Fault('tool_failed', `${formatTarget(first)} redirects more than ${MAX_REDIRECTS} times`)
      request = next
    }
  }

  async #exchange(request: HttpRequest, { limits, stop }: Call): Promise<HttpResponse> {
    assertReachableLiteral(request.url, this.#allow)
    const message = await this.#open(request, stop)
    stop.awaitBody()
    const status = message.statusCode ?? 0
    const isRedirect = limits.followRedirects && isRedirection(status) && message.headers.location !== undefined
    const cut = isRedirect || !limits.accepts(status)
    const body = await readBody(message, { maxBytes: limits.maxBytes, cut, onPiece: stop.awaitBody })
    stop.endBody()
    return { status, headers: joinHeaders(message.headers), body, url: request.url }
  }

  #open(request: HttpRequest, stop: CallStop): Promise<IncomingMessage> {
    const { method, url, headers, body } = request
    const secure = url.protocol === 'https:'
    const outgoing: OutgoingHttpHeaders = Object.fromEntries(headers)
    if (body !== undefined || method === 'POST' || method === 'PUT' || method === 'PATCH')
      outgoing['content-length'] = body?.length ?? 0
    return new Promise((resolve, reject) => {
      const agent = this.#agents[secure ? 'https:' : 'http:']
      const options = { method, headers: outgoing, agent, signal: stop.signal, maxHeaderSize: MAX_HEADER_BYTES }
      const sent = (secure ? sendHttps : sendHttp)(url, options)
      // The listener stays for the life of the request. An error after the response belongs to the body.
      sent.on('error', reject)
      const refuse = (socket: Duplex): void => {
        socket.destroy()
        const problem = 'answered 101: it switches to another protocol, and http tools speak HTTP alone'
        reject(new Fault('tool_failed', `${formatTarget(request)} ${problem}`))
      }
      sent.on('response', (message) => {
        // An answer may come before the whole request is sent.
        sent.off('finish', stop.awaitHeaders)
        if (message.statusCode === 101) refuse(message.socket)
        else resolve(message)
      })
      // Without a listener the socket would be closed in silence, and the call would wait for its deadline.
      sent.on('upgrade', (_, socket) => refuse(socket))
      sent.on('finish', stop.awaitHeaders)
      sent.end(body)
    })
  }
}

interface Call {
  limits: HttpLimits
  stop: CallStop
}
