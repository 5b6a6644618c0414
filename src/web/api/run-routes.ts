/** Submits runs, lists them, and shows what they did. */
import { z } from '@hono/zod-openapi'
import { splitAssignment } from '../../core/assignment.ts'
import { parseDuration } from '../../core/duration.ts'
import { findRun } from '../../service/control/find-run.ts'
import { findMissing, readServersFor } from '../../service/control/unfit-runs.ts'
import { selectRuns } from '../../service/history/select-runs.ts'
import { readShownRuns, toShownRun } from '../../service/history/shown-runs.ts'
import { readOpenWaits, readTracedRun } from '../../service/history/traced-run.ts'
import { toRunJson, toSubmittedJson, toTraceJson } from '../../service/views/run-json.ts'
import { SHOWN_STATUSES } from '../../service/views/shown-status.ts'
import type { RunRecord, Store } from '../../store/store.ts'
import { expectReach, expectScope, LIST, READ, SUBMIT, toReachedFilter } from './access.ts'
import { linksOf } from './links.ts'
import { orInvalidWorkflow, Problem } from './problem.ts'
import { type Api, answers, body, route, withoutMissing } from './routing.ts'
import { duration, idempotencyKey, Run, RunList, Submission, SubmitBody, Trace } from './schemas.ts'
import type { ApiServices } from './services.ts'

export const runParams = z.object({ run: z.string().describe('The id of a run, or the beginning or end of one.') })

/** Longest `?wait=`: proxies cut requests that take longer. */
const LONGEST_WAIT_MS = 60_000
const LOOK_EVERY_MS = 50

const DEFAULT_LIMIT = 50
const MOST_LISTED = 500

const submitRoute = route(SUBMIT, {
  method: 'post',
  path: '/api/v1/runs',
  operationId: 'submitRun',
  summary: 'Submit a run',
  request: {
    headers: z.object(idempotencyKey(255)),
    query: z.object({ wait: duration.optional().describe('Wait for the end of the run, at most 1m.') }),
    body: body(SubmitBody),
  },
  responses: {
    200: answers('It has ended within `wait`.', Submission),
    202: answers('It is queued, and survives this server.', Submission),
  },
})

const flag = z
  .enum(['true', 'false'])
  .transform((word) => word === 'true')
  .optional()

const condition = z.string().transform((text, { addIssue }) => {
  const found = splitAssignment(text)
  if (found !== undefined) return found
  addIssue({ code: 'custom', message: 'expected path=value, such as customer.id=42' })
  return z.NEVER
})
const conditions = z
  .union([condition.transform((one) => [one]), z.array(condition)])
  .optional()
  .openapi({ type: 'array', items: { type: 'string' } })

const listRoute = route(LIST, {
  method: 'get',
  path: '/api/v1/runs',
  operationId: 'listRuns',
  summary: 'List runs, newest first',
  request: {
    query: z.object({
      status: z
        .enum(['running', 'completed', 'failed', 'cancelled'])
        .optional()
        .describe('`running`: all that have not ended.'),
      shown: z.enum(SHOWN_STATUSES).optional().describe('By the status that an answer shows, in place of `status`.'),
      workflow: z.string().optional(),
      input: conditions.describe('Only with this value in the input, such as `customer.id=42`; repeatable.'),
      parent: z.string().optional().describe('The child runs of this run.'),
      since: z.iso.datetime({ offset: true }).optional().describe('Submitted then or later.'),
      until: z.iso.datetime({ offset: true }).optional().describe('Submitted earlier.'),
      before: z.string().optional().describe('`next` of the page before.'),
      waits: flag.describe('True: tell what the runs wait for.'),
      total: flag.describe('True: count the runs from this page on.'),
      limit: z.coerce.number().int().min(1).max(MOST_LISTED).default(DEFAULT_LIMIT),
    }),
  },
  responses: { 200: answers('A page of runs.', RunList) },
})

const showRoute = route(READ, {
  method: 'get',
  path: '/api/v1/runs/{run}',
  operationId: 'getRun',
  summary: 'Show a run',
  request: { params: runParams },
  responses: { 200: answers('The run.', Run) },
})

const traceRoute = route(READ, {
  method: 'get',
  path: '/api/v1/runs/{run}/trace',
  operationId: 'getTrace',
  summary: 'Show what a run did, with its journal',
  request: { params: runParams },
  responses: { 200: answers('The run with its journal.', Trace) },
})

export const addRunRoutes = (api: Api, services: ApiServices): void => {
  const { store, catalogue } = services
  api.openapi(submitRoute, async (c) => {
    const { wait } = c.req.valid('query')
    const { workflow = '', source, input = {}, again_if: againIf } = c.req.valid('json')
    const caller = c.get('caller')
    if (source !== undefined) expectScope(caller, 'author')
    else expectReach(caller, workflow)
    const { run, isNew } = await orInvalidWorkflow(() =>
      services.submit({
        by: caller?.name,
        from: source === undefined ? { workflow } : { source },
        input,
        key: c.req.valid('header')['idempotency-key'],
        ...(againIf !== undefined && { againIf }),
      }),
    )
    const waitMs = wait === undefined ? 0 : Math.min(parseDuration(wait) ?? 0, LONGEST_WAIT_MS)
    const seen = waitMs === 0 ? run : await waitForEnd(services, run, waitMs)
    const hasEnded = wait !== undefined && seen.status !== 'running'
    return c.json(toSubmission(seen, { isNew, hasEnded }), hasEnded ? 200 : 202, {
      location: linksOf(run.id).self,
    })
  })
  api.openapi(listRoute, async (c) => {
    const { since, until, limit, shown, input: inputs = [], waits, total, ...filter } = c.req.valid('query')
    if (shown !== undefined && filter.status !== undefined)
      throw new Problem({
        status: 400,
        code: 'invalid_request',
        detail: "both 'status' and 'shown' are given: expected one of them",
      })
    const selected = {
      ...withoutMissing({ ...filter, workflow: toReachedFilter(c.get('caller'), filter.workflow) }),
      ...(since !== undefined && { since: Date.parse(since) }),
      ...(until !== undefined && { until: Date.parse(until) }),
    }
    const ofStore = shown === undefined && inputs.length === 0
    const found = ofStore
      ? { runs: await store.listRuns({ ...selected, limit: limit + 1 }) }
      : await selectRuns(store, { status: shown, inputs, filter: { ...selected, limit: limit + 1 } })
    if (found.runs.length === 0 && filter.before !== undefined) await expectCursor(store, filter.before)
    const page = found.runs.slice(0, limit)
    const count = total !== true ? undefined : 'total' in found ? found.total : await store.countRuns(selected)
    const runs = waits === true ? await readShownRuns(store, page, catalogue) : page.map(toShownRun)
    return c.json(
      {
        runs: runs.map((run) => toRunJson(run, { status: run.shown, waits: run.waits, missing: run.missing })),
        next: found.runs.length > limit ? (page.at(-1)?.id ?? null) : null,
        ...(count !== undefined && { total: count }),
      },
      200,
    )
  })
  api.openapi(showRoute, async (c) => {
    const run = await findRun(store, c.req.valid('param').run)
    const waits = await readOpenWaits(store, { run, catalogue })
    const missing = findMissing(run, await readServersFor([run], store))
    return c.json(toRunJson(run, { waits, missing }), 200)
  })
  api.openapi(traceRoute, async (c) => {
    const run = await findRun(store, c.req.valid('param').run)
    return c.json(toTraceJson(await readTracedRun(store, run, catalogue)), 200)
  })
}

/** Its run may have been deleted meanwhile: an empty page would hide the runs behind it. @throws Problem */
const expectCursor = async (store: Store, before: string): Promise<void> => {
  const found = await store.findRun(before)
  if (found.kind === 'found' && found.run.id === before) return
  throw new Problem({
    status: 400,
    code: 'invalid_request',
    detail: `query 'before': there is no run '${before}' any more`,
    hint: 'begin with the first page',
  })
}

const toSubmission = (run: RunRecord, { isNew, hasEnded }: { isNew: boolean; hasEnded: boolean }) => ({
  ...toSubmittedJson({ run, isNew }),
  ...(hasEnded && { output: run.output, error: run.error }),
  links: linksOf(run.id),
})

/** Resolves to the run as it is at its end, or when the time is over. */
const waitForEnd = async ({ store, clock }: ApiServices, run: RunRecord, waitMs: number): Promise<RunRecord> => {
  const until = clock.now() + waitMs
  let seen = run
  while (seen.status === 'running' && clock.now() < until) {
    await new Promise<void>((resolve) => clock.wakeAt(clock.now() + LOOK_EVERY_MS, resolve))
    seen = await findRun(store, run.id)
  }
  return seen
}
