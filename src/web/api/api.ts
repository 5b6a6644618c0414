/** The HTTP interface as a whole: guards, routes, and the OpenAPI document that is made from them. */
import { AllRunsFeed } from '../all-runs-feed.ts'
import { Logins } from '../logins.ts'
import { guardRequests, limitBodies, markAnswers } from '../request-guard.ts'
import { measureRequests } from '../request-meter.ts'
import { RunFeed } from '../run-feed.ts'
import { guardRoute, LIST } from './access.ts'
import { addApprovalRoutes } from './approval-routes.ts'
import { addControlRoutes } from './control-routes.ts'
import { addCopyRoutes } from './copy-routes.ts'
import { addDocsPage } from './docs-route.ts'
import { addEmittedRoutes } from './emitted-routes.ts'
import { addEventRoutes } from './event-routes.ts'
import { addHistoryRoutes } from './history-routes.ts'
import { addLinkRoutes } from './link-routes.ts'
import { addPlanRoutes } from './plan-routes.ts'
import { addReportRoutes } from './report-routes.ts'
import { type Api, createRouter, TOKEN } from './routing.ts'
import { addRunRoutes } from './run-routes.ts'
import { addScheduleRoutes } from './schedule-routes.ts'
import { addServerRoutes } from './server-routes.ts'
import type { ApiServices } from './services.ts'
import { addWorkflowRoutes } from './workflow-routes.ts'

export interface HttpInterface {
  api: Api
  /** Ends the streams of events. */
  stop(): Promise<void>
}

export interface InterfaceOptions {
  version: string
  /** Only programs of this machine reach it. */
  isLoopback: boolean
}

export const createHttpInterface = (
  services: ApiServices,
  { version, isLoopback }: InterfaceOptions,
): HttpInterface => {
  const api = createRouter(services.onProblem)
  const feeds = { one: new RunFeed(services), all: new AllRunsFeed(services) }
  const { store, clock } = services
  const logins = new Logins({ store, clock, isLoopback })
  api.use(measureRequests(services.meter))
  api.use(markAnswers)
  api.use(guardRequests({ isLoopback }), limitBodies, (c, next) => {
    c.set('logins', logins)
    c.set('store', store)
    return next()
  })
  api.openAPIRegistry.registerComponent('securitySchemes', TOKEN, { type: 'http', scheme: 'bearer' })
  addRunRoutes(api, services)
  addControlRoutes(api, services)
  addCopyRoutes(api, services)
  addHistoryRoutes(api, services)
  addEventRoutes(api, services, feeds)
  addEmittedRoutes(api, services)
  addApprovalRoutes(api, services)
  addLinkRoutes(api, services)
  addWorkflowRoutes(api, services)
  addPlanRoutes(api, services)
  addReportRoutes(api, services)
  addScheduleRoutes(api, services)
  addServerRoutes(api, services)
  api.use('/openapi.json', guardRoute(LIST))
  api.doc31('/openapi.json', toHead(version))
  addDocsPage(api, toHead(version))
  return {
    api,
    async stop() {
      await Promise.all([feeds.one.stop(), feeds.all.stop()])
    },
  }
}

/** The parts of the OpenAPI document beside the routes. */
const toHead = (version: string) => ({
  openapi: '3.1.0',
  info: { title: 'Troupe', version, license: { name: 'MIT', identifier: 'MIT' } },
  servers: [{ url: '/' }],
})
