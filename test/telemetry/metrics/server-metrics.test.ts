import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createToken } from '../../../src/service/access/tokens.ts'
import type { Scope } from '../../../src/store/token-store.ts'
import { compileFamily, compileWorkflow } from '../../support/compile-workflow.ts'
import { type Family, readMetrics, sumOf } from '../../support/metrics-page.ts'
import { pathOf, type Reached, reachedWith, submit, submitToEnd } from '../../support/reached.ts'

const GREET = `workflow: greet
input: { name: string }
steps:
  - { id: say, llm: mock/echo, prompt: "Hello \${input.name}" }
`
const FAIL = `workflow: broken
steps:
  - { id: call, tool: http.get, with: { url: "http://127.0.0.1:1/" }, retry: { max: 2, backoff: 10ms..20ms, on: [address_blocked] } }
`
const ASK = `workflow: ask
steps:
  - { id: ask, approve: { title: Send it?, by: [ann] }, timeout: 1h }
`
const PARENT = `workflow: parent
steps:
  - { id: below, workflow: greet.yaml, with: { name: Ada } }
`

const reached = (act: (server: Reached) => Promise<void>): Promise<void> => reachedWith([GREET, FAIL, ASK], act)

const read = async ({ url }: Reached): Promise<Map<string, Family>> => readMetrics(await readPage(url))

const readPage = async (url: string): Promise<string> => {
  const response = await fetch(`${url}/metrics`)
  assert.is(response.status, 200)
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; ?version=0\.0\.4/)
  return response.text()
}

const test = suite('metrics of a server')

test('runs, steps and model calls are counted by status, kind and provider', () =>
  reached(async (server) => {
    await submitToEnd(server, { workflow: 'greet', input: { name: 'Ada' } })
    await submitToEnd(server, { workflow: 'broken' })
    await submit(server, { workflow: 'ask' })
    await server.until(
      'the run waits',
      async () => sumOf(await read(server), 'troupe_runs', { phase: 'waiting' }) === 1,
    )
    const page = await read(server)
    assert.is(sumOf(page, 'troupe_run_duration_seconds_count', { status: 'completed' }), 1)
    assert.is(sumOf(page, 'troupe_run_duration_seconds_count', { status: 'failed' }), 1)
    assert.is(sumOf(page, 'troupe_runs_taken_total', { start: 'new' }), 3)
    assert.is(sumOf(page, 'troupe_runs_left_total', { why: 'waiting' }), 1)
    assert.is(sumOf(page, 'troupe_step_duration_seconds_count', { kind: 'llm', outcome: 'completed' }), 1)
    assert.is(sumOf(page, 'troupe_step_duration_seconds_count', { kind: 'tool', outcome: 'failed' }), 1)
    assert.is(sumOf(page, 'troupe_step_retries_total', { kind: 'tool' }), 1)
    assert.is(sumOf(page, 'troupe_model_calls_total', { provider: 'mock' }), 1)
    assert.ok(sumOf(page, 'troupe_model_tokens_total', { provider: 'mock', direction: 'input' }) > 0)
    assert.is(sumOf(page, 'troupe_model_cost_usd_micros_total', { provider: 'mock' }), 0)
    assert.equal(
      ['queued', 'active', 'waiting'].map((phase) => sumOf(page, 'troupe_runs', { phase })),
      [0, 0, 1],
    )
    assert.is(sumOf(page, 'troupe_held_runs'), 0)
    assert.ok(sumOf(page, 'troupe_store_call_duration_seconds_count', { operation: 'write' }) > 0)
    assert.ok(sumOf(page, 'process_resident_memory_bytes') > 1e6)
    assert.ok(page.has('nodejs_eventloop_lag_p99_seconds'))
  }))

test('the first reading has the state of its moment', () =>
  reached(async (server) => {
    await submitToEnd(server, { workflow: 'greet', input: { name: 'Ada' } })
    await server.submit(compileWorkflow(ASK.replace('ask\nsteps', 'ask\nflow: { rate: 1/1h }\nsteps')))
    await server.submit(compileWorkflow(ASK.replace('ask\nsteps', 'ask\nflow: { rate: 1/1h }\nsteps')))
    const page = await read(server)
    assert.ok(sumOf(page, 'troupe_runs', { phase: 'queued' }) >= 1)
    assert.ok(sumOf(page, 'troupe_oldest_run_seconds', { phase: 'queued' }) > 0)
  }))

test('the model call of a child run counts once', () =>
  reachedWith([], async (server) => {
    const id = await server.submit(compileFamily(PARENT, { 'greet.yaml': GREET }))
    await server.until('it ends', async () => (await server.record(id)).status === 'completed')
    const page = await read(server)
    assert.is(sumOf(page, 'troupe_model_calls_total'), 1)
    assert.is(sumOf(page, 'troupe_step_duration_seconds_count', { kind: 'workflow' }), 1)
  }))

test('requests are counted by the pattern of their path, and never by an id', () =>
  reached(async (server) => {
    const run = await submitToEnd(server, { workflow: 'greet', input: { name: 'Ada' } })
    for (const path of [pathOf(run), '/api/v1/runs/r-none', '/nowhere/at/all', '/other']) await fetch(server.url + path)
    const page = await read(server)
    const count = (labels: Record<string, string>): number =>
      sumOf(page, 'troupe_http_request_duration_seconds_count', labels)
    assert.is(count({ route: '/api/v1/runs/:run', status: '200' }), 1)
    assert.is(count({ route: '/api/v1/runs/:run', status: '404' }), 1)
    assert.is(count({ route: 'none', status: '404' }), 2)
    assert.is(count({ method: 'POST', route: '/api/v1/runs' }), 1)
  }))

test('the clients that follow events are counted while they do', () =>
  reached(async (server) => {
    const run = await submit(server, { workflow: 'ask' })
    const stop = new AbortController()
    const response = await fetch(`${server.url}${pathOf(run)}/events`, { signal: stop.signal })
    assert.is(response.status, 200)
    const count = async (): Promise<number> => sumOf(await read(server), 'troupe_http_event_streams')
    assert.is(await count(), 1)
    stop.abort()
    await server.until('the stream is closed', async () => (await count()) === 0)
  }))

test('no label holds the name of a workflow, a run or a step', () =>
  reached(async (server) => {
    const { run } = await submitToEnd(server, { workflow: 'greet', input: { name: 'Ada' } })
    await fetch(`${server.url}/api/v1/workflows/greet`)
    const values = [...(await read(server)).values()].flatMap(({ samples }) =>
      samples.flatMap(({ labels }) => Object.values(labels)),
    )
    assert.equal(
      values.filter((value) => [run, 'greet', 'say'].some((name) => value.includes(String(name)))),
      [],
    )
  }))

test('metrics need the scope read, for all workflows', () =>
  reached(async ({ url, store }) => {
    const ask = async (token?: string): Promise<number> =>
      (await fetch(`${url}/metrics`, { headers: token ? { authorization: `Bearer ${token}` } : {} })).status
    const create = async (name: string, scopes: Scope[], workflow?: string): Promise<string> =>
      (await createToken(store, { name, scopes, workflow }, Date.now())).token
    const reader = await create('prometheus', ['read'])
    assert.equal(
      [
        await ask(),
        await ask(reader),
        await ask(await create('ci', ['submit'])),
        await ask(await create('one', ['read'], 'greet')),
      ],
      [401, 200, 403, 403],
    )
  }))

test('the guide lists every metric of ours, and none that is not there', () =>
  reached(async (server) => {
    const listed = readFileSync('docs/operations.md', 'utf8').match(/`troupe_\w+`/g) ?? []
    const own = [...(await read(server)).keys()].filter((name) => name.startsWith('troupe_'))
    assert.equal([...new Set(listed)].map((name) => name.slice(1, -1)).toSorted(), own.toSorted())
  }))

const hasPromtool = spawnSync('promtool', ['--version']).status === 0
const withPromtool = hasPromtool ? test : test.skip
if (!hasPromtool) console.log('skipped: promtool is not installed: on Debian, apt-get install prometheus')

withPromtool('promtool reads the page without a complaint', () =>
  reached(async (server) => {
    await submitToEnd(server, { workflow: 'greet', input: { name: 'Ada' } })
    const page = await readPage(server.url)
    // The names of Node's own metrics are those of every program on Node, and older than the rules.
    const own = page.split('\n').filter((line) => /^(# (HELP|TYPE) )?(troupe|process)_/.test(line))
    const said = execFileSync('promtool', ['check', 'metrics'], { input: `${own.join('\n')}\n`, encoding: 'utf8' })
    assert.is(said.trim(), '')
  }),
)

test.run()
