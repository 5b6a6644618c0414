import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { submitUntil, withServedDatabase } from '../../support/served-database.ts'

const ASK = `workflow: ask
steps:
  - { id: ask, approve: { title: Send it?, by: [ann, bob], form: { amount: integer }, show: "{'to': 'Ada'}" }, timeout: 1h }
`
const TWO = `workflow: two
steps:
  - { id: ask, approve: { title: Pay it?, count: 2 }, timeout: 1h }
`

const test = suite('approvals of a server')

test('lists and approvals are those of the database of the server', () =>
  withServedDatabase([ASK, TWO], async (server) => {
    const run = await submitUntil(server, { workflow: 'ask' }, 'waiting')
    await submitUntil(server, { workflow: 'two' }, 'waiting')
    const { stdout } = await server.same('approvals', 'list', '--json')
    const [first] = JSON.parse(stdout)
    for (const args of [
      ['list'],
      ['list', '--workflow', 'two'],
      ['list', '--run', 'last'],
      ['list', '--run', run, '--limit', '1', '--json'],
      ['show', first.id],
      ['show', first.id.slice(0, 4), '--json'],
      ['show', run, 'ask'],
      ['show', 'last'],
      ['show', run, 'aks'],
      ['show', '00000000'],
    ])
      await server.same('approvals', ...args)
  }))

test('a decision is taken once, with the values of its form, and a later one names the first', () =>
  withServedDatabase([ASK], async (server) => {
    const run = await submitUntil(server, { workflow: 'ask' }, 'waiting')
    const decide = (...args: string[]) => server.remote('approvals', ...args)
    assert.match((await decide('approve', run, '--by', 'eve', '--values', 'amount=1')).stderr, "'eve'")
    assert.match((await decide('approve', run, '--by', 'ann', '--values', 'amount=x')).stderr, 'amount')
    const decided = await decide('approve', run, 'ask', '--by', 'ann', '--values', 'amount=20', '--json')
    const { verdict, by, counted, missing, id } = JSON.parse(decided.stdout)
    assert.equal([verdict, by, counted, missing], ['approved', 'ann', true, 0])
    await server.until('it ends', async () => (await server.record(run)).status === 'completed')
    const late = await server.same('approvals', 'reject', id, '--by', 'bob')
    assert.match(late.stderr, 'ann')
    await server.same('approvals', 'approve', '--token', 'x')
  }))

test('of several approvals each is told with those that are still asked', () =>
  withServedDatabase([TWO], async (server) => {
    const run = await submitUntil(server, { workflow: 'two' }, 'waiting')
    const first = await server.remote('approvals', 'approve', run, '--by', 'ann')
    assert.match(first.stderr, '✓ ann approved: Pay it?')
    assert.match(first.stderr, '1 of 2: ann; still asked: anyone')
    const second = await server.remote('approvals', 'approve', run, '--by', 'bob', '--json')
    assert.is(JSON.parse(second.stdout).missing, 0)
  }))

test('a link that a server made is decided over HTTP and on its database, once', () =>
  withServedDatabase([ASK], async (server) => {
    const run = await submitUntil(server, { workflow: 'ask' }, 'waiting')
    const made = await server.remote('approvals', 'link', run)
    assert.match(made.stderr, 'its bearer may decide once, until')
    const token = made.stdout.trim()
    assert.match((await server.remote('approvals', 'link', 'last', 'ask', '--json')).stdout, '"token"')
    const late = await server.same('approvals', 'approve', '--token', token)
    assert.match(late.stderr, 'a newer one was made')
    const link = JSON.parse((await server.local('approvals', 'link', run, '--json')).stdout)
    assert.equal([link.run, link.path, link.title], [run, 'ask', 'Send it?'])
    const decide = (...args: string[]) => server.remote('approvals', 'approve', '--token', link.token, ...args)
    assert.match((await decide('--by', 'ann')).stderr, 'amount')
    const decided = await decide('--by', 'bob', '--values', 'amount=3')
    assert.match(decided.stderr, '✓ bob approved: Send it?')
    await server.until('it ends', async () => (await server.record(run)).status === 'completed')
    await server.same('approvals', 'reject', '--token', link.token, '--by', 'ann')
  }))

test('of a link for several people, the one left is who decides', () =>
  withServedDatabase([TWO.replace('count: 2', 'count: 2, by: [ann, bob]')], async (server) => {
    const run = await submitUntil(server, { workflow: 'two' }, 'waiting')
    const first = (await server.remote('approvals', 'link', run)).stdout.trim()
    const one = await server.remote('approvals', 'approve', '--token', first, '--by', 'ann')
    assert.match(one.stderr, '1 of 2: ann; still asked: bob')
    const second = (await server.remote('approvals', 'link', run)).stdout.trim()
    const other = await server.remote('approvals', 'approve', '--token', second)
    assert.match(other.stderr, '✓ bob approved: Pay it?')
  }))

test.run()
