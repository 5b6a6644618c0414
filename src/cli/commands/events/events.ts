/** `troupe events`: what runs have emitted, oldest first. */
import type { CloudEventFilter, StoredCloudEvent } from '../../../store/cloud-event-record.ts'
import type { Store } from '../../../store/store.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { findRun } from '../../find-run.ts'
import { openProject } from '../../open-project.ts'
import { openRunsIfThere, shownDatabase } from '../../open-runs.ts'
import { cutEnd, toOneLine } from '../../printable.ts'
import { readCount } from '../../read-count.ts'
import { formatTime } from '../../run-time.ts'
import { readSince } from '../../since.ts'
import { renderTable } from '../../table.ts'

export interface EventsArguments {
  type?: string
  run?: string
  since?: string
  limit?: string
  json?: boolean
}

const DEFAULT_LIMIT = 100
const LONGEST_DATA = 200

/** The exit code. */
export const listEvents = async (context: Context, options: EventsArguments): Promise<number> => {
  const { stdout, stderr } = context
  const limit = readCount('--limit', options.limit) ?? (options.json === true ? undefined : DEFAULT_LIMIT)
  const since = options.since === undefined ? undefined : readSince(options.since)
  const store = await openRunsIfThere(context)
  if (store === undefined) {
    if (options.json !== true) stderr.write(`no runs yet in ${shownDatabase(await openProject(context), context)}\n`)
    return EXIT.completed
  }
  try {
    const all = await store.listEvents(await toFilter(store, { ...options, since }))
    const events = limit === undefined ? all : all.slice(-limit)
    if (options.json === true) for (const event of events) stdout.write(`${JSON.stringify(toCloudEvent(event))}\n`)
    else if (events.length === 0) stderr.write('no events\n')
    else writeTable(events, context)
    if (options.json !== true && events.length < all.length)
      stderr.write(`the last ${events.length} of ${all.length}; --limit shows more\n`)
    return EXIT.completed
  } finally {
    await store.close()
  }
}

const toFilter = async (
  store: Store,
  { type, run, since }: { type?: string; run?: string; since: number | undefined },
): Promise<CloudEventFilter> => ({
  ...(type === undefined ? {} : { type }),
  ...(run === undefined ? {} : { run: (await findRun(store, run)).id }),
  ...(since === undefined ? {} : { since }),
})

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md; `troupe…` are attributes of our own. */
const toCloudEvent = ({ id, type, source, at, data, runId, deliveredAt }: StoredCloudEvent) => ({
  specversion: '1.0',
  id,
  type,
  source,
  time: new Date(at).toISOString(),
  datacontenttype: 'application/json',
  trouperun: runId,
  ...(deliveredAt === null ? {} : { troupedelivered: new Date(deliveredAt).toISOString() }),
  data,
})

const writeTable = (events: readonly StoredCloudEvent[], { stdout }: Context): void => {
  const { paint, isTerminal } = stdout
  const width = isTerminal ? stdout.columns() : Number.POSITIVE_INFINITY
  const lines = renderTable(events, {
    columns: [
      { title: 'time', text: ({ at }) => formatTime(at) },
      { title: 'type', text: ({ type }) => toOneLine(type), paint: (text) => paint.bold(text) },
      { title: 'run', text: ({ runId }) => runId },
      { title: 'data', text: ({ data }) => cutEnd(toOneLine(JSON.stringify(data)), LONGEST_DATA) },
    ],
    width,
    paint,
  })
  for (const line of lines) stdout.write(`${line}\n`)
}
