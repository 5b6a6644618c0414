import { setTimeout as delay } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCatalogue } from '../../src/app/catalogue.ts'
import { readAftermath } from '../../src/service/control/aftermath.ts'
import { cancelRun } from '../../src/service/control/cancel-run.ts'
import { pauseRun } from '../../src/service/control/pause-run.ts'
import type { RunRecord, Store } from '../../src/store/store.ts'
import { compileFamily, compileWorkflow } from '../support/compile-workflow.ts'
import { startHttpServer } from '../support/http-server.ts'
import { serving } from '../support/serving.ts'

const ASKS = 'workflow: asks\nsteps: [{ id: ask, approve: { title: "Go?" }, timeout: 1h }]'
const CHILDREN = { 'asks.yaml': ASKS }

const childOf = async (store: Store, parent: string): Promise<RunRecord> => {
  const [child] = await store.listRuns({ parent })
  assert.ok(child, 'there is a child run')
  return child
}

const test = suite('a server, of families that wait')

test('a child run is cancelled when a deadline of its parent calls it off while both are out of memory', () =>
  serving(async ({ store, submit, until, untilAtRest, record }) => {
    const id = await submit(
      compileFamily(
        `steps:
  - { id: block, timeout: 6s, on_error: continue, do: [{ id: kid, workflow: asks.yaml }] }
  - { id: after, set: { done: "true" } }`,
        CHILDREN,
      ),
    )
    await untilAtRest(id)
    await until('the parent ends', async () => (await record(id)).status === 'completed')
    await until('the child ends', async () => (await childOf(store, id)).status === 'cancelled')
    assert.equal(await store.listApprovals(), [])
  }))

test('a child run is cancelled with a parent that another run replaces', () =>
  serving(async ({ store, submit, until, untilAtRest, record }) => {
    const workflow = compileFamily(
      'flow: { concurrency: 1, on_conflict: replace }\nsteps: [{ id: kid, workflow: asks.yaml }]',
      CHILDREN,
    )
    const first = await submit(workflow)
    await untilAtRest(first)
    const second = await submit(workflow)
    await until('the first ends', async () => (await record(first)).status === 'cancelled')
    await until('its child ends', async () => (await childOf(store, first)).status === 'cancelled')
    await until('the second waits', async () => (await store.listApprovals()).length === 1)
    assert.is((await childOf(store, second)).status, 'running')
  }))

test('a child run whose parent is over is cancelled by the server that claims it', () =>
  serving(async ({ store, submit, until, untilAtRest, record }) => {
    const id = await submit(compileFamily('steps: [{ id: kid, workflow: asks.yaml }]', CHILDREN))
    await untilAtRest(id)
    const owner = { id: 'other', host: 'elsewhere', pid: 1, processStart: 1 }
    const claimed = await store.claim(id, owner)
    assert.is(claimed.kind, 'claimed')
    if (claimed.kind !== 'claimed') return
    const usage = { input_tokens: 0, output_tokens: 0, cost_usd: 0 }
    await store.write(claimed.claim, { end: { status: 'cancelled', at: Date.now(), output: null, error: null, usage } })
    const child = await childOf(store, id)
    const body = { path: 'ask', visit: 1, verdict: 'approved', by: 'ann', values: null }
    await store.post(child.id, { id: 'd1', kind: 'decision', body })
    await until('it ends', async () => (await record(child.id)).status !== 'running')
    assert.is((await record(child.id)).status, 'cancelled')
  }))

test('the cancel of a parent does not end the finally of its child run', () =>
  serving(async ({ store, submit, until, untilAtRest, record }) => {
    const kid = 'workflow: kid\nsteps: [{ id: a, set: { n: 1 } }]\nfinally: [{ id: hold, wait: { event: go } }]'
    const id = await submit(compileFamily('steps: [{ id: kid, workflow: kid.yaml }]', { 'kid.yaml': kid }))
    await untilAtRest(id)
    const { goesOn, run } = await cancelRun(store, id, {
      by: 'ann',
      waitMs: 1_000,
      environment: {},
      catalogue: createCatalogue(),
      workingFolder: '/',
      // The server takes the messages.
      open: () => ({ resume: () => delay(20, { kind: 'missing' } as const) }),
    })
    assert.is(run.status, 'cancelled')
    const child = await childOf(store, id)
    assert.equal(
      goesOn.map((one) => one.id),
      [child.id],
    )
    await store.post(child.id, {
      id: 's',
      kind: 'signal',
      body: { name: 'go', data: null, at: '2030-01-01T00:00:00Z' },
    })
    await until('the child ends', async () => (await record(child.id)).status === 'completed')
    assert.is((await readAftermath(store, await record(child.id))).finally, null)
  }))

test('the timeout of a step that calls a workflow comes, though the child run only waits', () =>
  serving(async ({ store, submit, until, record }) => {
    const id = await submit(compileFamily('steps: [{ id: kid, workflow: asks.yaml, timeout: 4s }]', CHILDREN))
    await until('it ends', async () => (await record(id)).status === 'failed')
    assert.is((await record(id)).error?.code, 'timeout')
    await until('the child ends', async () => (await childOf(store, id)).status === 'cancelled')
  }))

test('a pause reaches child runs; what they are told meanwhile is taken in, and begins nothing', () =>
  serving(async ({ store, submit, until, untilAtRest, record, notices }) => {
    const asks = `${ASKS.replace('steps: [', 'steps:\n  - ').replace(/\]$/, '')}\n  - { id: after, tool: time.now }`
    const id = await submit(compileFamily('steps: [{ id: kid, workflow: asks.yaml }]', { 'asks.yaml': asks }))
    await untilAtRest(id)
    await pauseRun(store, id, { kind: 'pause', by: 'ann' })
    const child = await childOf(store, id)
    await until('the child is paused', async () => (await record(child.id)).isPaused)
    const body = { path: 'ask', visit: 1, verdict: 'approved', by: 'ann', values: null }
    await store.post(child.id, { id: 'd1', kind: 'decision', body })
    await until('the decision is taken in', async () => (await store.listApprovals()).length === 0)
    await untilAtRest(id)
    const before = notices.length
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    assert.is(notices.length, before, 'it is not claimed again and again')
    assert.is((await store.readJournal(child.id)).filter(({ kind }) => kind === 'outcome').length, 0)
    await pauseRun(store, id, { kind: 'unpause', by: 'ann' })
    await until('it ends', async () => (await record(id)).status === 'completed')
  }))

test('a paused run that is cancelled undoes what it has done, and ends', async () => {
  const web = await startHttpServer((_, response) => void response.end('{}'))
  try {
    await serving(
      async ({ store, submit, until, untilAtRest, record }) => {
        const id = await submit(
          compileWorkflow(`steps:
  - id: book
    tool: http.post
    with: { url: "${web.url}/book" }
    undo: { tool: http.post, with: { url: "${web.url}/unbook" } }
  - { id: ask, approve: { title: "Go?" }, timeout: 1h }`),
        )
        await untilAtRest(id)
        await pauseRun(store, id, { kind: 'pause', by: 'ann' })
        await untilAtRest(id)
        const open = () => {
          throw new Error('the server has it')
        }
        await store.post(id, { id: 'c1', kind: 'cancel', body: { by: 'ann' } })
        await until('it ends', async () => (await record(id)).status === 'cancelled')
        const end = await cancelRun(store, id, {
          by: 'ann',
          waitMs: 1,
          environment: {},
          catalogue: createCatalogue(),
          workingFolder: '/',
          open,
        })
        assert.equal(end.undone, [{ step: 'book', visit: 1 }])
        assert.equal(
          web.requests.map(({ url }) => url),
          ['/book', '/unbook'],
        )
      },
      { allow: [`127.0.0.1:${web.port}`] },
    )
  } finally {
    await web.stop()
  }
})

test('what an event begins in a run that was out of memory is no lost attempt', async () => {
  const web = await startHttpServer((_, response) => void response.end('{}'))
  try {
    await serving(
      async ({ store, submit, until, untilAtRest, record }) => {
        const id = await submit(
          compileWorkflow(`steps:
  - { id: wait_for_it, wait: { event: go } }
  - { id: pay, tool: http.post, with: { url: "${web.url}/pay" } }`),
        )
        await untilAtRest(id)
        await store.post(id, { id: 's1', kind: 'signal', body: { name: 'go', data: null, at: '2026-01-01T00:00:00Z' } })
        await until('it ends', async () => (await record(id)).status !== 'running')
        assert.is((await record(id)).error, null)
        assert.is((await store.readJournal(id)).filter(({ kind }) => kind === 'lost').length, 0)
        assert.is(web.requests.length, 1)
      },
      { allow: [`127.0.0.1:${web.port}`] },
    )
  } finally {
    await web.stop()
  }
})

const LIMITED = `workflow: limited
flow: { concurrency: 1, children: true }
steps: [{ id: ask, approve: { title: "Go?" }, timeout: 1h }]`

test('a flow that counts for child runs makes them wait; a queued one begins when its turn comes', () =>
  serving(async ({ store, submit, until, record }) => {
    const parent = compileFamily('steps: [{ id: kid, workflow: limited.yaml }]', { 'limited.yaml': LIMITED })
    const first = await submit(parent)
    await until('the first child asks', async () => (await store.listApprovals()).length === 1)
    const second = await submit(parent)
    await until('the second child is queued', async () => (await store.listRuns({ parent: second })).length === 1)
    assert.equal([(await childOf(store, second)).phase, (await childOf(store, second)).begunAt], ['queued', null])
    const [approval] = await store.listApprovals()
    const body = { path: 'ask', visit: 1, verdict: 'approved', by: 'ann', values: null }
    await store.post(approval?.runId ?? '', { id: 'd1', kind: 'decision', body })
    await until('the first ends', async () => (await record(first)).status === 'completed')
    await until('the second child asks', async () => (await childOf(store, second)).begunAt !== null)
    assert.is((await childOf(store, second)).phase === 'queued', false)
  }))

test('a child run that its flow keeps in the queue ends with its parent, before it begins', () =>
  serving(async ({ store, submit, until, record }) => {
    const parent = compileFamily('steps: [{ id: kid, workflow: limited.yaml }]', { 'limited.yaml': LIMITED })
    await submit(parent)
    await until('the first child asks', async () => (await store.listApprovals()).length === 1)
    const second = await submit(parent)
    await until('the second child is queued', async () => (await store.listRuns({ parent: second })).length === 1)
    await store.post(second, { id: 'c', kind: 'cancel', body: { by: 'ann' } })
    await until('the second ends', async () => (await record(second)).status === 'cancelled')
    await until('its child ends', async () => (await childOf(store, second)).status === 'cancelled')
    assert.is((await childOf(store, second)).begunAt, null)
    assert.is((await store.listApprovals()).length, 1, 'that of the first goes on')
  }))

test.run()
