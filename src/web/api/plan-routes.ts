/** Estimates the cost of a workflow before it runs. */
import { z } from '@hono/zod-openapi'
import { findTypicalCost } from '../../service/forecast/typical-cost.ts'
import { toPlanJson, toTypicalCostJson } from '../../service/views/plan-json.ts'
import { expectReach, expectScope, READ, type RouteAccess } from './access.ts'
import { Plan, PlanBody, TypicalCost } from './plan-schemas.ts'
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

const typicalRoute = route(READ, {
  method: 'get',
  path: '/api/v1/workflows/{workflow}/typical-cost',
  operationId: 'getTypicalCost',
  summary: 'Tell the cost of past runs of a workflow, which need not be registered',
  request: {
    params: z.object({ workflow: z.string() }),
    query: z.object({
      definition: z.string().optional().describe('SHA-256 of a version: its runs, or those of others if it has none.'),
    }),
  },
  responses: { 200: answers('Of the last 100 runs that completed.', TypicalCost) },
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
  api.openapi(typicalRoute, async (c) => {
    const { workflow } = c.req.valid('param')
    const { definition: hash = '' } = c.req.valid('query')
    const typical = await findTypicalCost(services.store, { name: workflow, hash })
    return c.json({ workflow, typical: typical === undefined ? null : toTypicalCostJson(typical) }, 200)
  })
}
