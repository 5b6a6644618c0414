/** Reports the cost of model calls, where the time of runs went, and what failed. */
import { z } from '@hono/zod-openapi'
import { findRun } from '../../service/control/find-run.ts'
import { type FailedEntry, listFailedInbox } from '../../service/history/failed-inbox.ts'
import { reportCosts } from '../../service/reports/cost-report.ts'
import { DEFAULT_PROFILED, profileRun, profileWorkflow } from '../../service/reports/profile/profile-of.ts'
import { toFailedEntryJson } from '../../service/views/failed-json.ts'
import { USAGE_GROUPS } from '../../store/store.ts'
import { LIST, READ, reaches, toReachedFilter } from './access.ts'
import { CostReport, FailedInbox, Profile } from './report-schemas.ts'
import { type Api, answers, route, withoutMissing } from './routing.ts'
import { runParams } from './run-routes.ts'
import type { ApiServices } from './services.ts'

/** `model,day` */
const GROUP_LIST = new RegExp(`^(${USAGE_GROUPS.join('|')})(,(${USAGE_GROUPS.join('|')}))*$`)

const since = z.iso.datetime({ offset: true }).optional()

const costRoute = route(LIST, {
  method: 'get',
  path: '/api/v1/reports/cost',
  operationId: 'getCostReport',
  summary: 'Report the cost of model calls',
  request: {
    query: z.object({
      by: z
        .string()
        .regex(GROUP_LIST, { error: `expected names between commas: ${USAGE_GROUPS.join(', ')}` })
        .default('model')
        .describe('Groups of the rows, between commas.'),
      since: since.describe('Calls that ended then or later.'),
      workflow: z.string().optional(),
    }),
  },
  responses: { 200: answers('By cost, the highest first; days in their order.', CostReport) },
})

const runProfileRoute = route(READ, {
  method: 'get',
  path: '/api/v1/runs/{run}/profile',
  operationId: 'getRunProfile',
  summary: 'Report where the time of a run went',
  request: { params: runParams },
  responses: { 200: answers('The profile.', Profile) },
})

const MOST_PROFILED = 200

const workflowProfileRoute = route(READ, {
  method: 'get',
  path: '/api/v1/workflows/{workflow}/profile',
  operationId: 'getWorkflowProfile',
  summary: 'Report where the time of the last completed runs of a workflow went',
  request: {
    params: z.object({ workflow: z.string() }),
    query: z.object({ limit: z.coerce.number().int().min(1).max(MOST_PROFILED).default(DEFAULT_PROFILED) }),
  },
  responses: { 200: answers('The profile of all of them.', Profile) },
})

const failedRoute = route(LIST, {
  method: 'get',
  path: '/api/v1/failed',
  operationId: 'listFailed',
  summary: 'List failed runs and slots of schedules that are not handled yet',
  request: {
    query: z.object({
      workflow: z.string().optional(),
      since: since.describe('Ended then or later.'),
      all: z.enum(['true', 'false']).optional().describe('`true`: include runs that were restarted, rerun or forked.'),
    }),
  },
  responses: { 200: answers('Grouped by workflow, fault and step.', FailedInbox) },
})

export const addReportRoutes = (api: Api, { store, catalogue }: ApiServices): void => {
  api.openapi(costRoute, async (c) => {
    const { by, since, workflow } = c.req.valid('query')
    const query = { workflow: toReachedFilter(c.get('caller'), workflow), since: toMs(since) }
    const groups = USAGE_GROUPS.filter((group) => by.split(',').includes(group))
    return c.json(await reportCosts(store, { by: groups, ...withoutMissing(query) }), 200)
  })
  api.openapi(runProfileRoute, async (c) =>
    c.json(await profileRun(await findRun(store, c.req.valid('param').run), { store, catalogue }), 200),
  )
  api.openapi(workflowProfileRoute, async (c) => {
    const { limit } = c.req.valid('query')
    return c.json(await profileWorkflow(c.req.valid('param').workflow, { store, catalogue, limit }), 200)
  })
  api.openapi(failedRoute, async (c) => {
    const { workflow, since, all } = c.req.valid('query')
    const query = withoutMissing({ workflow, since: toMs(since) })
    const entries = await listFailedInbox(store, { ...query, withHandled: all === 'true' })
    const reached = entries.filter((entry) => reaches(c.get('caller'), entry.workflow))
    return c.json({ failed: reached.map((entry) => ({ ...toFailedEntryJson(entry), ...toActs(entry) })) }, 200)
  })
}

const toMs = (time: string | undefined): number | undefined => (time === undefined ? undefined : Date.parse(time))

/** Requests that deal with an entry. */
const toActs = ({ workflow, code, step, schedule }: FailedEntry) => {
  if (schedule === null)
    return {
      rerun: { path: '/api/v1/reruns', body: { workflow, fault: code, ...(step !== null && { step }) } },
      dismiss: null,
    }
  const path = `/api/v1/schedules/${schedule}`
  const body = { fault: code }
  return { rerun: { path: `${path}/retry`, body }, dismiss: { path: `${path}/dismiss`, body } }
}
