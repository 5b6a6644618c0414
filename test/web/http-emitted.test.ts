import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createToken } from '../../src/service/access/tokens.ts'
import { objectsOf, reachedWith, submitToEnd } from '../support/reached.ts'

const TELL = `workflow: tell
input: { ids: "integer[]" }
steps:
  - id: each
    foreach: input.ids
    concurrency: 1
    do: [{ id: told, emit: order.paid, with: { id: "\${item}" }, subject: "order/\${item}" }]
`
const OTHER = `workflow: other
steps:
  - { id: told, emit: order.sent, with: { id: 9 } }
`

const PATH = '/api/v1/emitted-events'

const test = suite('emitted events over HTTP')

test('events are listed in their order, by pages, type, run, workflow and time', () =>
  reachedWith([TELL, OTHER], async (server) => {
    const { client } = server
    const { run } = await submitToEnd(server, { workflow: 'tell', input: { ids: [1, 2, 3] } })
    await submitToEnd(server, { workflow: 'other' })
    const list = async (query = ''): Promise<number[]> =>
      objectsOf((await client.get(`${PATH}${query}`)).body.events).map(({ data }) =>
        Number(Reflect.get(Object(data), 'id')),
      )
    assert.equal(await list(), [1, 2, 3, 9])
    assert.equal(await list('?type=order.sent'), [9])
    assert.equal(await list(`?run=${run}`), [1, 2, 3])
    assert.equal(await list('?workflow=other'), [9])
    assert.equal(await list('?since=2999-01-01T00:00:00Z'), [])
    assert.equal(await list('?until=2000-01-01T00:00:00Z'), [])
    const pages: number[][] = []
    for (let after: unknown = 0; after !== null; ) {
      const { body } = await client.get(`${PATH}?limit=3&after=${after}`)
      pages.push(objectsOf(body.events).map(({ data }) => Number(Reflect.get(Object(data), 'id'))))
      after = body.next
    }
    assert.equal(pages, [[1, 2, 3], [9]])
    const [event] = objectsOf((await client.get(PATH)).body.events)
    assert.equal([event?.specversion, event?.trouperun, event?.subject], ['1.0', run, 'order/1'])
    assert.is((await client.get(`${PATH}?run=r-none`)).status, 404)
  }))

test('a token for certain workflows lists the events of those', () =>
  reachedWith([TELL, OTHER], async (server) => {
    const { client, store } = server
    const { run } = await submitToEnd(server, { workflow: 'tell', input: { ids: [1] } })
    await submitToEnd(server, { workflow: 'other' })
    const make = async (workflow: string) => {
      const { token } = await createToken(
        store,
        { name: workflow === 'other' ? 'one' : 'wide', scopes: ['read'], workflow },
        Date.now(),
      )
      return { authorization: `Bearer ${token}` }
    }
    const [bound, wide] = [await make('other'), await make('o*')]
    const { body } = await client.get(PATH, bound)
    assert.equal(
      objectsOf(body.events).map(({ type }) => type),
      ['order.sent'],
    )
    for (const query of ['?workflow=tell', `?run=${run}`])
      assert.is((await client.get(`${PATH}${query}`, bound)).status, 403)
    assert.is((await client.get(PATH, wide)).status, 403)
    assert.is((await client.get(`${PATH}?workflow=other`, wide)).status, 200)
  }))

test.run()
