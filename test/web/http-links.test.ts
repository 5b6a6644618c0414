import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createToken } from '../../src/service/access/tokens.ts'
import { objectsOf, type Reached, reachedWith, submit } from '../support/reached.ts'

const ASK = `workflow: ask
steps:
  - { id: ask, approve: { title: Send it?, by: [ann, bob], form: { amount: integer } }, timeout: 1h }
`
const ONE = `workflow: one
steps:
  - { id: ask, approve: { title: Pay it?, by: [ann] }, timeout: 1h }
`

const SHOW = '/api/v1/approval-links/show'
const DECIDE = '/api/v1/approval-links/decide'

/** Submits a run that asks. Returns the path of its approval. */
const ask = async (server: Reached, workflow: string): Promise<string> => {
  const { run } = await submit(server, { workflow })
  let id = ''
  await server.until('it asks', async () => {
    const { body } = await server.client.get(`/api/v1/approvals?run=${run}`)
    id = String(objectsOf(body.approvals)[0]?.id ?? '')
    return id !== ''
  })
  return `/api/v1/approvals/${id}`
}

const link = async (server: Reached, path: string): Promise<string> => {
  const { status, body } = await server.client.post(`${path}/link`)
  assert.is(status, 200)
  return String(body.token)
}

const reached = (act: (server: Reached) => Promise<void>): Promise<void> => reachedWith([ASK, ONE], act)

const test = suite('links to approvals over HTTP')

test('the bearer of a link sees what is asked, and decides it once', () =>
  reached(async (server) => {
    const { client } = server
    const path = await ask(server, 'ask')
    const token = await link(server, path)
    const shown = await client.post(SHOW, { token })
    assert.equal([shown.status, shown.body.title, shown.body.by], [200, 'Send it?', ['ann', 'bob']])
    const nameless = await client.post(DECIDE, { token, decision: 'approve', values: { amount: 1 } })
    assert.equal([nameless.status, nameless.body.pointer], [400, '/by'])
    assert.match(String(nameless.body.detail), 'one of ann, bob')
    const stranger = await client.post(DECIDE, { token, decision: 'approve', by: 'eve', values: { amount: 1 } })
    assert.equal([stranger.status, stranger.body.code], [403, 'refused'])
    const wrong = await client.post(DECIDE, { token, decision: 'approve', by: 'ann', values: { amount: 'x' } })
    assert.equal([wrong.status, wrong.body.code], [400, 'invalid_input'])
    const body = { token, decision: 'approve', by: 'ann', values: { amount: 1 } }
    const decided = await client.post(DECIDE, body)
    assert.equal([decided.status, decided.body.by, decided.body.missing], [200, 'ann', 0])
    for (const again of [await client.post(DECIDE, body), await client.post(SHOW, { token })]) {
      assert.equal([again.status, again.body.code], [409, 'conflict'])
      assert.match(String(again.body.detail), 'ann')
    }
  }))

test('the only one who may decide need not be named', () =>
  reached(async (server) => {
    const token = await link(server, await ask(server, 'one'))
    const decided = await server.client.post(DECIDE, { token, decision: 'reject', comment: 'too dear' })
    assert.equal([decided.status, decided.body.by, decided.body.verdict], [200, 'ann', 'rejected'])
  }))

test('a newer link makes the older one void', () =>
  reached(async (server) => {
    const path = await ask(server, 'one')
    const [older, newer] = [await link(server, path), await link(server, path)]
    const refused = await server.client.post(DECIDE, { token: older, decision: 'approve' })
    assert.equal([refused.status, refused.body.code], [409, 'conflict'])
    assert.match(String(refused.body.detail), 'a newer one was made')
    assert.is((await server.client.post(DECIDE, { token: newer, decision: 'approve' })).status, 200)
  }))

test('a link asks for no token of the interface, and wrong ones are counted as failed logins', () =>
  reached(async (server) => {
    const { client, store } = server
    const token = await link(server, await ask(server, 'one'))
    await createToken(store, { name: 'ci', scopes: ['read'], workflow: undefined }, Date.now())
    assert.is((await client.get('/api/v1/approvals')).status, 401)
    assert.is((await client.post(SHOW, { token })).status, 200)
    const statuses: number[] = []
    for (let count = 0; count < 11; count++) statuses.push((await client.post(SHOW, { token: `x${count}` })).status)
    assert.equal(statuses, [...Array.from({ length: 10 }, () => 404), 429])
  }))

test.run()
