import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { HttpClient } from '../../../../src/actors/tools/http/http-client.ts'
import { loadTool } from '../../../../src/actors/tools/tool-catalogue.ts'
import type { ActorContext } from '../../../../src/core/actor.ts'
import { isCancelled } from '../../../../src/core/cancelled.ts'
import type { JsonObject, JsonValue } from '../../../../src/core/json.ts'
import { createActorContext } from '../../../support/actor-context.ts'
import { catchFault } from '../../../support/catch-fault.ts'
import { startHttpServer } from '../../../support/http-server.ts'
import { createToolOptions } from '../../../support/tool-options.ts'

const transport = suite('http transport')

/** A TCP server that writes the text of a test. */
const startRawServer = async (
  serve: (socket: Socket) => void,
): Promise<{ server: Server; port: number; sockets: Set<Socket>; stop(): void }> => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    serve(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = (): void => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  return { server, port: (server.address() as AddressInfo).port, sockets, stop }
}

const get = async (url: string, context: Partial<ActorContext> = {}, input: JsonObject = {}): Promise<JsonValue> => {
  const tool = await loadTool('http.get', createToolOptions({ allow: ['127.0.0.1'] }))
  return tool.perform({ url, ...input }, createActorContext(context))
}

/** A connection that the client cut may end with an error. */
const untilClosed = async (sockets: ReadonlySet<Socket>): Promise<void> => {
  for (const socket of sockets) if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
}

const BROKEN: Record<string, string> = {
  'closes without a word': '',
  'closes within the headers': 'HTTP/1.1 200 OK\r\nContent-',
  'closes within a body of known length': 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf',
  'closes within a chunked body': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
  'does not speak HTTP': 'SSH-2.0-OpenSSH_9.9\r\n\r\n',
  'sends two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
}

for (const [what, text] of Object.entries(BROKEN))
  transport(`a server that ${what} is unavailable, and asked once`, async () => {
    let asked = 0
    const raw = await startRawServer((socket) =>
      socket.once('data', () => {
        asked++
        socket.end(text)
      }),
    )
    const fault = await catchFault(() => get(`http://127.0.0.1:${raw.port}/`))
    raw.stop()
    assert.equal([fault.code, fault.retryable, asked], ['unavailable', true, 1])
  })

transport('a closed port is unavailable, with the host in the message', async () => {
  const raw = await startRawServer(() => {})
  raw.stop()
  const fault = await catchFault(() => get(`http://127.0.0.1:${raw.port}/a?b=c`))
  assert.is(fault.code, 'unavailable')
  assert.is(fault.message, `GET http://127.0.0.1:${raw.port}/a?b=… failed: nothing listens at '127.0.0.1:${raw.port}'`)
})

transport('a server without TLS is unavailable over https', async () => {
  const server = await startHttpServer((_, response) => void response.end())
  const fault = await catchFault(() => get(server.url.replace('http:', 'https:')))
  await server.stop()
  assert.is(fault.code, 'unavailable')
})

transport('a handshake that never ends is a timeout', async () => {
  const raw = await startRawServer(() => {})
  const client = new HttpClient(['127.0.0.1'], { connectTimeoutMs: 50 })
  const request = {
    method: 'GET',
    url: new URL(`https://127.0.0.1:${raw.port}/`),
    headers: new Map<string, string>(),
    body: undefined,
    queryKey: undefined,
  }
  const limits = {
    signal: new AbortController().signal,
    timeoutMs: 10_000,
    headerTimeoutMs: 10_000,
    bodyTimeoutMs: 10_000,
    maxBytes: 1000,
    followRedirects: true,
    redirectsBody: false,
    accepts: () => true,
  }
  const fault = await catchFault(() => client.send(request, limits))
  client.close()
  raw.stop()
  assert.equal([fault.code, fault.retryable], ['timeout', true])
  assert.match(fault.message, 'within 50 ms')
})

const DRIP = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'

/** Sends a byte each 5 ms, without end. */
const drip = (socket: Socket): void => {
  socket.write(DRIP)
  const timer = setInterval(() => socket.write('1\r\nx\r\n'), 5)
  socket.on('close', () => clearInterval(timer))
}

transport('a body that drips is cut off by the signal within 100 ms, and its connection closed', async () => {
  const raw = await startRawServer((socket) => socket.once('data', () => drip(socket)))
  const stop = new AbortController()
  const getting = get(`http://127.0.0.1:${raw.port}/`, { signal: stop.signal }).catch((error: unknown) => error)
  const [socket] = (await once(raw.server, 'connection')) as [Socket]
  await once(socket, 'data')
  const abortedAt = performance.now()
  stop.abort()
  assert.ok(isCancelled(await getting))
  assert.ok(performance.now() - abortedAt < 100)
  await new Promise((resolve) => (socket.closed ? resolve(undefined) : socket.once('close', resolve)))
  assert.is(raw.sockets.size, 0)
  raw.stop()
})

transport('a body that drips ends at the deadline as a timeout', async () => {
  const raw = await startRawServer((socket) => socket.once('data', () => drip(socket)))
  const startedAt = performance.now()
  const fault = await catchFault(() => get(`http://127.0.0.1:${raw.port}/`, { deadline: Date.now() + 60 }))
  assert.equal([fault.code, fault.retryable], ['timeout', true])
  assert.ok(performance.now() - startedAt < 300)
  raw.stop()
})

/** The end of such a body is the end of its connection. */
const WITHOUT_LENGTH = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nbegin'

const dripWithoutLength = (socket: Socket): void => {
  socket.write(WITHOUT_LENGTH)
  const timer = setInterval(() => socket.write('x'), 3)
  socket.on('close', () => clearInterval(timer))
}

transport('a body without a length that is cut by the deadline is never an end', async () => {
  const raw = await startRawServer((socket) => socket.once('data', () => dripWithoutLength(socket)))
  for (let round = 0; round < 20; round++) {
    const fault = await catchFault(() => get(`http://127.0.0.1:${raw.port}/`, { deadline: Date.now() + 20 + round }))
    assert.equal([fault.code, fault.retryable], ['timeout', true])
  }
  await untilClosed(raw.sockets)
  raw.stop()
})

transport('a body without a length that is cut by the signal is Cancelled', async () => {
  const raw = await startRawServer((socket) => socket.once('data', () => dripWithoutLength(socket)))
  for (let round = 0; round < 10; round++) {
    const stop = new AbortController()
    const getting = get(`http://127.0.0.1:${raw.port}/`, { signal: stop.signal }).catch((error: unknown) => error)
    const [socket] = (await once(raw.server, 'connection')) as [Socket]
    await once(socket, 'data')
    setTimeout(() => stop.abort(), round)
    assert.ok(isCancelled(await getting))
  }
  raw.stop()
})

for (const [what, text] of [
  ['with a protocol', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
  ['without one', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
] as const)
  transport(`an answer 101 ${what} is a fault at once, and its connection is closed`, async () => {
    const raw = await startRawServer((socket) => socket.once('data', () => socket.write(text)))
    const fault = await catchFault(() => get(`http://127.0.0.1:${raw.port}/`))
    assert.equal([fault.code, fault.retryable], ['tool_failed', false])
    assert.match(fault.message, 'answered 101: it switches to another protocol')
    await untilClosed(raw.sockets)
    raw.stop()
  })

for (const encoding of ['gzip', 'br', 'deflate'])
  transport(`an empty body that is said to be ${encoding} is empty`, async () => {
    const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: ${encoding}\r\n`
    const raw = await startRawServer((socket) =>
      socket.once('data', () => socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)),
    )
    assert.is(((await get(`http://127.0.0.1:${raw.port}/`)) as JsonObject).body, '')
    raw.stop()
  })

/** Answers that stop in the middle: within the headers, and within bodies of each form. */
const SILENCES: [what: string, text: string, message: string][] = [
  ['before its headers', '', 'sent no headers within 40ms: raise header_timeout_ms'],
  ['within its headers', 'HTTP/1.1 200 OK\r\nContent-', 'sent no headers within 40ms: raise header_timeout_ms'],
  [
    'before its body',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n',
    'nothing of its body for 40ms: raise body_timeout_ms',
  ],
  ['within a body', WITHOUT_LENGTH, 'sent nothing of its body for 40ms'],
  [
    'before a deflated body',
    'HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n',
    'sent nothing of its body for 40ms',
  ],
]

for (const [what, text, message] of SILENCES)
  transport(`a server that falls silent ${what} is a timeout of that phase, and its connection is closed`, async () => {
    const raw = await startRawServer((socket) => socket.once('data', () => socket.write(text)))
    const input = { header_timeout_ms: 40, body_timeout_ms: 40 }
    const fault = await catchFault(() => get(`http://127.0.0.1:${raw.port}/`, {}, input))
    assert.equal([fault.code, fault.retryable], ['timeout', true])
    assert.match(fault.message, message)
    await untilClosed(raw.sockets)
    raw.stop()
  })

transport('a body that comes slowly, but comes, has the whole time of the step', async () => {
  const raw = await startRawServer((socket) =>
    socket.once('data', () => {
      dripWithoutLength(socket)
      setTimeout(() => socket.end(), 200)
    }),
  )
  const output = (await get(`http://127.0.0.1:${raw.port}/`, {}, { body_timeout_ms: 150 })) as JsonObject
  assert.match(String(output.body), /^beginx+$/)
  raw.stop()
})

transport('connections are kept, and shared by the tools of a project', async () => {
  const raw = await startRawServer((socket) =>
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')),
  )
  let connections = 0
  raw.server.on('connection', () => connections++)
  const options = createToolOptions({ allow: [`127.0.0.1:${raw.port}`] })
  for (const name of ['http.get', 'http.post', 'http.get', 'http.delete']) {
    const tool = await loadTool(name, options)
    await tool.perform({ url: `http://127.0.0.1:${raw.port}/` }, createActorContext())
  }
  raw.stop()
  assert.is(connections, 1)
})

transport('an address that was let in by one project is refused to another', async () => {
  const server = await startHttpServer((_, response) => void response.end('ok'))
  await get(server.url)
  const strict = await loadTool('http.get', createToolOptions())
  const fault = await catchFault(() => strict.perform({ url: server.url }, createActorContext()))
  await server.stop()
  assert.equal([fault.code, fault.retryable], ['address_blocked', false])
})

transport.run()
