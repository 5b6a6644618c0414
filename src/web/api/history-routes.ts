/** Shows journals by pages, past states, and the files that steps have made. */
import { z } from '@hono/zod-openapi'
import { findRun } from '../../service/control/find-run.ts'
import { type Moment, readStateAt } from '../../service/history/state-at.ts'
import { toStateJson } from '../../service/views/state-json.ts'
import { READ } from './access.ts'
import { JournalPage, RunDefinition, State } from './history-schemas.ts'
import { Problem } from './problem.ts'
import { type Api, answers, route } from './routing.ts'
import { runParams } from './run-routes.ts'
import type { ApiServices } from './services.ts'

const DEFAULT_ROWS = 200
const MOST_ROWS = 1_000

const row = z.coerce.number().int().min(1)

const journalRoute = route(READ, {
  method: 'get',
  path: '/api/v1/runs/{run}/journal',
  operationId: 'getJournal',
  summary: 'Show rows of the journal of a run, by pages',
  request: {
    params: runParams,
    query: z.object({
      from: row.default(1).describe('The first row.'),
      limit: row.max(MOST_ROWS).default(DEFAULT_ROWS),
    }),
  },
  responses: { 200: answers('Rows in their order.', JournalPage) },
})

const definitionRoute = route(READ, {
  method: 'get',
  path: '/api/v1/runs/{run}/definition',
  operationId: 'getDefinition',
  summary: 'Show the workflow that a run began with',
  request: { params: runParams },
  responses: { 200: answers('Its text, with all that was linked to it.', RunDefinition) },
})

const stateRoute = route(READ, {
  method: 'get',
  path: '/api/v1/runs/{run}/state',
  operationId: 'getState',
  summary: 'Show the state of a run at a moment of its past',
  request: {
    params: runParams,
    query: z.object({
      seq: row.optional().describe('After this row of the journal. Default: the last one.'),
      at: z.iso.datetime({ offset: true }).optional().describe('At this time, in place of `seq`.'),
    }),
  },
  responses: { 200: answers('The state: steps, what is open, and the usage so far.', State) },
})

const blobRoute = route(READ, {
  method: 'get',
  path: '/api/v1/blobs/{hash}',
  operationId: 'getBlob',
  summary: 'Download the bytes of a file that a step has made',
  request: { params: z.object({ hash: z.string().describe('`$blob` of an output.') }) },
  responses: {
    200: {
      description: 'The bytes, to be saved: no browser shows them as a page of this server.',
      content: { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } },
    },
  },
})

export const addHistoryRoutes = (api: Api, { store, readPast }: ApiServices): void => {
  api.openapi(journalRoute, async (c) => {
    const { from, limit } = c.req.valid('query')
    const { id } = await findRun(store, c.req.valid('param').run)
    const rows = await store.readRows(id, { from, to: from + limit })
    const next = rows.length > limit ? from + limit : null
    return c.json({ run: id, rows: rows.slice(0, limit), next }, 200)
  })
  api.openapi(definitionRoute, async (c) => {
    const record = await findRun(store, c.req.valid('param').run)
    const created = await store.readCreated(record.id)
    const definition = await store.loadDefinition(record.definition)
    if (definition === undefined || created === undefined)
      throw new Problem({ status: 404, code: 'not_found', detail: `the workflow of run '${record.id}' is gone` })
    const { hash, file, source, links } = definition
    const { models, env } = created.data
    return c.json({ run: record.id, definition: hash, file, source, links, models, environment: Object.keys(env) }, 200)
  })
  api.openapi(stateRoute, async (c) => {
    const moment = toMoment(c.req.valid('query'))
    const past = await readPast(await findRun(store, c.req.valid('param').run))
    const state = readStateAt(past.stored.workflow, { runId: past.record.id, rows: past.rows, moment })
    return c.json(toStateJson(past, state), 200)
  })
  api.openapi(blobRoute, async (c) => {
    const { hash } = c.req.valid('param')
    const bytes = HASH.test(hash) ? await store.getBlob(hash) : undefined
    if (bytes === undefined)
      throw new Problem({
        status: 404,
        code: 'not_found',
        detail: `there is no blob '${hash}'`,
        hint: "its name is the text after '$blob' in an output",
      })
    return new Response(new Uint8Array(bytes), {
      headers: {
        'content-type': 'application/octet-stream',
        'content-disposition': `attachment; filename="${hash}"`,
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
        'cache-control': 'private, max-age=31536000, immutable',
      },
    })
  })
}

/** SHA-256. */
const HASH = /^[0-9a-f]{64}$/

const toMoment = ({ seq, at }: { seq?: number | undefined; at?: string | undefined }): Moment => {
  if (seq !== undefined && at !== undefined)
    throw new Problem({
      status: 400,
      code: 'invalid_request',
      detail: "both 'seq' and 'at' are given: expected one of them",
    })
  if (seq !== undefined) return { seq }
  return at === undefined ? 'last' : { time: Date.parse(at) }
}
