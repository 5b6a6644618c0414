/** R10: any request is answered as the OpenAPI document says, and none by an error of the server. */
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { drawRequests } from '../support/api-requests.ts'
import { objectsOf, type Reached, reachedWith, submit, submitToEnd } from '../support/reached.ts'
import { reportFigure } from './figure.ts'
import { inForm, SEED } from './form.ts'

const REQUESTS = inForm(1_000, 20_000)

const GREET = `workflow: greet
input: { name: { type: string, default: Ada } }
triggers: [{ schedule: "@yearly", input: { name: "'Bob'" } }]
models: { default: mock/echo }
steps:
  - { id: say, llm: default, prompt: "Hello \${input.name}" }
  - { id: loud, set: { text: "\${steps.say.output.text + '!'}" } }
`
const ASK = `workflow: ask
steps:
  - { id: ask, approve: { title: Send it?, form: { note?: string } }, timeout: 1h }
  - { id: paid, wait: { event: paid }, timeout: 1h }
`
const FAIL = `workflow: broken
steps:
  - { id: stop, fail: { code: sold_out, message: "none left" } }
`

/** Runs in each state, and the words that lead to them. */
const fill = async (server: Reached): Promise<Record<string, readonly string[]>> => {
  const { client, store } = server
  for (const source of [GREET, ASK, FAIL]) await client.post('/api/v1/workflows', { source })
  const runs: string[] = []
  for (const workflow of ['greet', 'broken']) runs.push(String((await submitToEnd(server, { workflow })).run))
  for (const _ of [1, 2, 3]) runs.push(String((await submit(server, { workflow: 'ask' })).run))
  const listApprovals = async () => objectsOf((await client.get('/api/v1/approvals')).body.approvals)
  await server.until('all ask', async () => (await listApprovals()).length === 3)
  const failure = { slot: 1e12, at: 1e12, code: 'invalid_input', message: 'it does not fit' }
  await store.advanceSchedule('greet/1', {
    from: (await store.listSchedules())[0]?.nextAt ?? 0,
    to: 4e12,
    at: 1e12,
    tried: failure,
  })
  return {
    run: runs,
    before: runs,
    parent: runs,
    approval: (await listApprovals()).map(({ id }) => String(id)),
    workflow: ['greet', 'ask', 'broken'],
    number: ['1', '2'],
    schedule: ['greet/1'],
    version: ['1', '2'],
    source: [GREET, ASK, FAIL, `${FAIL}  - { id: more, set: { v: 1 } }\n`, 'workflow: x'],
    step: ['say', 'say:1', 'loud', 'ask'],
    from: ['say', 'loud', 'ask:1', '1', '2'],
    to: ['1', '2'],
    event: ['paid'],
    by: ['ann', 'model', 'day,workflow'],
    fault: ['sold_out', 'invalid_input'],
    wait: ['1ms', '20ms', '0s', 'soon'],
    hash: ['0'.repeat(64), 'abc'],
    'idempotency-key': ['k', 'l'],
    'last-event-id': ['0', '3', '0123456789ab-1-1796032306462'],
  }
}

/** `fetch` tells why it failed in the cause alone. */
const describe = (thrown: unknown): string =>
  thrown instanceof Error && thrown.cause !== undefined ? `${thrown} (${thrown.cause})` : String(thrown)

const test = suite('requests')

test('R10 any request is answered as the OpenAPI document says, and none by an error of the server', () =>
  reachedWith([], async (server) => {
    const { client } = server
    const statuses: Record<string, number> = {}
    const wrong: string[] = []
    let slowest = { ms: 0, request: '' }
    const requests = drawRequests(client.document, await fill(server))
    for (const request of fc.sample(requests, { seed: SEED, numRuns: REQUESTS })) {
      const started = performance.now()
      try {
        const { status } = await client.send(request)
        statuses[`status_${status}`] = (statuses[`status_${status}`] ?? 0) + 1
        if (status >= 500) throw new Error(String(status))
      } catch (thrown) {
        const { method, path, body } = request
        wrong.push(`${describe(thrown)} at ${method} ${path.slice(0, 200)} with ${body?.slice(0, 500)}`)
      }
      const ms = Math.round(performance.now() - started)
      if (ms > slowest.ms) slowest = { ms, request: `${request.method} ${request.path.slice(0, 200)}` }
    }
    const isReady = (await client.get('/readyz')).status === 200
    const counts = { requests: REQUESTS, wrong: wrong.length, ...statuses, slowest_ms: slowest.ms }
    console.log(`slowest: ${slowest.request}`)
    reportFigure({ id: 'R10', counts, isKept: wrong.length === 0 && isReady })
    assert.equal(wrong.slice(0, 5), [])
    assert.ok(isReady)
  }))

test.run()
