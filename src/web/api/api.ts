/** The HTTP interface as a whole: guards, routes, and the OpenAPI document that is made from them. */
import { guardRequests, limitBodies } from '../request-guard.ts'
import { RunFeed } from '../run-feed.ts'
import { addApprovalRoutes } from './approval-routes.ts'
import { addControlRoutes } from './control-routes.ts'
import { addCopyRoutes } from './copy-routes.ts'
import { addEventRoutes } from './event-routes.ts'
import { addHistoryRoutes } from './history-routes.ts'
import { type Api, createRouter } from './routing.ts'
import { addRunRoutes } from './run-routes.ts'
import { addServerRoutes } from './server-routes.ts'
import type { ApiServices } from './services.ts'

export interface HttpInterface {
  api: Api
  /** Ends the streams of events. */
  stop(): Promise<void>
}

export const createHttpInterface = (services: ApiServices, { version }: { version: string }): HttpInterface => {
  const api = createRouter(services.onProblem)
  const feed = new RunFeed(services)
  api.use(guardRequests, limitBodies)
  addRunRoutes(api, services)
  addControlRoutes(api, services)
  addCopyRoutes(api, services)
  addHistoryRoutes(api, services)
  addEventRoutes(api, services, feed)
  addApprovalRoutes(api, services)
  addServerRoutes(api, services)
  api.doc31('/openapi.json', { openapi: '3.1.0', info: { title: 'Troupe', version }, servers: [{ url: '/' }] })
  return { api, stop: () => feed.stop() }
}
