/** `troupe events`: lists the events that runs have emitted, oldest first. */
import { type ShownCloudEvent, toCloudEventJson } from '../../../service/views/cloud-event-json.ts'
import type { Context } from '../../context.ts'
import { describeShown, formatTime } from '../../figures.ts'
import { findRun, withRunsIfThere } from '../../open-runs.ts'
import { readLimit, readPeriod } from '../../option-values.ts'
import { writeJsonLine, writeTable } from '../../output.ts'
import { toOneLine } from '../../printable.ts'
import { findServer } from '../../remote/server-client.ts'

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
  const { json = false, type, run } = options
  const limit = readLimit(options, json ? undefined : DEFAULT_LIMIT)
  const filter = { ...(type !== undefined && { type }), ...readPeriod(options) }
  const show = (all: readonly ShownCloudEvent[]): void => {
    const events = limit === undefined ? all : all.slice(-limit)
    if (json) for (const event of events) writeJsonLine(context, toCloudEventJson(event))
    else if (events.length === 0) context.stderr.write('no events\n')
    else writeEvents(events, context)
    const shown = describeShown(events.length, all.length, { noun: 'event', which: 'last' })
    if (shown !== '') context.stderr.write(`${shown}\n`)
  }
  const named = run !== undefined && { run }
  const client = findServer(context)
  if (client !== undefined) {
    const { readEvents } = await import('../../remote/remote-events.ts')
    return show(await readEvents(client, { ...filter, ...named }))
  }
  return withRunsIfThere(context, { json, none: undefined }, async (store) => {
    const found = named && { run: (await findRun(store, named.run)).id }
    show(await store.listEvents({ ...filter, ...found }))
  })
}

const writeEvents = (events: readonly ShownCloudEvent[], { stdout }: Context): void =>
  writeTable(stdout, events, [
    { title: 'time', text: ({ at }) => formatTime(at) },
    { title: 'type', least: 16, text: ({ type }) => toOneLine(type), paint: (text) => stdout.paint.bold(text) },
    { title: 'run', text: ({ runId }) => runId },
    { title: 'data', least: 20, text: ({ data }) => toOneLine(JSON.stringify(data)) },
  ])
