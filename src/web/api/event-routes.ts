/** Streams what a run does, as server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
import { z } from '@hono/zod-openapi'
import { streamSSE } from 'hono/streaming'
import { findRun } from '../../service/control/find-run.ts'
import { toRunJson } from '../../service/views/run-json.ts'
import type { FeedReader, RunFeed } from '../run-feed.ts'
import { READ } from './access.ts'
import { type Api, route } from './routing.ts'
import { runParams } from './run-routes.ts'
import type { ApiServices } from './services.ts'

/** Proxies close connections that are silent for a minute. */
const HEARTBEAT_MS = 15_000

const eventsRoute = route(READ, {
  method: 'get',
  path: '/api/v1/runs/{run}/events',
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

export const addEventRoutes = (api: Api, { store }: ApiServices, feed: RunFeed): void => {
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
