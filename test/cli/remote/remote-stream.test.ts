/** The stream of a run over a connection that breaks. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { streamRows } from '../../../src/cli/remote/remote-stream.ts'
import type { ServerClient } from '../../../src/cli/remote/server-client.ts'
import { ServerUnreached } from '../../../src/cli/remote/server-errors.ts'
import { readServerEvents } from '../../../src/cli/remote/server-events.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const row = (seq: number): string =>
  `id: ${seq}\nevent: signal\ndata: ${JSON.stringify({ seq, at: 0, kind: 'signal', path: '', visit: 0, data: { id: 'i', name: 'n', data: null, at: '' } })}\n\n`
const END = 'event: end\ndata: {"run":"r"}\n\n'

/** A connection: its parts, and then a break; an error: it is not made. */
type Connection = string[] | Error

const broken = (parts: readonly string[]): ReadableStream<Uint8Array> => {
  const left = [...parts]
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    const part = left.shift()
    if (part === undefined) controller.error(new TypeError('terminated'))
    else controller.enqueue(new TextEncoder().encode(part))
  }
  // An error drops the parts that wait: none waits.
  return new ReadableStream({ pull }, { highWaterMark: 0 })
}

const unasked = (): never => {
  throw new Error('not asked')
}

const clientOf = (connections: Connection[]) => {
  const asked: string[] = []
  const client: ServerClient = {
    origin: 'http://server',
    hasToken: false,
    get: unasked,
    post: unasked,
    getText: unasked,
    async open(_, { headers }) {
      asked.push(headers['last-event-id'] ?? '')
      const next = connections.shift() ?? new ServerUnreached('gone')
      if (next instanceof Error) throw next
      return new Response(broken(next))
    },
  }
  return { client, asked }
}

const read = async (connections: Connection[], { signal = new AbortController().signal } = {}) => {
  const { client, asked } = clientOf(connections)
  const clock = createManualClock()
  const gaps: (string | undefined)[] = []
  const seqs: number[] = []
  let thrown: unknown
  let isDone = false
  const reading = (async () => {
    const options = { signal, clock, onGap: (reason: string | undefined) => gaps.push(reason) }
    for await (const rows of streamRows(client, 'r', options)) seqs.push(...rows.map(({ seq }) => seq))
  })()
    .catch((error: unknown) => {
      thrown = error
    })
    .finally(() => {
      isDone = true
    })
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve))
    await clock.advance(1_000)
  }
  await reading
  return { seqs, asked, gaps, thrown }
}

const test = suite('stream of a run')

test('a connection that is cut is opened again behind the last row, without a gap or a repetition', async () => {
  const cut = [row(1), `${row(2)}${row(3).slice(0, 20)}`]
  const { seqs, asked, gaps, thrown } = await read([
    cut,
    new ServerUnreached('refused'),
    [row(2) + row(3)],
    [row(4), END],
  ])
  assert.is(thrown, undefined)
  assert.equal(seqs, [1, 2, 3, 4])
  assert.equal(asked, ['0', '2', '2', '3'])
  assert.is(gaps.filter((gap) => gap === undefined).length, gaps.filter((gap) => gap !== undefined).length)
})

test('a server that was never reached, or refuses, ends the stream at once', async () => {
  for (const error of [new ServerUnreached('gone'), new Error('no scope')]) {
    const { seqs, asked, thrown } = await read([error])
    assert.equal([seqs, asked, thrown], [[], ['0'], error])
  }
  const refused = new Error('the token is revoked')
  assert.is((await read([[row(1)], refused])).thrown, refused)
})

test('a server that stays away is given up', async () => {
  const { thrown, asked } = await read([[row(1)]])
  assert.instance(thrown, ServerUnreached)
  assert.ok(asked.length > 10)
})

test('events are read whole, however they are cut; comments are left out', async () => {
  const text = `: still here\n\n${row(1)}${row(2).replaceAll('\n', '\r\n')}event: end\ndata: a\ndata: b\n\nid: 3\ndata: cut`
  for (const size of [1, 7, 1_000]) {
    const parts = text.match(new RegExp(`.{1,${size}}`, 'gs')) ?? []
    const events = []
    try {
      for await (const some of readServerEvents(broken(parts))) events.push(...some)
    } catch (thrown) {
      assert.instance(thrown, TypeError)
    }
    assert.equal(
      events.map(({ id, event }) => `${id} ${event}`),
      ['1 signal', '2 signal', ' end'],
    )
    assert.is(events[2]?.data, 'a\nb')
  }
})

test.run()
