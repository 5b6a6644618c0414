/** Reads the events that runs of a server have emitted. */

import type { ShownCloudEvent } from '../../service/views/cloud-event-json.ts'
import { toTime } from '../../service/views/time.ts'
import type { CloudEventFilter } from '../../store/cloud-event-record.ts'
import { type CloudEventJson, EmittedEvents } from '../../web/api/emitted-schemas.ts'
import { findRunId } from './run-path.ts'
import { toEpoch } from './run-record.ts'
import { type ServerClient, toQuery } from './server-client.ts'

/** Most events that a server lists at once. */
const PAGE = 500

/** Reads page by page. @param filter.run An id, the beginning or end of one, or `last`. */
export const readEvents = async (
  client: ServerClient,
  { type, run, since, until }: Pick<CloudEventFilter, 'type' | 'run' | 'since' | 'until'>,
): Promise<ShownCloudEvent[]> => {
  const query = {
    type,
    run: run && (await findRunId(client, run)),
    since: toTime(since ?? null) ?? undefined,
    until: toTime(until ?? null) ?? undefined,
    limit: PAGE,
  }
  const all: ShownCloudEvent[] = []
  for (let after: number | null | undefined; after !== null; ) {
    const { events, next } = await client.get(toQuery('/api/v1/emitted-events', { ...query, after }), EmittedEvents)
    for (const event of events) all.push(toShownEvent(event))
    after = next
  }
  return all
}

const toShownEvent = ({ time, trouperun: runId, troupedelivered, ...event }: CloudEventJson): ShownCloudEvent => ({
  id: event.id,
  type: event.type,
  source: event.source,
  ...(event.subject !== undefined && { subject: event.subject }),
  at: toEpoch(time) ?? 0,
  data: event.data,
  runId,
  deliveredAt: toEpoch(troupedelivered),
})
