/** Tells load balancers how the server is. */

import { z } from '@hono/zod-openapi'
import type { Store } from '../../store/store.ts'
import { OPEN, READ } from './access.ts'
import { type Api, answers, route } from './routing.ts'
import { Health } from './schemas.ts'
import type { ApiServices } from './services.ts'

const healthRoute = route(OPEN, {
  method: 'get',
  path: '/healthz',
  operationId: 'getHealth',
  summary: 'Tell that the process answers',
  responses: { 200: answers('It does.', Health) },
})

const readyRoute = route(OPEN, {
  method: 'get',
  path: '/readyz',
  operationId: 'getReadiness',
  summary: 'Tell if the server takes requests: its database answers, and it is not stopping',
  responses: { 200: answers('It does.', Health), 503: answers('It does not.', Health) },
})

const metricsRoute = route(READ, {
  method: 'get',
  path: '/metrics',
  operationId: 'getMetrics',
  summary: 'Read the metrics of the server',
  responses: {
    200: {
      description: 'Metrics, in the form that Prometheus reads.',
      content: { 'text/plain': { schema: z.string() } },
    },
  },
})

export const addServerRoutes = (api: Api, { store, isReady, meter }: ApiServices): void => {
  api.openapi(healthRoute, (c) => c.json({ status: 'ok' }, 200))
  api.openapi(metricsRoute, async (c) => {
    const { type, text } = await meter.read()
    return c.text(text, 200, { 'content-type': type })
  })
  api.openapi(readyRoute, async (c) =>
    isReady() && (await answersNow(store)) ? c.json({ status: 'ok' }, 200) : c.json({ status: 'not ready' }, 503),
  )
}

const answersNow = (store: Store): Promise<boolean> =>
  store.readClock().then(
    () => true,
    () => false,
  )
