import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createToken } from '../../src/service/access/tokens.ts'
import { reachedWith, submit } from '../support/reached.ts'

const waiting = (name: string): string => `workflow: ${name}
input: { order: integer }
steps:
  - { id: paid, wait: { event: paid }, timeout: 1h }
`

const PATH = '/api/v1/signals'

const test = suite('events to matching runs over HTTP')

test('each run that matches takes the event once, and a wrong condition is explained', () =>
  reachedWith([waiting('order'), waiting('refund')], async (server) => {
    const { client } = server
    const one = await submit(server, { workflow: 'order', input: { order: 1 } })
    const two = await submit(server, { workflow: 'order', input: { order: 2 } })
    const body = { match: 'run.workflow == "order" && input.order == 2', event: 'paid', id: 'payment-7' }
    const sent = await client.post(PATH, body)
    assert.equal([sent.status, sent.body.reached, sent.body.repeated], [202, [two.run], []])
    await server.until('it ends', async () => (await server.record(String(two.run))).status === 'completed')
    assert.is((await server.record(String(one.run))).status, 'running')
    assert.equal((await client.post(PATH, { ...body, match: 'false' })).body.reached, [])
    const wrong = await client.post(PATH, { ...body, match: 'run.workflw == "order"' })
    assert.equal([wrong.status, wrong.body.code], [400, 'invalid_input'])
    assert.match(String(wrong.body.hint), 'workflow')
  }))

test('a token for certain workflows sends to their runs alone', () =>
  reachedWith([waiting('order'), waiting('refund')], async (server) => {
    const { client, store } = server
    await submit(server, { workflow: 'order', input: { order: 1 } })
    const refund = await submit(server, { workflow: 'refund', input: { order: 1 } })
    const scopes = ['decide' as const]
    const { token } = await createToken(store, { name: 'r', scopes, workflow: 'refund' }, Date.now())
    const headers = { authorization: `Bearer ${token}` }
    const sent = await client.post(PATH, { match: 'input.order == 1', event: 'paid' }, headers)
    assert.equal([sent.status, sent.body.reached], [202, [refund.run]])
  }))

test.run()
