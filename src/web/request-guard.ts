/**
 * Judges each request before a route sees it: its Host (a name that resolves to this machine must not lend a page its rights: DNS
 * rebinding), its Origin (no page of another site), and the form of its body.
 */
import type { HonoRequest, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { LIMITS } from '../core/limits.ts'
import { formatSize } from '../core/size.ts'
import { Problem, wrongType } from './api/problem.ts'

/** The largest input of a run, and room for the workflow around it. */
const MOST_BYTES = LIMITS.context.most + 2 * 1024 ** 2

export const guardRequests =
  ({ isLoopback }: { isLoopback: boolean }): MiddlewareHandler =>
  async ({ req }, next) => {
    const host = req.header('host') ?? ''
    // Beyond loopback each request proves by a token that no page has lent it its rights.
    if (isLoopback && !isThisMachine(host))
      throw new Problem({
        status: 421,
        code: 'wrong_host',
        detail: `the host '${host}' is not this server`,
        hint: 'use 127.0.0.1 or localhost',
      })
    const origin = req.header('origin')
    if (origin !== undefined && URL.parse(origin)?.host !== host)
      throw new Problem({
        status: 403,
        code: 'wrong_origin',
        detail: `pages of '${origin}' may not use this server`,
        hint: 'programs send no Origin',
      })
    if (req.method !== 'GET' && hasBody(req) && !/^application\/json\s*(;|$)/i.test(req.header('content-type') ?? ''))
      throw wrongType(req.header('content-type'))
    await next()
  }

/** Answers are for the client that asked, as what they say they are. */
export const markAnswers: MiddlewareHandler = async (c, next) => {
  await next()
  // The headers of the answer itself: to add them through the context copies the answer, and its body becomes a stream.
  const { headers } = c.res
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
  headers.set('x-content-type-options', 'nosniff')
}

const tooLarge = (): Problem =>
  new Problem({
    status: 413,
    code: 'too_large',
    detail: `the body is larger than ${formatSize(MOST_BYTES)}`,
    hint: 'let a step read large data, by files.read or http.get',
  })

const limit = bodyLimit({
  maxSize: MOST_BYTES,
  onError: () => {
    throw tooLarge()
  },
})

/** Refuses a body by its length, or else while it is read, so that a large one takes no memory. */
export const limitBodies: MiddlewareHandler = (c, next) => {
  if (!hasBody(c.req)) return next()
  if (c.req.header('transfer-encoding') !== undefined) return limit(c, next)
  // The parser of HTTP reads no more than this. `limit` would make a stream of the body, which takes longer than reading most bodies.
  if (Number(c.req.header('content-length')) > MOST_BYTES) throw tooLarge()
  return next()
}

const isThisMachine = (host: string): boolean => {
  const name = URL.parse(`http://${host}`)?.hostname ?? ''
  return name === 'localhost' || name === '[::1]' || /^127(\.\d+){3}$/.test(name)
}

const hasBody = (req: HonoRequest): boolean =>
  req.header('transfer-encoding') !== undefined || Number(req.header('content-length') ?? 0) > 0
