/** Makes new runs from old ones, for a server: restarts, forks, reruns. */
import { z } from '@hono/zod-openapi'
import {
  changeInput,
  expectEnded,
  planForkOf,
  planRestart,
  type RunCopy,
  toForkCopy,
  withKey,
} from '../../service/control/copy-run.ts'
import { findRun } from '../../service/control/find-run.ts'
import { submitReruns } from '../../service/control/submit-reruns.ts'
import { listFailed } from '../../service/history/failed-runs.ts'
import { parseVisit } from '../../service/history/find-visit.ts'
import type { PastRun } from '../../service/history/past-run.ts'
import { toCopiedJson, toFailedRunJson, toForkPlanJson } from '../../service/views/copy-json.ts'
import { expectModels } from '../../service/workflows/model-overrides.ts'
import { ADMIN, AUTHOR, type Caller, STEER } from './access.ts'
import { Copied, FailedRunList, ForkBody, ForkPlan, RerunBody, RerunList, RestartBody } from './copy-schemas.ts'
import { linksOf } from './links.ts'
import { type Api, answers, body, optionalBody, route, withoutMissing } from './routing.ts'
import { runParams } from './run-routes.ts'
import { idempotencyKey } from './schemas.ts'
import type { ApiServices } from './services.ts'

/** The store keeps the key behind the kind and the id of the old run. */
const headers = z.object(idempotencyKey(200))

const restartRoute = route(STEER, {
  method: 'post',
  path: '/api/v1/runs/{run}/restart',
  operationId: 'restartRun',
  summary: 'Start an ended run again from the beginning, as a new run',
  request: { params: runParams, headers, body: optionalBody(RestartBody) },
  responses: { 202: answers('The new run is queued, and survives this server.', Copied) },
})

const forkRoute = route(AUTHOR, {
  method: 'post',
  path: '/api/v1/runs/{run}/fork',
  operationId: 'forkRun',
  summary: 'Start a new run in the middle of an old one',
  request: { params: runParams, headers, body: body(ForkBody) },
  responses: {
    200: answers('With `dry_run`: what would be copied.', ForkPlan),
    202: answers('The new run is queued, and survives this server.', Copied),
  },
})

const rerunRoute = route(ADMIN, {
  method: 'post',
  path: '/api/v1/reruns',
  operationId: 'rerunFailed',
  summary: 'Restart many failed runs, each once',
  request: { body: body(RerunBody) },
  responses: {
    200: answers('With `dry_run`: the runs that would be rerun.', FailedRunList),
    202: answers('The reruns are queued. The same request again repeats none of them.', RerunList),
  },
})

export const addCopyRoutes = (api: Api, services: ApiServices): void => {
  const { store, catalogue, projectCatalogue, clock, readPast } = services
  const find = async (id: string): Promise<PastRun> => readPast(await findRun(store, id))
  const begin = async (copy: RunCopy, caller: Caller) => {
    const submitted = await services.submitCopy(copy, caller?.name)
    return { ...toCopiedJson(submitted), links: linksOf(submitted.run.id) }
  }
  api.openapi(restartRoute, async (c) => {
    const past = await find(c.req.valid('param').run)
    expectEnded(past)
    const { input: changes } = c.req.valid('json')
    const input = changes && (await changeInput(past, changes))
    const copy = withKey(planRestart(past, { input }), c.req.valid('header')['idempotency-key'])
    return c.json(await begin(copy, c.get('caller')), 202)
  })
  api.openapi(forkRoute, async (c) => {
    const { from, input, models = {}, set = [], same_keys: sameKeys = false, dry_run: isDry } = c.req.valid('json')
    const past = await find(c.req.valid('param').run)
    expectModels(models, { workflow: past.stored.workflow, catalogue: projectCatalogue })
    const plan = await planForkOf(
      past,
      {
        from: { visit: 1, ...parseVisit(from) },
        models,
        set: set.map(({ step, output }) => ({ ...parseVisit(step), output })),
        sameKeys,
        ...(input !== undefined && { input: await changeInput(past, input) }),
      },
      { store, catalogue, now: clock.now() },
    )
    if (isDry === true) return c.json(toForkPlanJson(past.record, plan), 200)
    const request = { from, set, same_keys: sameKeys }
    const copy = withKey(toForkCopy(past, plan), c.req.valid('header')['idempotency-key'], request)
    return c.json(await begin(copy, c.get('caller')), 202)
  })
  api.openapi(rerunRoute, async (c) => {
    const { fault: code, since, limit, dry_run: isDry, ...filter } = c.req.valid('json')
    const found = await listFailed(store, {
      ...withoutMissing({ ...filter, code }),
      ...(since !== undefined && { since: Date.parse(since) }),
    })
    const runs = found.slice(0, limit)
    const left = found.length - runs.length
    if (isDry === true) return c.json({ runs: runs.map(toFailedRunJson), left }, 200)
    return c.json({ runs: await submitReruns(runs, { ...services, by: c.get('caller')?.name }), left }, 202)
  })
}
