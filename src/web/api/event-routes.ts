/** Streams what one run does, or all of them, as server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
import { z } from '@hono/zod-openapi'
import { streamSSE } from 'hono/streaming'
import { findRun } from '../../service/control/find-run.ts'
import { toRunJson } from '../../service/views/run-json.ts'
import type { AllRunsFeed } from '../all-runs-feed.ts'
import { EVENT_PLACE_PATTERN, formatPlace, parsePlace } from '../event-place.ts'
import { followAll } from '../follow-all.ts'
import type { FeedReader, RunFeed } from '../run-feed.ts'
import { expectReach, LIST, READ, reaches } from './access.ts'
import { type Api, route } from './routing.ts'
import { runParams } from './run-routes.ts'
import type { ApiServices } from './services.ts'

/** Proxies close connections that are silent for a minute. */
const HEARTBEAT_MS = 15_000

const eventsRoute = route(READ, {
  method: 'get',
  path: '/api/v1/runs/{run}/events',
  operationId: 'followRun',
  summary: 'Follow a run',
  request: {
    params: runParams,
    headers: z.object({
      'last-event-id': z.coerce.number().int().min(0).optional().describe('Go on behind this event, without a gap.'),
    }),
  },
  responses: {
    200: {
      description:
        'One event for each row of the journal: `id` is its `seq`, `event` its kind, `data` the row. The last event is `end`, with the run.',
      content: { 'text/event-stream': { schema: z.string() } },
    },
  },
})

const allEventsRoute = route(LIST, {
  method: 'get',
  path: '/api/v1/events',
  operationId: 'followAllRuns',
  summary: 'Follow all runs',
  request: {
    query: z.object({ workflow: z.string().optional().describe('Those of this workflow.') }),
    headers: z.object({
      'last-event-id': z
        .string()
        .regex(EVENT_PLACE_PATTERN, { error: 'expected the id of an event of this stream' })
        .optional()
        .describe('Go on behind this event, without a gap. Default: with what happens from now on.'),
    }),
  },
  responses: {
    200: {
      description:
        'One event for each row of a journal: `event` is its kind, `data` the row with `run` and `workflow`; and `end`, with the run. Behind a restart of the server rows of the last minute may come twice.',
      content: { 'text/event-stream': { schema: z.string() } },
    },
  },
})

export interface Feeds {
  one: RunFeed
  all: AllRunsFeed
}

export const addEventRoutes = (api: Api, { store, clock }: ApiServices, { one: feed, all }: Feeds): void => {
  api.openapi(allEventsRoute, async (c) => {
    const { workflow: wanted } = c.req.valid('query')
    const caller = c.get('caller')
    if (wanted !== undefined) expectReach(caller, wanted)
    const from = parsePlace(c.req.valid('header')['last-event-id'] ?? '')
    const wants = (workflow: string): boolean => (wanted ?? workflow) === workflow && reaches(caller, workflow)
    await all.enter()
    return streamSSE(c, (stream) => {
      const parts = followAll(all, { store, clock, from, wants, heartbeatMs: HEARTBEAT_MS })
      return sendAll(parts, stream).finally(() => all.leave())
    })
  })
  api.openapi(eventsRoute, async (c) => {
    const { id } = await findRun(store, c.req.valid('param').run)
    const reader = feed.follow(id, c.req.valid('header')['last-event-id'] ?? 0)
    return streamSSE(c, async (stream) => {
      stream.onAbort(() => reader.close())
      await send(reader, stream).finally(() => stream.aborted || reader.close())
    })
  })
}

type Stream = Parameters<Parameters<typeof streamSSE>[1]>[0]

const sendAll = async (parts: ReturnType<typeof followAll>, stream: Stream): Promise<void> => {
  for await (const { part, place } of parts) {
    if (stream.aborted) return
    const text = part.map(
      ({ event: { event, text }, place }) =>
        `${place === undefined ? '' : `id: ${formatPlace(place)}\n`}event: ${event}\ndata: ${text}\n\n`,
    )
    await stream.write(part.length > 0 ? text.join('') : `: still here\nid: ${formatPlace(place)}\n\n`)
  }
}

const send = async (reader: FeedReader, stream: Stream): Promise<void> => {
  while (!stream.aborted) {
    const part = await reader.next(HEARTBEAT_MS)
    if (part === undefined) return
    if ('ended' in part) {
      await stream.writeSSE({ event: 'end', data: JSON.stringify(toRunJson(part.ended)) })
      return
    }
    if (part.rows.length === 0) await stream.write(': still here\n\n')
    else
      await stream.write(
        part.rows.map(({ seq, kind, text }) => `id: ${seq}\nevent: ${kind}\ndata: ${text}\n\n`).join(''),
      )
  }
}
