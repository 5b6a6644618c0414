/** Lists the events that runs have emitted. */
import { z } from '@hono/zod-openapi'
import { findRun } from '../../service/control/find-run.ts'
import { toCloudEventJson } from '../../service/views/cloud-event-json.ts'
import { expectReach, LIST, toReachedFilter } from './access.ts'
import { EmittedEvents } from './emitted-schemas.ts'
import { type Api, answers, route, withoutMissing } from './routing.ts'
import type { ApiServices } from './services.ts'

const DEFAULT_LIMIT = 100
const MOST_LISTED = 500

const emittedRoute = route(LIST, {
  method: 'get',
  path: '/api/v1/emitted-events',
  operationId: 'listEmittedEvents',
  summary: 'List the events that runs have emitted, in their order',
  request: {
    query: z.object({
      type: z.string().optional(),
      run: z.string().optional().describe('The id of a run, or the beginning or end of one.'),
      workflow: z.string().optional(),
      since: z.iso.datetime({ offset: true }).optional().describe('Emitted then or later.'),
      until: z.iso.datetime({ offset: true }).optional().describe('Emitted earlier.'),
      after: z.coerce.number().int().min(0).optional().describe('`next` of the page before.'),
      limit: z.coerce.number().int().min(1).max(MOST_LISTED).default(DEFAULT_LIMIT),
    }),
  },
  responses: { 200: answers('A page of events, as CloudEvents 1.0.', EmittedEvents) },
})

export const addEmittedRoutes = (api: Api, { store }: ApiServices): void => {
  api.openapi(emittedRoute, async (c) => {
    const { run: named, since, until, limit, workflow, ...filter } = c.req.valid('query')
    const caller = c.get('caller')
    const run = named === undefined ? undefined : await findRun(store, named)
    if (run !== undefined) expectReach(caller, run.workflow)
    const reached = run === undefined ? toReachedFilter(caller, workflow) : workflow
    const found = await store.listEvents({
      ...withoutMissing({ ...filter, run: run?.id, workflow: reached }),
      ...(since !== undefined && { since: Date.parse(since) }),
      ...(until !== undefined && { until: Date.parse(until) }),
      limit: limit + 1,
    })
    const events = found.slice(0, limit)
    const next = found.length > limit ? (events.at(-1)?.order ?? null) : null
    return c.json({ events: events.map(toCloudEventJson), next }, 200)
  })
}
