/** Bytes that no client of HTTP sends, and marks of all answers. */
import { connect } from 'node:net'
import { PassThrough } from 'node:stream'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { refuseBroken } from '../../src/web/broken-request.ts'
import { type Reached, reachedWith } from '../support/reached.ts'

/** The answer to these bytes, when the server has closed the connection. */
const sendRaw = ({ url }: Reached, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port, host } = new URL(url)
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(text.replaceAll('HOST', host)))
    let answer = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      answer += chunk
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
  })

const JSON_TYPE = 'content-type: application/json\r\n'

const BROKEN: readonly (readonly [name: string, text: string, status: number, code: string])[] = [
  ['no HTTP', 'NONSENSE\r\n\r\n', 400, 'invalid_request'],
  [
    'headers that are too long',
    `GET /healthz HTTP/1.1\r\nHost: HOST\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
    431,
    'too_large',
  ],
  ['a path that is too long', `GET /${'a'.repeat(30_000)} HTTP/1.1\r\nHost: HOST\r\n\r\n`, 431, 'too_large'],
  [
    'two lengths',
    `POST /api/v1/runs HTTP/1.1\r\nHost: HOST\r\n${JSON_TYPE}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
    'invalid_request',
  ],
  [
    'a length that is none',
    `POST /api/v1/runs HTTP/1.1\r\nHost: HOST\r\n${JSON_TYPE}Content-Length: x\r\n\r\n`,
    400,
    'invalid_request',
  ],
  [
    'two hosts',
    'GET /healthz HTTP/1.1\r\nHost: HOST\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    421,
    'wrong_host',
  ],
]

const test = suite('broken requests')

test('bytes that are no request are answered by a problem document, and the connection is closed', () =>
  reachedWith([], async (server) => {
    await Promise.all(
      BROKEN.map(async ([name, text, status, code]) => {
        const [head = '', body = ''] = (await sendRaw(server, text)).split('\r\n\r\n')
        assert.match(head, `HTTP/1.1 ${status} `, name)
        assert.match(head, 'content-type: application/problem+json', name)
        const problem = JSON.parse(body)
        assert.equal([problem.status, problem.code], [status, code], name)
      }),
    )
    assert.is((await server.client.get('/healthz')).status, 200)
  }))

test('a request that does not come in time is told so', () => {
  const socket = new PassThrough()
  refuseBroken(Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket)
  const answer = String(socket.read())
  assert.match(answer, 'HTTP/1.1 408 Request Timeout\r\n')
  assert.match(answer, '"detail":"the request did not come in time"')
  assert.ok(socket.writableEnded)
})

test('no answer is kept by a cache, or taken for another type', () =>
  reachedWith([], async ({ url }) => {
    for (const path of ['/api/v1/runs', '/api/v1/runs/none', '/docs', '/openapi.json', '/none']) {
      const { headers } = await fetch(url + path)
      assert.equal([headers.get('cache-control'), headers.get('x-content-type-options')], ['no-store', 'nosniff'], path)
    }
  }))

test('a page behind a run that was deleted is refused, and not empty', () =>
  reachedWith([], async ({ client }) => {
    const { status, body } = await client.get('/api/v1/runs?before=r-gone')
    assert.equal([status, body.hint], [400, 'begin with the first page'])
  }))

test.run()
