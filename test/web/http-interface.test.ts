import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { hashBytes } from '../../src/core/hash.ts'
import { isJsonObject, type JsonValue } from '../../src/core/json.ts'
import { readEvents } from '../support/http-client.ts'
import { pathOf, type Reached, reachedWith, submit } from '../support/reached.ts'

const GREET = `workflow: greet
input: { name: string }
steps:
  - { id: say, llm: mock/echo, prompt: "Hello \${input.name}" }
`
const ASK = `workflow: ask
steps:
  - { id: ask, approve: { title: Send it?, by: [ann, bob] }, timeout: 1h }
  - { id: paid, wait: { event: paid }, timeout: 1h }
`

const reached = (act: (server: Reached) => Promise<void>): Promise<void> => reachedWith([GREET, ASK], act)

const test = suite('HTTP interface')

test('a run is accepted once for each key, is shown, and ends', () =>
  reached(async (server) => {
    const { client } = server
    const greet = { workflow: 'greet', input: { name: 'Ada' } }
    const first = await submit(server, greet, { 'idempotency-key': 'k' })
    assert.is(first.is_new, true)
    const again = await submit(server, greet, { 'idempotency-key': 'k' })
    assert.equal([again.run, again.is_new], [first.run, false])
    const other = await client.post(
      '/api/v1/runs',
      { workflow: 'greet', input: { name: 'Bob' } },
      { 'idempotency-key': 'k' },
    )
    assert.equal([other.status, other.body.code], [409, 'conflict'])
    await server.until('it ends', async () => (await client.get(pathOf(first))).body.status === 'completed')
    const { body } = await client.get(`${pathOf(first)}/trace`)
    assert.equal(body.output, { text: 'Hello Ada' })
    assert.ok(Array.isArray(body.journal) && body.journal.length >= 3)
  }))

test('a submission with `wait` is answered with the output', () =>
  reached(async ({ client }) => {
    const { status, body } = await client.post('/api/v1/runs?wait=30s', { workflow: 'greet', input: { name: 'Ada' } })
    assert.equal([status, body.status, body.output], [200, 'completed', { text: 'Hello Ada' }])
    const waiting = await client.post('/api/v1/runs?wait=200ms', { workflow: 'ask' })
    assert.equal([waiting.status, waiting.body.output], [202, undefined])
  }))

test('the text of a workflow runs, and one with errors is answered with the findings', () =>
  reached(async ({ client }) => {
    const source = 'workflow: text\nsteps:\n  - { id: a, set: { v: 1 } }\n'
    const { body } = await client.post('/api/v1/runs?wait=30s', { source })
    assert.equal(body.output, { v: 1 })
    const wrong = await client.post('/api/v1/runs', { source: source.replace('set', 'sett') })
    assert.equal([wrong.status, wrong.body.code, wrong.body.pointer], [422, 'invalid_workflow', '/source'])
    const [finding] = Array.isArray(wrong.body.findings) ? wrong.body.findings : []
    assert.ok(isJsonObject(finding))
    assert.equal([finding.code, finding.line, finding.hint], ['unknown_kind', 3, "did you mean 'set'?"])
  }))

test('pages of runs hold each run once, newest first, also while runs are added', () =>
  reached(async (server) => {
    const submitted: JsonValue[] = []
    const add = async (): Promise<void> => {
      submitted.unshift((await submit(server, { workflow: 'greet', input: { name: 'Ada' } })).run ?? null)
    }
    for (let count = 0; count < 5; count++) await add()
    const listed: JsonValue[] = []
    let path = '/api/v1/runs?limit=2&workflow=greet'
    for (let next: JsonValue | undefined = ''; next !== null; ) {
      const { body } = await server.client.get(path)
      const runs = Array.isArray(body.runs) ? body.runs : []
      listed.push(...runs.flatMap((run) => (isJsonObject(run) ? [run.run ?? null] : [])))
      next = body.next
      path = `/api/v1/runs?limit=2&workflow=greet&before=${next}`
      if (listed.length === 2) await add()
    }
    assert.equal(listed, submitted.slice(1))
  }))

test('a stream of events has each row once, goes on behind the last event that came, and ends with the run', () =>
  reached(async (server) => {
    const { url, store } = server
    const run = await submit(server, { workflow: 'greet', input: { name: 'Ada' } })
    const events = await readEvents(`${url}${pathOf(run)}/events`)
    const rows = await store.readJournal(String(run.run))
    assert.equal(
      events.map(({ id, event }) => [id, event]),
      [...rows.map(({ seq, kind }) => [String(seq), kind]), [undefined, 'end']],
    )
    for (const { seq } of rows) {
      const rest = await readEvents(`${url}${pathOf(run)}/events`, { lastEventId: String(seq) })
      assert.equal(
        rest.map(({ id }) => id),
        [...rows.slice(seq).map((row) => String(row.seq)), undefined],
      )
    }
  }))

test('a hundred clients of one run each get every event, while it is asked and after it ends', () =>
  reached(async (server) => {
    const { url, client } = server
    const run = await submit(server, { workflow: 'ask' })
    const followed = Array.from({ length: 100 }, () => readEvents(`${url}${pathOf(run)}/events`))
    await server.until('it waits', async () => (await client.get(pathOf(run))).body.status === 'waiting')
    await client.post(`${pathOf(run)}/cancel`)
    const all = await Promise.all(followed)
    const rows = await server.store.readJournal(String(run.run))
    for (const events of all)
      assert.equal(
        events.map(({ id }) => id),
        [...rows.map(({ seq }) => String(seq)), undefined],
      )
  }))

test('an approval is decided once, by those who may', () =>
  reached(async (server) => {
    const { client } = server
    const run = await submit(server, { workflow: 'ask' })
    const listed = async (): Promise<JsonValue[]> => {
      const { approvals } = (await client.get(`/api/v1/approvals?run=${run.run}`)).body
      return Array.isArray(approvals) ? approvals : []
    }
    await server.until('it asks', async () => (await listed()).length === 1)
    const [approval] = await listed()
    assert.ok(isJsonObject(approval))
    const path = `/api/v1/approvals/${approval.id}`
    const decide = (by: string) => client.post(path, { decision: 'approve', by })
    const eve = await decide('eve')
    assert.equal([eve.status, eve.body.code], [403, 'refused'])
    assert.is((await decide('ann')).status, 200)
    const late = await decide('bob')
    assert.equal([late.status, late.body.code], [409, 'conflict'])
    await server.until('it goes on', async () => (await listed()).length === 0)
    const sent = await client.post(`${pathOf(run)}/signals`, { event: 'paid', id: 'p' })
    assert.equal([sent.status, sent.body.reached], [202, [run.run]])
    await server.until('it ends', async () => (await client.get(pathOf(run))).body.status === 'completed')
    const over = await client.post(`${pathOf(run)}/signals`, { event: 'paid' })
    assert.equal([over.status, over.body.code], [409, 'conflict'])
  }))

test('a link to an approval is a token that counts until the next one is made', () =>
  reached(async (server) => {
    const run = await submit(server, { workflow: 'ask' })
    const ask = () => server.client.post(`/api/v1/approvals/${run.run}/link`)
    await server.until('it asks', async () => (await ask()).status === 200)
    const { body } = await ask()
    assert.equal([body.run, body.title], [run.run, 'Send it?'])
    const found = async (token: JsonValue | undefined) => server.store.findApprovalByToken(hashBytes(String(token)))
    assert.is((await found(body.token))?.runId, run.run)
    await ask()
    assert.is(await found(body.token), undefined)
  }))

test('a run is paused, goes on, and is cancelled', () =>
  reached(async (server) => {
    const { client } = server
    const run = await submit(server, { workflow: 'ask' })
    assert.equal((await client.post(`${pathOf(run)}/pause`)).body.status, 'paused')
    assert.is((await client.post(`${pathOf(run)}/unpause`)).body.done, true)
    const cancelled = await client.post(`${pathOf(run)}/cancel`)
    assert.equal([cancelled.body.status, cancelled.body.was_over], ['cancelled', false])
    assert.is((await client.post(`${pathOf(run)}/cancel`)).body.was_over, true)
  }))

const WRONG: readonly (readonly [body: JsonValue, status: number, code: string, headers?: Record<string, string>])[] = [
  ['{', 400, 'invalid_json'],
  [[], 400, 'invalid_request'],
  [{}, 400, 'invalid_request'],
  [{ workflow: 1 }, 400, 'invalid_request'],
  [{ workflow: 'greet', source: 'x' }, 400, 'invalid_request'],
  [{ workflow: 'greet', inputs: {} }, 400, 'invalid_request'],
  [{ workflow: 'greet', input: { name: 3 } }, 400, 'invalid_input'],
  [{ workflow: 'greet', input: null }, 400, 'invalid_input'],
  [{ workflow: 'gret', input: {} }, 404, 'not_found'],
  [{ workflow: 'greet', input: { name: 'a' }, again_if: ['failed'] }, 400, 'invalid_input'],
  [{ workflow: 'greet' }, 415, 'wrong_type', { 'content-type': 'text/plain' }],
  [{ workflow: 'greet' }, 403, 'wrong_origin', { origin: 'https://evil.example' }],
  [{ workflow: 'greet' }, 403, 'wrong_origin', { origin: 'null' }],
  [{ workflow: 'greet' }, 400, 'invalid_request', { 'idempotency-key': 'k'.repeat(256) }],
]

test('a wrong submission is refused with a status, a code and no run', () =>
  reached(async ({ client, store }) => {
    for (const [body, status, code, headers] of WRONG) {
      const answer = await client.post('/api/v1/runs', body, headers)
      assert.equal([answer.status, answer.body.code], [status, code], JSON.stringify([body, headers]))
      assert.match(answer.headers.get('content-type') ?? '', 'application/problem+json')
    }
    assert.equal(await store.listRuns(), [])
  }))

test('an unknown field is named by a pointer, and a wrong method by those that there are', () =>
  reached(async ({ client, url }) => {
    const { body } = await client.post('/api/v1/runs', { workflow: 'greet', inputs: {} })
    assert.equal([body.pointer, body.detail], ['/inputs', "'/inputs': there is no such field"])
    const inner = await client.post('/api/v1/runs/last/fork', { from: 'a', set: [{ step: 'a', output: 1, 'a/b': 1 }] })
    assert.is(inner.body.pointer, '/set/0/a~1b')
    for (const [method, path, allow] of [
      ['DELETE', '/api/v1/runs', 'POST, GET'],
      ['GET', '/api/v1/runs/x/cancel', 'POST'],
      ['POST', '/openapi.json', 'GET'],
    ] as const) {
      const response = await fetch(url + path, { method })
      assert.equal([response.status, response.headers.get('allow')], [405, allow])
    }
    assert.equal([(await client.get('/api/v2/runs')).status, (await client.get('/')).body.code], [404, 'not_found'])
  }))

test('a body above the limit is refused before it is read whole', () =>
  reached(async ({ client }) => {
    const { status, body } = await client.post('/api/v1/runs', { workflow: 'greet', input: { name: 'a'.repeat(11e6) } })
    assert.equal([status, body.code], [413, 'too_large'])
  }))

test('a name that resolves to this machine gives a page of another site no access', () =>
  reached(async ({ url }) => {
    const { request } = await import('node:http')
    const status = await new Promise((resolve, reject) => {
      request(`${url}/api/v1/runs`, { headers: { host: 'rebound.example' } }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })
    assert.is(status, 421)
  }))

test('a server tells load balancers that it stops', async () => {
  let ask = async (): Promise<number> => 0
  await reached(async ({ client }) => {
    ask = async () => (await client.get('/readyz')).status
    assert.is((await client.get('/healthz')).status, 200)
    assert.is(await ask(), 200)
  })
  await ask().then(
    (status) => assert.is(status, 503),
    (error: Error) => assert.match(error.message, /fetch failed/),
  )
})

test.run()
