import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isJsonObject, type JsonObject } from '../../src/core/json.ts'
import { createToken } from '../../src/service/access/tokens.ts'
import { readEvents, type ServerEvent } from '../support/http-client.ts'
import { type Reached, reachedWith, submitToEnd } from '../support/reached.ts'

const GREET = `workflow: greet
steps:
  - { id: say, llm: mock/echo, prompt: Hello }
  - { id: loud, set: { text: "\${steps.say.output.text + '!'}" } }
`
const CALLER = `workflow: caller
steps:
  - { id: call, set: { v: 1 } }
`

const reached = (act: (server: Reached) => Promise<void>): Promise<void> => reachedWith([GREET, CALLER], act)

const dataOf = ({ data }: ServerEvent): JsonObject => {
  assert.ok(isJsonObject(data))
  return data
}

/** `RUN 3`, or `RUN end`. */
const nameOf = (event: ServerEvent): string => `${dataOf(event).run} ${dataOf(event).seq ?? event.event}`

/** The events that these runs have in the end, by name. */
const expectedOf = async ({ store }: Reached, runs: readonly JsonObject[]): Promise<string[]> => {
  const names: string[] = []
  for (const { run } of runs) {
    const rows = await store.readJournal(String(run))
    names.push(...rows.map(({ seq }) => `${run} ${seq}`), `${run} end`)
  }
  return names.sort()
}

interface Following {
  count: number
  /** Events to read. */
  enough: number
  path?: string
  lastEventId?: string | undefined
  token?: string
}

/** Submits runs one after the other as soon as the stream has begun, and reads it until enough events have come. */
const follow = async (
  server: Reached,
  { count, path = '/api/v1/events', ...options }: Following,
): Promise<{ runs: JsonObject[]; events: ServerEvent[] }> => {
  let runs: Promise<JsonObject[]> | undefined
  const onOpen = (): void => {
    runs ??= submitAll(server, count)
  }
  const events = await readEvents(server.url + path, { ...options, onOpen })
  return { runs: (await runs) ?? [], events }
}

const submitAll = async (server: Reached, count: number): Promise<JsonObject[]> => {
  const runs: JsonObject[] = []
  for (let left = count; left > 0; left--) runs.push(await submitToEnd(server, { workflow: 'greet' }))
  return runs
}

/** created, begun, outcome, end. */
const EVENTS_A_RUN = 4

const test = suite('events of all runs over HTTP')

test('the stream has each row of each run once, and the end of each', () =>
  reached(async (server) => {
    await submitToEnd(server, { workflow: 'greet' })
    const { runs, events } = await follow(server, { count: 3, enough: 3 * EVENTS_A_RUN })
    assert.equal(events.map(nameOf).sort(), await expectedOf(server, runs))
    const [last] = events.filter(({ event }) => event === 'end').slice(-1)
    assert.equal(last && [dataOf(last).status, dataOf(last).workflow], ['completed', 'greet'])
  }))

test('a client that was cut off anywhere goes on without a gap and without repetition', () =>
  reached(async (server) => {
    const { runs, events } = await follow(server, { count: 2, enough: 2 * EVENTS_A_RUN })
    const names = events.map(nameOf)
    for (const [place, { id }] of events.slice(0, -1).entries()) {
      const rest = await readEvents(`${server.url}/api/v1/events`, {
        lastEventId: id,
        enough: events.length - place - 1,
      })
      assert.equal(rest.map(nameOf), names.slice(place + 1))
    }
    assert.equal([...names].sort(), await expectedOf(server, runs))
  }))

test('a client that goes on at another server misses nothing that happened meanwhile', () =>
  reached(async (server) => {
    const before = await follow(server, { count: 1, enough: 2 })
    const url = await server.listen()
    const between = await submitAll(server, 2)
    const lastEventId = before.events.at(-1)?.id
    const after = await follow({ ...server, url }, { count: 1, enough: 4 * EVENTS_A_RUN, lastEventId })
    const runs = [...before.runs, ...between, ...after.runs]
    const expected = await expectedOf(server, runs)
    const names = new Set([...before.events, ...after.events].map(nameOf))
    assert.equal([...names].sort(), expected)
    const ids = new Set(after.events.flatMap(({ id }) => id ?? []))
    assert.is(ids.size, EVENTS_A_RUN, 'events that were read again have no id')
  }))

test('a stream has the workflows that are asked for, and those that its token reaches', () =>
  reached(async (server) => {
    const names = (events: readonly ServerEvent[]) => new Set(events.map((event) => dataOf(event).workflow))
    const call = () => submitToEnd(server, { workflow: 'caller' })
    const bounded = { scopes: ['read'], workflow: 'call*' } as const
    const path = '/api/v1/events?workflow=caller'
    const asked = readEvents(server.url + path, { enough: EVENTS_A_RUN - 1, onOpen: () => void call() })
    assert.equal(names(await asked), new Set(['caller']))
    const { token } = await createToken(server.store, { name: 'b', ...bounded }, Date.now())
    const root = await createToken(server.store, { name: 'root', scopes: ['admin'] }, Date.now())
    const submitAs = () =>
      server.client.post('/api/v1/runs', { workflow: 'caller' }, { authorization: `Bearer ${root.token}` })
    const reached = readEvents(`${server.url}/api/v1/events`, {
      token,
      enough: EVENTS_A_RUN - 1,
      onOpen: () => void submitAs(),
    })
    assert.equal(names(await reached), new Set(['caller']))
    const refused = await fetch(`${server.url}/api/v1/events?workflow=greet`, {
      headers: { authorization: `Bearer ${token}` },
    })
    assert.is(refused.status, 403)
  }))

test('a place that no stream has given is refused', () =>
  reached(async ({ url }) => {
    const answer = await fetch(`${url}/api/v1/events`, { headers: { 'last-event-id': '7' } })
    assert.is(answer.status, 400)
    assert.match(await answer.text(), 'expected the id of an event of this stream')
  }))

test.run()
