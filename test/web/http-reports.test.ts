import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createToken } from '../../src/service/access/tokens.ts'
import { objectsOf, pathOf, type Reached, reachedWith, submitToEnd } from '../support/reached.ts'

const GREET = `workflow: greet
steps:
  - { id: say, llm: mock/echo, prompt: Hello }
  - { id: rest, wait: { for: 20ms } }
`
const FAIL = `workflow: broken
steps:
  - { id: stop, fail: { code: sold_out, message: "none left" } }
`

const reached = (act: (server: Reached) => Promise<void>): Promise<void> => reachedWith([GREET, FAIL], act)

const test = suite('reports over HTTP')

test('the cost of model calls is summed by the groups that are asked', () =>
  reached(async (server) => {
    for (let count = 0; count < 2; count++) await submitToEnd(server, { workflow: 'greet' })
    const ask = async (query: string) => (await server.client.get(`/api/v1/reports/cost${query}`)).body
    const [row] = objectsOf((await ask('')).rows)
    assert.equal([row?.provider, row?.model, row?.calls, row?.day], ['mock', 'echo', 2, undefined])
    const [daily] = objectsOf((await ask('?by=day,workflow&workflow=greet')).rows)
    assert.equal([daily?.workflow, daily?.day], ['greet', new Date().toISOString().slice(0, 10)])
    assert.equal((await ask('?workflow=broken')).rows, [])
    assert.equal((await ask('?since=2999-01-01T00:00:00Z')).rows, [])
    const wrong = await server.client.get('/api/v1/reports/cost?by=month')
    assert.equal([wrong.status, wrong.body.code], [400, 'invalid_request'])
    assert.match(String(wrong.body.detail), 'provider, model, workflow, step, day')
  }))

test('a run and the last runs of a workflow are profiled', () =>
  reached(async (server) => {
    const run = await submitToEnd(server, { workflow: 'greet' })
    await submitToEnd(server, { workflow: 'greet' })
    const { body } = await server.client.get(`${pathOf(run)}/profile`)
    assert.equal([body.workflow, body.run, body.runs], ['greet', run.run, 1])
    const [first] = objectsOf(body.steps)
    assert.equal([first?.step, first?.what], ['rest', 'wait'])
    const all = await server.client.get('/api/v1/workflows/greet/profile?limit=5')
    assert.equal([all.body.run, all.body.runs], [null, 2])
    const none = await server.client.get('/api/v1/workflows/broken/profile')
    assert.equal([none.status, none.body.code], [404, 'not_found'])
  }))

test('failed runs are grouped, and leave the list by the request that each group names', () =>
  reached(async (server) => {
    const list = async (query = '') => objectsOf((await server.client.get(`/api/v1/failed${query}`)).body.failed)
    const { run } = await submitToEnd(server, { workflow: 'broken' })
    await submitToEnd(server, { workflow: 'broken' })
    const [group] = await list()
    assert.equal([group?.workflow, group?.fault, group?.step, group?.count], ['broken', 'sold_out', 'stop', 2])
    const { path, body } = objectsOf([group?.rerun ?? null])[0] ?? {}
    const rerun = await server.client.post(String(path), body)
    assert.equal([rerun.status, objectsOf(rerun.body.runs).length], [202, 2])
    assert.ok(objectsOf(rerun.body.runs).some(({ of }) => of === run))
    await server.until('the reruns fail too', async () => (await list())[0]?.count === 2)
    assert.is((await list('?all=true'))[0]?.count, 4)
    assert.equal(await list('?workflow=greet'), [])
  }))

test('a token for certain workflows sees their reports alone', () =>
  reached(async (server) => {
    await submitToEnd(server, { workflow: 'broken' })
    const run = await submitToEnd(server, { workflow: 'greet' })
    const wanted = { name: 'b', scopes: ['read'], workflow: 'broken' } as const
    const { token } = await createToken(server.store, wanted, Date.now())
    const ask = (path: string) => server.client.get(path, { authorization: `Bearer ${token}` })
    assert.equal((await ask('/api/v1/reports/cost')).body.rows, [])
    assert.is(objectsOf((await ask('/api/v1/failed')).body.failed).length, 1)
    for (const path of [
      `${pathOf(run)}/profile`,
      '/api/v1/workflows/greet/profile',
      '/api/v1/reports/cost?workflow=greet',
    ])
      assert.is((await ask(path)).status, 403)
  }))

test.run()
