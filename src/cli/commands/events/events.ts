/** `troupe events`: lists the events that runs have emitted, oldest first. */
import { toTime } from '../../../service/views/time.ts'
import type { CloudEventFilter, StoredCloudEvent } from '../../../store/cloud-event-record.ts'
import type { Store } from '../../../store/store.ts'
import type { Context } from '../../context.ts'
import { describeShown, formatTime } from '../../figures.ts'
import { findRun, withRunsIfThere } from '../../open-runs.ts'
import { readLimit, readPeriod } from '../../option-values.ts'
import { writeJsonLine, writeTable } from '../../output.ts'
import { toOneLine } from '../../printable.ts'

const DEFAULT_LIMIT = 100

export interface EventsArguments {
  type?: string
  run?: string
  since?: string
  until?: string
  limit?: string
  all?: boolean
  json?: boolean
}

export const listEvents = async (context: Context, options: EventsArguments): Promise<void> => {
  const { json = false } = options
  const limit = readLimit(options, json ? undefined : DEFAULT_LIMIT)
  const period = readPeriod(options)
  return withRunsIfThere(context, { json, none: undefined }, async (store) => {
    const all = await store.listEvents({ ...(await toFilter(store, options)), ...period })
    const events = limit === undefined ? all : all.slice(-limit)
    if (json) for (const event of events) writeJsonLine(context, toCloudEvent(event))
    else if (events.length === 0) context.stderr.write('no events\n')
    else writeEvents(events, context)
    const shown = describeShown(events.length, all.length, { noun: 'event', which: 'last' })
    if (shown !== '') context.stderr.write(`${shown}\n`)
  })
}

const toFilter = async (store: Store, { type, run }: EventsArguments): Promise<CloudEventFilter> => ({
  ...(type === undefined ? {} : { type }),
  ...(run === undefined ? {} : { run: (await findRun(store, run)).id }),
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
    { title: 'type', least: 16, text: ({ type }) => toOneLine(type), paint: (text) => stdout.paint.bold(text) },
    { title: 'run', text: ({ runId }) => runId },
    { title: 'data', least: 20, text: ({ data }) => toOneLine(JSON.stringify(data)) },
  ])
