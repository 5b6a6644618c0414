/** `troupe events`: lists the events that runs have emitted, oldest first. */
import type { CloudEventFilter, StoredCloudEvent } from '../../../store/cloud-event-record.ts'
import type { Store } from '../../../store/store.ts'
import type { Context } from '../../context.ts'
import { formatTime, toTime } from '../../figures.ts'
import { findRun, withRunsIfThere } from '../../open-runs.ts'
import { readCount, readSince } from '../../option-values.ts'
import { writeLines, writeTable } from '../../output.ts'
import { cutEnd, toOneLine } from '../../printable.ts'

const DEFAULT_LIMIT = 100
const LONGEST_DATA = 200

export const listEvents = async (
  context: Context,
  options: { type?: string; run?: string; since?: string; limit?: string; json?: boolean },
): Promise<void> => {
  const { json = false } = options
  const { stdout, stderr } = context
  const limit = readCount('--limit', options.limit) ?? (json ? undefined : DEFAULT_LIMIT)
  const since = options.since === undefined ? undefined : readSince(options.since)
  return withRunsIfThere(context, { json, none: undefined }, async (store) => {
    const all = await store.listEvents(await toFilter(store, { ...options, since }))
    const events = limit === undefined ? all : all.slice(-limit)
    if (json)
      writeLines(
        stdout,
        events.map((event) => JSON.stringify(toCloudEvent(event))),
      )
    else if (events.length === 0) stderr.write('no events\n')
    else writeEvents(events, context)
    if (!json && events.length < all.length)
      stderr.write(`the last ${events.length} of ${all.length}; --limit shows more\n`)
  })
}

const toFilter = async (
  store: Store,
  { type, run, since }: { type?: string; run?: string; since: number | undefined },
): Promise<CloudEventFilter> => ({
  ...(type === undefined ? {} : { type }),
  ...(run === undefined ? {} : { run: (await findRun(store, run)).id }),
  ...(since === undefined ? {} : { since }),
})

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md; attributes that start with `troupe` are extensions of this project. */
const toCloudEvent = ({ id, type, source, subject, at, data, runId, deliveredAt }: StoredCloudEvent) => ({
  specversion: '1.0',
  id,
  type,
  source,
  ...(subject === undefined ? {} : { subject }),
  time: toTime(at),
  datacontenttype: 'application/json',
  trouperun: runId,
  ...(deliveredAt === null ? {} : { troupedelivered: toTime(deliveredAt) }),
  data,
})

const writeEvents = (events: readonly StoredCloudEvent[], { stdout }: Context): void =>
  writeTable(stdout, events, [
    { title: 'time', text: ({ at }) => formatTime(at) },
    { title: 'type', text: ({ type }) => toOneLine(type), paint: (text) => stdout.paint.bold(text) },
    { title: 'run', text: ({ runId }) => runId },
    { title: 'data', text: ({ data }) => cutEnd(toOneLine(JSON.stringify(data)), LONGEST_DATA) },
  ])
