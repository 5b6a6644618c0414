/** Measures requests: each answer by the pattern of its path, and the streams of events that are open. */
import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { ApiEnv } from './api/access.ts'
import type { HttpMeter } from './api/services.ts'

/** Other texts of clients are no part of a log. */
const IS_NAME = /^[\w-]{1,80}$/

export const measureRequests =
  ({ answered, streaming }: HttpMeter): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    const begun = performance.now()
    await next()
    const { status, headers } = c.res
    const path = routePath(c, -1)
    const run = c.req.param('run')
    answered({
      method: c.req.method,
      // Only the guards of all paths match a path without a route.
      route: path.endsWith('*') ? 'none' : path,
      status,
      ...(run !== undefined && IS_NAME.test(run) && { run }),
      ms: performance.now() - begun,
    })
    if (headers.get('content-type')?.startsWith('text/event-stream')) c.env.outgoing.once('close', streaming())
  }
