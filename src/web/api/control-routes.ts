/** Cancels and pauses runs, and sends events to them. */
import { toUntouched } from '../../service/control/cancel-run.ts'
import { findRun } from '../../service/control/find-run.ts'
import { matchRuns } from '../../service/control/match-runs.ts'
import { pauseRun } from '../../service/control/pause-run.ts'
import { sendSignal } from '../../service/control/send-signal.ts'
import { toCancelledJson, toPausedJson, toSignalledJson } from '../../service/views/control-json.ts'
import { toShownStatus } from '../../service/views/shown-status.ts'
import { DECIDE, type RouteAccess, reaches, STEER } from './access.ts'
import { Problem } from './problem.ts'
import { type Api, answers, body, route } from './routing.ts'
import { runParams } from './run-routes.ts'
import { Cancelled, MatchSignalBody, Paused, SignalBody, Signalled } from './schemas.ts'
import type { ApiServices } from './services.ts'

/** Stands in journals as the one that asked, where no tokens are asked. */
const UNNAMED = 'http'

const cancelRoute = route(STEER, {
  method: 'post',
  path: '/api/v1/runs/{run}/cancel',
  operationId: 'cancelRun',
  summary: 'Cancel a run and its child runs',
  request: { params: runParams },
  responses: { 200: answers('The run as it is now.', Cancelled) },
})

const pauseRoute = (kind: 'pause' | 'unpause') =>
  route(STEER, {
    method: 'post',
    path: `/api/v1/runs/{run}/${kind}`,
    operationId: `${kind}Run`,
    summary: kind === 'pause' ? 'Start no new step of a run' : 'Let a paused run go on',
    request: { params: runParams },
    responses: { 200: answers('`done` is false while no server has obeyed yet.', Paused) },
  })

const signalRoute = route(DECIDE, {
  method: 'post',
  path: '/api/v1/runs/{run}/signals',
  operationId: 'sendSignal',
  summary: 'Send an event to a run',
  request: { params: runParams, body: body(SignalBody) },
  responses: { 202: answers('The event is kept, also if the run does not wait for it yet.', Signalled) },
})

/** The condition is in the body: it meets only runs that the client reaches. */
const MATCHED: RouteAccess = { scope: 'decide', filters: true }

const matchRoute = route(MATCHED, {
  method: 'post',
  path: '/api/v1/signals',
  operationId: 'sendSignalToMatching',
  summary: 'Send an event to each run that has not ended and matches a condition',
  request: { body: body(MatchSignalBody) },
  responses: { 202: answers('The event is kept for each of them. There may be none.', Signalled) },
})

export const addControlRoutes = (api: Api, { store, vault, cancel }: ApiServices): void => {
  api.openapi(cancelRoute, async (c) => {
    const found = await findRun(store, c.req.valid('param').run)
    const wasOver = found.status !== 'running'
    const end = wasOver ? toUntouched(found) : await cancel(found.id, c.get('caller')?.name ?? UNNAMED)
    return c.json(toCancelledJson(end, { wasOver }), 200)
  })
  for (const kind of ['pause', 'unpause'] as const)
    api.openapi(pauseRoute(kind), async (c) => {
      const found = await findRun(store, c.req.valid('param').run)
      return c.json(toPausedJson(await pauseRun(store, found.id, { kind, by: c.get('caller')?.name ?? UNNAMED })), 200)
    })
  api.openapi(signalRoute, async (c) => {
    const { event, data = null, id } = c.req.valid('json')
    const run = await findRun(store, c.req.valid('param').run)
    if (run.status !== 'running')
      throw new Problem({ status: 409, code: 'conflict', detail: `run ${run.id} is over: it is ${run.status}` })
    const sent = await sendSignal(store, [run], { event, data, id, vault })
    return c.json(toSignalledJson(event, sent), 202)
  })
  api.openapi(matchRoute, async (c) => {
    const { match, event, data = null, id } = c.req.valid('json')
    const matched = await matchRuns(store, match, { statusOf: toShownStatus })
    const runs = matched.filter(({ workflow }) => reaches(c.get('caller'), workflow))
    return c.json(toSignalledJson(event, await sendSignal(store, runs, { event, data, id, vault })), 202)
  })
}
