import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { objectsOf, pathOf, type Reached, reachedWith, submitToEnd } from '../support/reached.ts'

const GREET = `workflow: greet
steps:
  - { id: say, set: { text: "'hello'" } }
`
const LOUDER = GREET.replace('hello', 'HELLO')
const DAILY = `workflow: daily
triggers: [{ schedule: "0 9 * * *" }]
steps:
  - { id: say, set: { text: "'good morning'" } }
`

const reached = (act: (server: Reached) => Promise<void>): Promise<void> => reachedWith([GREET], act)

const test = suite('workflows over HTTP')

test('a workflow that is applied runs by its name, and its versions are listed and compared', () =>
  reached(async (server) => {
    const { client } = server
    const trial = await client.post('/api/v1/workflows', { source: LOUDER, dry_run: true })
    assert.equal(
      [trial.status, trial.body.applied, objectsOf(trial.body.workflows)[0]?.change],
      [200, false, 'changed'],
    )
    assert.is((await client.get('/api/v1/workflows/greet')).body.version, 1)
    const applied = await client.post('/api/v1/workflows', { source: LOUDER })
    assert.equal([applied.body.applied, objectsOf(applied.body.workflows)[0]?.version], [true, 2])
    assert.equal((await submitToEnd(server, { workflow: 'greet' })).output, { text: 'HELLO' })
    const newest = (await client.get('/api/v1/workflows/greet')).body
    assert.equal([newest.version, newest.source, objectsOf(newest.versions).length], [2, LOUDER, 2])
    assert.is((await client.get('/api/v1/workflows/greet?version=1')).body.source, GREET)
    const { body } = await client.get('/api/v1/workflows/greet/diff')
    assert.equal([body.from, body.to, body.is_same], ['version 1', 'version 2', false])
    assert.equal(
      objectsOf(body.steps).map(({ kind, step }) => [kind, step]),
      [['changed', 'say']],
    )
  }))

test('a list of workflows has the number of their schedules', () =>
  reached(async ({ client }) => {
    assert.is((await client.post('/api/v1/workflows', { source: DAILY })).status, 200)
    const listed = objectsOf((await client.get('/api/v1/workflows')).body.workflows)
    assert.equal(
      listed.map(({ workflow, schedules }) => [workflow, schedules]),
      [
        ['daily', 1],
        ['greet', 0],
      ],
    )
  }))

test('a text with errors is answered with its findings, and registers nothing', () =>
  reached(async ({ client, store }) => {
    const source = LOUDER.replace('set', 'sett')
    const { status, body } = await client.post('/api/v1/workflows/validate', { source })
    assert.equal([status, body.ok, objectsOf(body.diagnostics)[0]?.code], [200, false, 'unknown_kind'])
    assert.equal((await client.post('/api/v1/workflows/validate', { source: GREET })).body, {
      ok: true,
      diagnostics: [],
    })
    const refused = await client.post('/api/v1/workflows', { source })
    assert.equal([refused.status, refused.body.code], [422, 'invalid_workflow'])
    assert.is((await store.listVersions('greet')).length, 1)
  }))

test('a workflow and a run are drawn as pictures that run no script', () =>
  reached(async (server) => {
    const run = await submitToEnd(server, { workflow: 'greet' })
    for (const path of ['/api/v1/workflows/greet/graph', `${pathOf(run)}/graph`]) {
      const answer = await fetch(server.url + path)
      assert.match(await answer.text(), /^<svg/)
      assert.match(answer.headers.get('content-type') ?? '', 'image/svg+xml')
      assert.match(answer.headers.get('content-security-policy') ?? '', "default-src 'none'")
    }
  }))

test('a workflow or version that there is not is answered with those that there are', () =>
  reached(async ({ client }) => {
    for (const [path, status, hint] of [
      ['/gret', 404, "did you mean 'greet'?"],
      ['/greet?version=7', 404, 'it has 1'],
      ['/greet?version=x', 400, 'GET /docs shows the fields of each request'],
      ['/greet/diff', 404, undefined],
      ['/gret/graph', 404, "did you mean 'greet'?"],
    ] as const) {
      const answer = await client.get(`/api/v1/workflows${path}`)
      assert.equal([answer.status, answer.body.hint], [status, hint], path)
    }
  }))

test.run()
