/** Emitted events and events to matching runs; and commands that no server performs. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createToken } from '../../../src/service/access/tokens.ts'
import { submitUntil, withServedDatabase } from '../../support/served-database.ts'

const TELL = `workflow: tell
steps:
  - { id: first, emit: order.paid, with: { id: 1 }, subject: order/1 }
  - { id: second, emit: order.sent, with: { id: 1 } }
`
const WAIT = `workflow: wait
input: { order: integer }
steps:
  - { id: paid, wait: { event: paid }, timeout: 1h }
`

const test = suite('events of a server')

test('emitted events are those of the database of the server', () =>
  withServedDatabase([TELL], async (server) => {
    await server.same('events', '--json')
    const run = await submitUntil(server, { workflow: 'tell' }, 'completed')
    await submitUntil(server, { workflow: 'tell' }, 'completed')
    for (const args of [
      [],
      ['--json'],
      ['--type', 'order.paid', '--json'],
      ['--run', run, '--limit', '1'],
      ['--run', 'last', '--json'],
      ['--since', '1h', '--all'],
      ['--until', '2020-01-01'],
      ['--limit', '3'],
    ])
      await server.same('events', ...args)
    const { stdout } = await server.remote('events', '--json')
    assert.is(stdout.trim().split('\n').length, 4)
  }))

test('an event reaches the runs that match, over HTTP as on the database', () =>
  withServedDatabase([WAIT], async (server) => {
    const run = await submitUntil(server, { workflow: 'wait', input: { order: 7 } }, 'waiting')
    await submitUntil(server, { workflow: 'wait', input: { order: 8 } }, 'waiting')
    const args = ['signal', '--match', 'input.order == 7', 'paid', '--id', 'p1', '--json']
    assert.equal(JSON.parse((await server.remote(...args)).stdout), {
      event: 'paid',
      id: 'p1',
      reached: [run],
      repeated: [],
    })
    await server.until('it ends', async () => (await server.record(run)).status === 'completed')
    await server.same(...args)
    await server.same('signal', '--match', 'input.order ==', 'paid')
  }))

const REFUSED: [args: string[], why: string][] = [
  [['run', 'hello.yaml'], 'troupe submit FILE has the server perform it; else leave out --server'],
  [['serve'], 'it is a server itself'],
  [['resume', '--all'], 'troupe watch RUN follows one'],
  [['tokens', 'list'], 'beside the database of the server'],
  [['tokens', 'create', '--name', 'ci', '--scope', 'read'], 'and not over HTTP'],
  [['tokens', 'revoke', 'ci'], 'and not over HTTP'],
  [['db', 'stats'], 'it looks after a database itself'],
  [['db', 'restore', 'a.db'], 'it looks after a database itself'],
]

test('commands that no server performs say why, and what to do', () =>
  withServedDatabase([], async (server) => {
    for (const [args, why] of REFUSED) {
      const { stdout, stderr } = await server.remote(...args)
      assert.is(stdout, '')
      assert.match(stderr, `this command needs a database, and --server names a server: ${server.url}/`)
      assert.match(stderr, why)
    }
  }))

test('doctor checks the server in place of a database', () =>
  withServedDatabase([], async (server) => {
    const check = async (...args: string[]) => {
      const { stdout } = await server.remote('doctor', '--json', ...args)
      const { checks }: { checks: { name: string; ok: boolean; detail: string }[] } = JSON.parse(stdout)
      assert.equal(
        checks.filter(({ name }) => name === 'database'),
        [],
      )
      return checks.find(({ name }) => name === 'server')
    }
    assert.equal((await check())?.detail, `${server.url} answers`)
    await createToken(server.store, { name: 'ci', scopes: ['read'], workflow: undefined }, Date.now())
    const refused = await check()
    assert.equal([refused?.ok, refused?.detail], [false, `${server.url} asks for a token`])
  }))

test.run()
