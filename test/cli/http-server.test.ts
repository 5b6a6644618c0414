import { createServer } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type CliProject, createCliProject, HELLO } from '../support/cli-project.ts'

const withProject = async (act: (project: CliProject) => Promise<void>): Promise<void> => {
  const project = createCliProject({ 'hello.yaml': HELLO })
  try {
    await act(project)
  } finally {
    project.remove()
  }
}

/** Holds a port of this machine while `act` goes on. */
const holdingPort = async (act: (port: number) => Promise<void>): Promise<void> => {
  const server = createServer()
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
  await act(port).finally(() => server.close())
}

const test = suite('HTTP of troupe serve')

test('the first line of `serve --json` has the address, where a run is submitted and ends', () =>
  withProject(async (project) => {
    await project.troupe(['workflows', 'apply', 'hello.yaml'])
    const server = project.start(['serve', '--listen', ':0', '--json'])
    await server.waitFor(/server\.started.*\n/)
    const started = JSON.parse(server.output().stdout.split('\n')[0] ?? '')
    const answer = await fetch(`${started.url}/api/v1/runs?wait=30s`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ workflow: 'hello', input: { name: 'Ada' } }),
    })
    assert.is(answer.status, 200)
    assert.match(await answer.text(), '"status":"completed"')
    server.kill('SIGTERM')
    assert.is((await server.done).exitCode, 0)
  }))

test('with a token a server listens beyond this machine, and asks for it', () =>
  withProject(async (project) => {
    const { stdout } = await project.troupe(['tokens', 'create', '--name', 'ci', '--scope', 'read'])
    const server = project.start(['serve', '--listen', '0.0.0.0:0', '--json'])
    await server.waitFor(/server\.started.*\n/)
    const { url } = JSON.parse(server.output().stdout.split('\n')[0] ?? '')
    const runs = `${url.replace('0.0.0.0', '127.0.0.1')}/api/v1/runs`
    assert.is((await fetch(runs)).status, 401)
    assert.is((await fetch(runs, { headers: { authorization: `Bearer ${stdout.trim()}` } })).status, 200)
    server.kill('SIGTERM')
    await server.done
  }))

test('an address that was asked for and is in use is an error of the environment', () =>
  withProject((project) =>
    holdingPort(async (port) => {
      const { exitCode, stderr } = await project.troupe(['serve', '--listen', `:${port}`])
      assert.is(exitCode, 3)
      assert.match(stderr, `port ${port} is in use: this server can't listen there`)
      assert.match(stderr, 'hint: --listen :0 takes any free port')
    }),
  ))

const WRONG: readonly (readonly [address: string, exitCode: number, message: string])[] = [
  ['4800', 2, "--listen '4800' is wrong: expected HOST:PORT, :PORT or none"],
  ['127.0.0.1:99999', 2, "--listen '127.0.0.1:99999' is wrong"],
  ['::1:80', 2, "--listen '::1:80' is wrong"],
  [
    '0.0.0.0:4800',
    3,
    'the database has no token that counts\n  hint: create one first: troupe tokens create --name admin --scope admin',
  ],
  ['192.0.2.1:4800', 3, 'others reach it'],
]

test('an address that is wrong, or that others reach without tokens, is refused', () =>
  withProject(async (project) => {
    for (const [address, exitCode, message] of WRONG) {
      const ended = await project.troupe(['serve', '--listen', address])
      assert.is(ended.exitCode, exitCode, ended.stderr)
      assert.match(ended.stderr, message)
    }
  }))

test.run()
