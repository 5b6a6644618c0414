import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CliError } from '../../../src/cli/cli-error.ts'
import { expectNoServer } from '../../../src/cli/remote/named-server.ts'
import { findServer } from '../../../src/cli/remote/server-client.ts'
import { explainError } from '../../../src/cli/report-error.ts'
import { Paused, RunList } from '../../../src/web/api/schemas.ts'

const named = (server: string, token?: string) => ({
  options: { color: false, server },
  environment: { TROUPE_TOKEN: token },
})

/** The error of a list of runs. */
const listAt = async (server: string, token?: string): Promise<ReturnType<typeof explainError>> => {
  try {
    await findServer(named(server, token))?.get('/api/v1/runs?limit=1', RunList)
  } catch (thrown) {
    return explainError(thrown)
  }
  throw new Error('the list was answered')
}

const answering = async (listener: RequestListener, act: (url: string) => Promise<void>): Promise<void> => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    await act(`http://127.0.0.1:${port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const problem = (status: number, code: string, detail: string, hint?: string): RequestListener => {
  const body = JSON.stringify({ type: 'about:blank', title: 'T', status, code, detail, hint })
  return (_, response) => response.writeHead(status, { 'content-type': 'application/problem+json' }).end(body)
}

const says =
  (status: number, type: string, body: string): RequestListener =>
  (_, response) =>
    response.writeHead(status, { 'content-type': type }).end(body)

const test = suite('a server that the command line asks')

/** `URL` stands for the address of the server. */
const REFUSALS: [title: string, listener: RequestListener, message: string, hint: string, exitCode?: number][] = [
  [
    'a web site',
    says(200, 'text/html', '<html>hello</html>'),
    'URL does not answer as a Troupe server of this release: /api/v1/runs: the answer is no JSON',
    'is the URL right? if it is, compare troupe --version here and on the server',
  ],
  [
    'a web site without this page',
    says(404, 'text/html', '<html>no</html>'),
    'URL is not a Troupe server, or a proxy answers for it: GET /api/v1/runs gives 404',
    'is the URL right, and does the server run?',
  ],
  [
    'a proxy without its server',
    says(502, 'text/html', 'bad gateway'),
    'URL is not a Troupe server, or a proxy answers for it: GET /api/v1/runs gives 502',
    'is the URL right, and does the server run?',
  ],
  [
    'a redirect',
    (_, response) => response.writeHead(301, { location: 'https://other.example/' }).end(),
    'URL redirects to https://other.example/: expected the server itself',
    'name that address, if it is the server',
  ],
  [
    'an older server',
    problem(404, 'not_found', 'there is nothing at GET /api/v1/runs'),
    'URL has no /api/v1/runs',
    'is the URL right? if it is, the server is older: compare troupe --version here and there',
  ],
  [
    'a newer server, whose runs are of another form',
    says(200, 'application/json', '{"runs":[{"run":1}],"next":null}'),
    'URL does not answer as a Troupe server of this release: /api/v1/runs at /runs/0/run: Invalid input: expected string, received number (and ',
    'is the URL right? if it is, compare troupe --version here and on the server',
  ],
  [
    'a server that asks for a token',
    problem(401, 'unauthorized', 'no token'),
    'URL asks for a token',
    'set TROUPE_TOKEN to one of troupe tokens create',
  ],
  [
    'a missing scope',
    problem(403, 'missing_scope', "token 'ci' has no scope 'read'", 'create one that has it'),
    "URL: token 'ci' has no scope 'read'",
    'create one that has it',
  ],
  ['a broken server', problem(500, 'defect', 'the server has failed'), 'URL: the server has failed', ''],
  [
    'a workflow with errors',
    (_, response) => {
      const finding = {
        file: 'w.yaml',
        line: 3,
        column: 5,
        severity: 'error',
        code: 'unknown_kind',
        message: 'no kind',
      }
      const findings = [
        { ...finding, hint: "did you mean 'set'?" },
        { ...finding, line: 4 },
      ]
      const body = { status: 422, code: 'invalid_workflow', detail: 'no kind', findings }
      response.writeHead(422, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body))
    },
    "w.yaml:3:5: error[unknown_kind]: no kind\n  hint: did you mean 'set'?\nw.yaml:4:5: error[unknown_kind]: no kind",
    '',
    2,
  ],
  ['an unknown run', problem(404, 'not_found', "no run 'x'"), "no run 'x'", '', 2],
  [
    'half an answer',
    (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
      response.write('{"runs":[')
      setImmediate(() => response.destroy())
    },
    'URL: the answer broke off: ',
    'is the server up? then repeat the command',
  ],
  [
    'a connection that is cut before an answer',
    (request) => request.socket.destroy(),
    'URL: the server does not answer: ',
    'is the server up? then repeat the command',
  ],
]

for (const [title, listener, message, hint, exitCode = 3] of REFUSALS)
  test(`${title} is told in one line`, () =>
    answering(listener, async (url) => {
      const found = await listAt(url)
      assert.ok(found.message.startsWith(message.replace('URL', url)), found.message)
      assert.equal([found.hint ?? '', found.exitCode], [hint, exitCode])
    }))

test('an address without a server, and one without TLS, are told apart', async () => {
  let closed = ''
  await answering(says(200, 'text/html', ''), async (url) => {
    closed = url
  })
  const gone = await listAt(closed)
  assert.match(gone.message, `${closed}: no server answers: `)
  assert.match(gone.hint ?? '', 'troupe serve starts one')
  await answering(says(200, 'text/html', ''), async (url) => {
    const plain = await listAt(url.replace('http:', 'https:'))
    assert.match(plain.message, 'it does not speak TLS')
    assert.is(plain.hint, 'does the URL begin with http:// in place of https://?')
  })
})

test('a token that is refused, and a request whose answer is lost, say what to do', async () => {
  await answering(problem(401, 'unauthorized', 'the token is wrong, expired or revoked'), async (url) => {
    const refused = await listAt(url, 'wrong')
    assert.is(refused.message, `${url}: the token is wrong, expired or revoked`)
  })
  await answering(
    (_, response) => {
      response.writeHead(200, { 'content-length': '9' })
      response.write('{')
      setImmediate(() => response.destroy())
    },
    async (url) => {
      const lost = await findServer(named(url))?.post('/api/v1/runs/r/pause', Paused).catch(explainError)
      assert.ok(lost !== undefined && 'hint' in lost)
      assert.is(lost.hint, 'it may be done: look before you repeat the command')
    },
  )
})

test('wrong addresses, and a server beside a database, are refused', () => {
  const refuse = (options: object, environment = {}): string => {
    try {
      findServer({ options: { color: false, ...options }, environment })
    } catch (thrown) {
      return thrown instanceof CliError ? thrown.message : String(thrown)
    }
    return 'accepted'
  }
  for (const server of ['127.0.0.1', 'ftp://x', '', 'localhost:4800', 'http://x?y=1'])
    assert.is(refuse({ server }), `--server '${server}' is wrong: expected the URL of a server`)
  assert.is(refuse({}, { TROUPE_SERVER: 'x' }), "TROUPE_SERVER 'x' is wrong: expected the URL of a server")
  assert.is(refuse({ server: 'http://x', db: 'y' }), 'both --server and --db are given: expected one of them')
  assert.is(refuse({ db: 'y' }, { TROUPE_SERVER: 'http://x' }), 'accepted')
  assert.throws(() => expectNoServer(named('http://x')), /this command needs a database, and --server names a server/)
})

test.run()
