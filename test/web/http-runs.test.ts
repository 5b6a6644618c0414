import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonValue } from '../../src/core/json.ts'
import { objectsOf, pathOf, type Reached, reachedWith, submit, submitToEnd, untilEnded } from '../support/reached.ts'

const GREET = `workflow: greet
input: { name: string, tone?: string }
models: { default: mock/echo }
steps:
  - { id: say, llm: default, prompt: "Hello \${input.name}" }
  - { id: loud, set: { text: "\${steps.say.output.text + '!'}" } }
`
const FAIL = `workflow: broken
steps:
  - { id: stop, fail: { code: sold_out, message: "none left" } }
`
const ASK = `workflow: ask
steps:
  - { id: ask, approve: { title: Send it? }, timeout: 1h }
`
const UNDO = `workflow: undo
steps:
  - { id: book, tool: text.template, with: { template: booked, data: {} }, undo: { tool: text.template, with: { template: freed, data: {} } } }
  - { id: ask, approve: { title: Send it? }, timeout: 1h }
`

const reached = (act: (server: Reached) => Promise<void>): Promise<void> => reachedWith([GREET, FAIL, ASK, UNDO], act)

const ADA = { workflow: 'greet', input: { name: 'Ada' } }

const test = suite('runs over HTTP')

test('a restart runs the definition and the input again, with the changes that are sent', () =>
  reached(async (server) => {
    const old = await submitToEnd(server, ADA)
    const same = await server.client.post(`${pathOf(old)}/restart`)
    assert.is(same.status, 202)
    assert.equal([same.body.status, same.body.origin], ['queued', { kind: 'restart', of: old.run }])
    assert.equal((await untilEnded(server, same.body)).output, { text: 'Hello Ada!' })
    const changed = await server.client.post(`${pathOf(old)}/restart`, { input: { name: 'Bob' } })
    assert.equal((await untilEnded(server, changed.body)).output, { text: 'Hello Bob!' })
  }))

test('a run that has not ended is not restarted', () =>
  reached(async (server) => {
    const run = await submit(server, { workflow: 'ask' })
    const { status, body } = await server.client.post(`${pathOf(run)}/restart`)
    assert.equal([status, body.code], [409, 'conflict'])
    assert.match(String(body.hint), 'troupe cancel')
  }))

test('a fork copies what came before its step, and performs the rest', () =>
  reached(async (server) => {
    const old = await submitToEnd(server, ADA)
    const path = `${pathOf(old)}/fork`
    const set = [{ step: 'say', output: { text: 'Good day' } }]
    const plan = await server.client.post(path, { from: 'loud', set, dry_run: true })
    assert.equal([plan.status, plan.body.from, plan.body.is_reached], [200, { step: 'loud', visit: 1 }, true])
    const fork = await server.client.post(path, { from: 'loud', set })
    assert.is(fork.status, 202)
    assert.equal((await untilEnded(server, fork.body)).output, { text: 'Good day!' })
    const other = await server.client.post(path, { from: 'say', models: { default: 'mock/script' }, dry_run: true })
    assert.is(other.status, 200)
  }))

test('a restart or fork counts once for each key, and another request under the key is refused', () =>
  reached(async (server) => {
    const old = await submitToEnd(server, ADA)
    const other = await submitToEnd(server, ADA)
    const key = { 'idempotency-key': 'k' }
    const fork = { from: 'loud', set: [{ step: 'say', output: { text: 'Good day' } }] }
    for (const [path, body, changed] of [
      ['restart', {}, { input: { name: 'Bob' } }],
      ['fork', fork, { from: 'loud' }],
    ] as const) {
      const ask = (given: JsonValue, run = old) => server.client.post(`${pathOf(run)}/${path}`, given, key)
      const [first, second] = await Promise.all([ask(body), ask(body)])
      assert.is(first.body.run, second.body.run)
      assert.equal([first.body.is_new, second.body.is_new].sort(), [false, true])
      await untilEnded(server, first.body)
      const again = await ask(body)
      assert.equal([again.body.run, again.body.status, again.body.is_new], [first.body.run, 'completed', false])
      const refused = await ask(changed)
      assert.equal([refused.status, refused.body.code], [409, 'conflict'])
      assert.is((await ask(body, other)).body.is_new, true)
    }
    assert.is((await server.store.listRuns()).length, 6)
  }))

const WRONG_FORKS: readonly (readonly [body: JsonValue, status: number, code: string, detail: string])[] = [
  [{}, 400, 'invalid_request', "'/from'"],
  [{ from: 'nothing' }, 400, 'invalid_input', 'nothing'],
  [{ from: 'loud:7' }, 400, 'invalid_input', 'loud'],
  [{ from: 'loud', input: { name: 3 } }, 400, 'invalid_input', 'name'],
  [{ from: 'loud', models: { default: 'nowhere/x' } }, 400, 'invalid_input', 'unknown provider'],
  [{ from: 'loud', models: { default: 'x' } }, 400, 'invalid_input', 'expected alias=provider/name'],
  [{ from: 'loud', models: { other: 'mock/echo' } }, 400, 'invalid_input', 'no alias'],
  [{ from: 'loud', set: [{ step: 'later', output: 1 }] }, 400, 'invalid_input', 'later'],
]

test('a wrong fork is refused with a code, and makes no run', () =>
  reached(async (server) => {
    const old = await submitToEnd(server, ADA)
    for (const [body, status, code, detail] of WRONG_FORKS) {
      const answer = await server.client.post(`${pathOf(old)}/fork`, body)
      assert.equal([answer.status, answer.body.code], [status, code], JSON.stringify(body))
      assert.match(String(answer.body.detail), detail)
    }
    assert.is((await server.store.listRuns()).length, 1)
  }))

test('failed runs are rerun once, however often it is asked', () =>
  reached(async (server) => {
    const ended = [await submitToEnd(server, { workflow: 'broken' }), await submitToEnd(server, { workflow: 'broken' })]
    const rerun = (body: JsonValue) => server.client.post('/api/v1/reruns', body)
    const listed = await rerun({ fault: 'sold_out', limit: 1, dry_run: true })
    assert.equal(
      [listed.status, objectsOf(listed.body.runs).map(({ run }) => run), listed.body.left],
      [200, [ended[1]?.run], 1],
    )
    const first = await rerun({ fault: 'sold_out' })
    assert.is(first.status, 202)
    const made = objectsOf(first.body.runs)
    assert.equal(
      made.map(({ status }) => status),
      ['queued', 'queued'],
    )
    assert.equal(made.map(({ of }) => of).toSorted(), ended.map(({ run }) => run ?? null).toSorted())
    for (const run of made) await untilEnded(server, run)
    const handled = await rerun({ fault: 'sold_out', limit: 500 })
    const again = objectsOf(handled.body.runs).map(({ of }) => of)
    for (const { run } of ended) assert.not.ok(again.includes(run ?? null))
  }))

test('a journal is read by pages that hold each row once', () =>
  reached(async (server) => {
    const run = await submitToEnd(server, ADA)
    const seqs: JsonValue[] = []
    for (let from: JsonValue | undefined = 1; from !== null; ) {
      const { body } = await server.client.get(`${pathOf(run)}/journal?limit=2&from=${from}`)
      seqs.push(...objectsOf(body.rows).map(({ seq }) => seq ?? null))
      from = body.next
    }
    const rows = await server.store.readJournal(String(run.run))
    assert.equal(
      seqs,
      rows.map(({ seq }) => seq),
    )
    assert.equal((await server.client.get(`${pathOf(run)}/journal?from=1000`)).body.rows, [])
  }))

test('the state at a row has the steps that had started by then', () =>
  reached(async (server) => {
    const run = await submitToEnd(server, ADA)
    const at = async (query: string) => (await server.client.get(`${pathOf(run)}/state${query}`)).body
    const first = await at('?seq=2')
    assert.equal([first.status, first.seq], ['running', 2])
    assert.equal(
      objectsOf(first.steps).map(({ step, status }) => [step, status]),
      [['say', 'running']],
    )
    const last = await at('')
    assert.equal(
      objectsOf(last.steps).map(({ step }) => step),
      ['say', 'loud'],
    )
    for (const query of ['?seq=99', '?seq=0', '?seq=1&at=2026-01-01T00:00:00Z', '?at=2001-01-01T00:00:00Z'])
      assert.match(String((await at(query)).code), /^invalid_/, query)
  }))

test('a blob is downloaded as a file that no browser shows', () =>
  reached(async ({ url, client, store }) => {
    const hash = await store.putBlob(Buffer.from('<script>alert(1)</script>'))
    const answer = await fetch(`${url}/api/v1/blobs/${hash}`)
    assert.is(await answer.text(), '<script>alert(1)</script>')
    assert.is(answer.headers.get('content-type'), 'application/octet-stream')
    assert.match(answer.headers.get('content-disposition') ?? '', /^attachment/)
    assert.is(answer.headers.get('x-content-type-options'), 'nosniff')
    for (const wrong of ['0'.repeat(64), '..%2fx', 'a"b'])
      assert.is((await client.get(`/api/v1/blobs/${encodeURIComponent(wrong)}`)).status, 404)
  }))

test('a cancel tells which steps were undone', () =>
  reached(async (server) => {
    const run = await submit(server, { workflow: 'undo' })
    await server.until('it waits', async () => (await server.client.get(pathOf(run))).body.status === 'waiting')
    const { body } = await server.client.post(`${pathOf(run)}/cancel`)
    assert.equal([body.status, body.undone], ['cancelled', [{ step: 'book', visit: 1 }]])
  }))

test.run()
