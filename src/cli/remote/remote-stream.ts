/**
 * Streams the journal of a run from a server. A connection that is cut, or silent for longer than its heartbeats, is opened again
 * behind the last row: no row is missed, and none comes twice.
 */
import { type Clock, systemClock } from '../../core/clock.ts'
import { tryParseJson } from '../../core/json.ts'
import type { JournalRow } from '../../store/journal-row.ts'
import type { RowsOptions } from '../run-reader.ts'
import { readRow } from './read-row.ts'
import { toRunPath } from './run-path.ts'
import type { ServerClient } from './server-client.ts'
import { explainUnreached, ServerUnreached } from './server-errors.ts'
import { readServerEvents } from './server-events.ts'

/** Servers send a comment each 15 seconds. */
const SILENT_MS = 45_000
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5_000
/** A server that is away for this long is given up. */
const GIVE_UP_MS = 300_000

/** @throws Fault, CliError when the server refuses, or is away for too long */
export async function* streamRows(
  client: ServerClient,
  id: string,
  { signal, onGap, clock = systemClock }: RowsOptions & { clock?: Clock },
): AsyncGenerator<readonly JournalRow[]> {
  const place = { last: 0 }
  let pauseMs = FIRST_PAUSE_MS
  let heardAt = clock.now()
  let isCut = false
  const cut = (reason: string): void => {
    if (!isCut) onGap(reason)
    isCut = true
  }
  while (!signal.aborted) {
    try {
      for await (const rows of readOnce(client, id, { signal, place, clock })) {
        if (rows === 'end') return
        if (isCut) onGap(undefined)
        isCut = false
        pauseMs = FIRST_PAUSE_MS
        heardAt = clock.now()
        if (rows.length > 0) yield rows
      }
      cut(`${client.origin} has stopped`)
    } catch (thrown) {
      if (signal.aborted) return
      const isLost = thrown instanceof ServerUnreached && place.last > 0
      if (!isLost || clock.now() - heardAt > GIVE_UP_MS) throw thrown
      cut(thrown.message)
    }
    await pause(pauseMs, { clock, signal })
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
  }
}

/** One connection. It ends without `end` when the server stops. */
async function* readOnce(
  client: ServerClient,
  id: string,
  { signal, place, clock }: { signal: AbortSignal; place: { last: number }; clock: Clock },
): AsyncGenerator<readonly JournalRow[] | 'end'> {
  const silence = new AbortController()
  const listen = () => clock.wakeAt(clock.now() + SILENT_MS, () => silence.abort())
  let stop = listen()
  try {
    const { body } = await client.open(`${toRunPath(id)}/events`, {
      headers: { accept: 'text/event-stream', 'last-event-id': String(place.last) },
      signal: AbortSignal.any([signal, silence.signal]),
    })
    if (body === null) return
    for await (const events of readServerEvents(body)) {
      stop()
      stop = listen()
      const rows = events
        .filter(({ event }) => event !== 'end')
        .map(({ data }) => readRow(tryParseJson(data), id))
        .filter(({ seq }) => seq > place.last)
      place.last = rows.at(-1)?.seq ?? place.last
      yield rows
      if (events.some(({ event }) => event === 'end')) yield 'end'
    }
  } catch (thrown) {
    throw isFromBody(thrown) ? explainUnreached(thrown, { origin: client.origin, mayBeDone: false }) : thrown
  } finally {
    stop()
  }
}

/** Errors of the network reach the reader of a body as they are. */
const isFromBody = (thrown: unknown): boolean =>
  thrown instanceof TypeError || (thrown instanceof DOMException && thrown.name === 'AbortError')

const pause = (ms: number, { clock, signal }: { clock: Clock; signal: AbortSignal }): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const cancel = clock.wakeAt(clock.now() + ms, end)
    signal.addEventListener('abort', end)
  })
