/** Estimates the cost of a workflow before it runs. */
import { toPlanJson } from '../../service/views/plan-json.ts'
import { expectReach, expectScope, type RouteAccess } from './access.ts'
import { Plan, PlanBody } from './plan-schemas.ts'
import { orInvalidWorkflow } from './problem.ts'
import { type Api, answers, body, route } from './routing.ts'
import type { ApiServices } from './services.ts'

/** The workflow is in the body. */
const PLAN: RouteAccess = { scope: 'read', filters: true }

const planRoute = route(PLAN, {
  method: 'post',
  path: '/api/v1/workflows/plan',
  operationId: 'planWorkflow',
  summary: 'Estimate the cost of a workflow before it runs',
  request: { body: body(PlanBody) },
  responses: { 200: answers('The plan. Nothing is called, and nothing is stored.', Plan) },
})

export const addPlanRoutes = (api: Api, services: ApiServices): void => {
  api.openapi(planRoute, async (c) => {
    const { workflow = '', source, input, models = {} } = c.req.valid('json')
    const caller = c.get('caller')
    if (source !== undefined) expectScope(caller, 'author')
    else expectReach(caller, workflow)
    const from = source === undefined ? { workflow } : { source }
    const pointer = source === undefined ? '/workflow' : '/source'
    const plan = await orInvalidWorkflow(() => services.plan({ from, input, models }), pointer)
    return c.json(toPlanJson(plan), 200)
  })
}
