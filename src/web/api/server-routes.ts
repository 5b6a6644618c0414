/** Shows the registered workflows, and tells load balancers how the server is. */
import { toTime } from '../../service/views/time.ts'
import type { Store } from '../../store/store.ts'
import { LIST, OPEN, reaches } from './access.ts'
import { type Api, answers, route } from './routing.ts'
import { Health, WorkflowList } from './schemas.ts'
import type { ApiServices } from './services.ts'

const workflowsRoute = route(LIST, {
  method: 'get',
  path: '/api/v1/workflows',
  summary: 'List the registered workflows, each with its newest version',
  responses: { 200: answers('By name.', WorkflowList) },
})

const healthRoute = route(OPEN, {
  method: 'get',
  path: '/healthz',
  summary: 'Tell that the process answers',
  responses: { 200: answers('It does.', Health) },
})

const readyRoute = route(OPEN, {
  method: 'get',
  path: '/readyz',
  summary: 'Tell if the server takes requests: its database answers, and it is not stopping',
  responses: { 200: answers('It does.', Health), 503: answers('It does not.', Health) },
})

export const addServerRoutes = (api: Api, { store, isReady }: ApiServices): void => {
  api.openapi(workflowsRoute, async (c) => {
    const reached = (await store.listWorkflows()).filter(({ workflow }) => reaches(c.get('caller'), workflow))
    const workflows = reached.map(({ workflow, version, definition, registeredAt }) => ({
      workflow,
      version,
      definition,
      registered_at: toTime(registeredAt),
    }))
    return c.json({ workflows }, 200)
  })
  api.openapi(healthRoute, (c) => c.json({ status: 'ok' }, 200))
  api.openapi(readyRoute, async (c) =>
    isReady() && (await answersNow(store)) ? c.json({ status: 'ok' }, 200) : c.json({ status: 'not ready' }, 503),
  )
}

const answersNow = (store: Store): Promise<boolean> =>
  store.readClock().then(
    () => true,
    () => false,
  )
