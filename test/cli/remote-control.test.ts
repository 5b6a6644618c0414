import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { RunningProcess } from '../support/child-process.ts'
import { type CliProject, createCliProject, HELLO } from '../support/cli-project.ts'

const PAID = `workflow: paid
steps:
  - { id: paid, wait: { event: paid }, timeout: 1h }
`

/** A served project, and a folder elsewhere that has no database. */
const served = async (
  act: (parts: { project: CliProject; elsewhere: CliProject; url: string; token: string }) => Promise<void>,
): Promise<void> => {
  const project = createCliProject({ 'hello.yaml': HELLO, 'paid.yaml': PAID })
  const elsewhere = createCliProject({ 'hello.yaml': HELLO })
  let server: RunningProcess | undefined
  try {
    await project.troupe(['workflows', 'apply', 'hello.yaml', 'paid.yaml'])
    const created = await project.troupe(['tokens', 'create', '--name', 'ann', '--scope', 'submit,decide,read'])
    server = project.start(['serve', '--listen', ':0', '--json'])
    await server.waitFor(/server\.started.*\n/)
    const { url } = JSON.parse(server.output().stdout.split('\n')[0] ?? '')
    await act({ project, elsewhere, url, token: created.stdout.trim() })
  } finally {
    server?.kill('SIGTERM')
    await server?.done
    project.remove()
    elsewhere.remove()
  }
}

const test = suite('the command line over HTTP')

test('runs of a server are submitted, paused, signalled and cancelled, with the output of a local database', () =>
  served(async ({ project, elsewhere, url, token }) => {
    const env = { TROUPE_SERVER: url, TROUPE_TOKEN: token }
    const there = (...args: string[]) => elsewhere.troupe(args, { env })
    const submitted = await there('submit', 'hello', '-i', 'name=Ada', '--key', 'k')
    assert.is(submitted.exitCode, 0, submitted.stderr)
    const id = submitted.stdout.trim()
    assert.match(submitted.stderr, `run ${id} is queued`)
    const again = await there('submit', 'hello', '-i', 'name=Ada', '--key', 'k')
    assert.is(again.stdout.trim(), id)
    assert.match(again.stderr, `run ${id} was submitted with this key before`)
    const other = await there('submit', 'hello', '-i', 'name=Bob', '--key', 'k')
    assert.equal([other.exitCode, other.stdout], [2, ''])
    const { run } = JSON.parse((await there('submit', 'paid', '--json')).stdout)
    assert.match((await there('pause', run)).stderr, `run ${run} is paused`)
    assert.match((await there('unpause', 'last')).stderr, `run ${run} continues`)
    assert.equal(JSON.parse((await there('signal', run, 'other', '--id', 'e', '--json')).stdout), {
      event: 'other',
      id: 'e',
      reached: [run],
      repeated: [],
    })
    assert.match((await there('cancel', run)).stderr, `run ${run} is cancelled`)
    const [remote, local] = [await there('cancel', run, '--json'), await project.troupe(['cancel', run, '--json'])]
    assert.equal([remote.exitCode, remote.stdout], [local.exitCode, local.stdout])
    assert.is((await there('signal', run, 'paid')).exitCode, 1)
  }))

test('a server is named once for all commands, and one that does not fit a command keeps it from a database', () =>
  served(async ({ elsewhere, url, token }) => {
    const env = { TROUPE_SERVER: url, TROUPE_TOKEN: token }
    const cases: [args: string[], exitCode: number, message: string][] = [
      [['cancel', 'r-none'], 2, "no run 'r-none'"],
      [['run', 'hello.yaml', '-i', 'name=Ada'], 2, 'this command needs a database, and TROUPE_SERVER names a server'],
      [['submit', 'hello.yaml', '-i', 'name=Ada'], 3, "token 'ann' has no scope 'author'"],
      [['pause', 'last', '--server', 'x'], 2, "--server 'x' is wrong: expected the URL of a server"],
    ]
    for (const [args, expected, message] of cases) {
      const { exitCode, stderr } = await elsewhere.troupe(args, { env })
      assert.match(stderr, message)
      assert.is(exitCode, expected, stderr)
    }
  }))

test.run()
