/** Names that resolve otherwise each time: the address that is connected to is the one that counts. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runProcess } from '../../../support/child-process.ts'
import { type Names, startNameServer } from '../../../support/name-server.ts'
import { createTempFolder } from '../../../support/temp-folder.ts'

const CHILD = fileURLToPath(new URL('../../../support/rebinding-child.ts', import.meta.url))

/** Stands for a public address: the project allows it. */
const OPEN = '127.0.0.2'
const CLOSED = '127.0.0.3'
const NAMES: Names = {
  'turning.rebind.example': [[OPEN], [CLOSED]],
  'mixed.rebind.example': [[CLOSED, OPEN]],
  'mapped.rebind.example': [[`::ffff:${CLOSED}`]],
  'zero.rebind.example': [['0.0.0.0']],
  'closed.rebind.example': [[CLOSED]],
  'open.rebind.example': [[OPEN]],
}

const listen = async (host: string, port: number, seen: string[]): Promise<Server> => {
  const server = createServer((request, response) => {
    seen.push(`${host}${request.url}`)
    response.shouldKeepAlive = request.url?.includes('kept') === true
    const location = request.url === '/redirect' ? { location: `http://closed.rebind.example:${port}/landed` } : {}
    response.writeHead(location.location === undefined ? 200 : 302, location).end('ok')
  })
  server.on('connection', () => seen.push(`${host} connected`))
  await new Promise<void>((resolve) => server.listen(port, host, resolve))
  return server
}

interface Asked {
  /** `/path STATUS` or `/path CODE` of each request. */
  said: string[]
  /** Requests to the forbidden address. */
  forbidden: string[]
  /** Requests to the allowed one. */
  reached: string[]
}

/** Asks in a process that has the name server alone, in a mount namespace of its own. */
const ask = async (...places: [name: string, path: string][]): Promise<Asked> => {
  const names = await startNameServer(NAMES)
  const seen: string[] = []
  const open = await listen(OPEN, 0, seen)
  const { port } = open.address() as AddressInfo
  const closed = await listen(CLOSED, port, seen)
  const resolver = createTempFolder().write(
    'resolv.conf',
    `nameserver ${names.address}\noptions timeout:2 attempts:1\n`,
  )
  const urls = places.map(([name, path]) => `http://${name}:${port}${path}`)
  const mounted = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
  try {
    const command = [
      'unshare',
      '-m',
      'sh',
      '-c',
      mounted,
      resolver,
      process.execPath,
      CHILD,
      `${OPEN}:${port}`,
      ...urls,
    ]
    const { stdout, stderr } = await runProcess(command)
    assert.is(stderr, '')
    return {
      said: stdout.trim().split('\n'),
      forbidden: seen.filter((one) => one.startsWith(`${CLOSED}/`)),
      reached: seen.filter((one) => one.startsWith(`${OPEN}/`)),
    }
  } finally {
    for (const server of [open, closed]) server.closeAllConnections()
    for (const server of [open, closed]) await new Promise((resolve) => server.close(resolve))
    await names.stop()
  }
}

const canMount = async (): Promise<boolean> =>
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  (
    await runProcess(['unshare', '-m', 'sh', '-c', 'mount --bind /etc/resolv.conf /etc/resolv.conf']).catch(
      () => undefined,
    )
  )?.exitCode === 0

const rebinding = suite('rebinding')
const test = (await canMount()) ? rebinding : rebinding.skip

test('a name that turns to a forbidden address is refused at the next connection', async () => {
  const { said, forbidden, reached } = await ask(
    ['turning.rebind.example', '/first'],
    ['turning.rebind.example', '/second'],
  )
  assert.equal(said, ['/first 200', '/second address_blocked'])
  assert.equal([forbidden, reached], [[], [`${OPEN}/first`]])
})

test('a kept connection goes on with the address that was judged', async () => {
  const { said, forbidden } = await ask(['turning.rebind.example', '/kept/1'], ['turning.rebind.example', '/kept/2'])
  assert.equal([said, forbidden], [['/kept/1 200', '/kept/2 200'], []])
})

test('of several addresses the forbidden ones are passed over', async () => {
  const { said, forbidden, reached } = await ask(['mixed.rebind.example', '/mixed'])
  assert.equal([said, forbidden, reached], [['/mixed 200'], [], [`${OPEN}/mixed`]])
})

test('a mapped, an unspecified and a forbidden address are refused, with the dot of the root too', async () => {
  const { said, forbidden } = await ask(
    ['mapped.rebind.example', '/mapped'],
    ['zero.rebind.example', '/zero'],
    ['closed.rebind.example', '/closed'],
    ['closed.rebind.example.', '/dot'],
    ['CLOSED.rebind.example', '/case'],
    ['missing.rebind.example', '/missing'],
  )
  assert.equal(said, [
    ...['/mapped', '/zero', '/closed', '/dot', '/case'].map((path) => `${path} address_blocked`),
    '/missing unavailable',
  ])
  assert.equal(forbidden, [])
})

test('a redirect to a name with a forbidden address is refused', async () => {
  const { said, forbidden, reached } = await ask(['open.rebind.example', '/redirect'])
  assert.equal([said, forbidden, reached], [['/redirect address_blocked'], [], [`${OPEN}/redirect`]])
})

rebinding.run()
