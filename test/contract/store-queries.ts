import { randomBytes } from 'node:crypto'
import * as assert from 'uvu/assert'
import { hashBytes } from '../../src/core/hash.ts'
import { createDefinition, createEnd, createNewRun, createRow, startRun, T0 } from '../support/store-values.ts'
import type { AddStoreTest } from './store.ts'

const MESSAGE = { id: 'm1', kind: 'cancel', body: { by: 'Ada' } } as const

export const addStoreQueryTests = (test: AddStoreTest): void => {
  test('a run is found by its id, and by a prefix or suffix that only it has', async ({ store }) => {
    await startRun(store, { run: { id: 'r-aaa-111' } })
    await startRun(store, { run: { id: 'r-aab-222' } })
    await startRun(store, { run: { id: 'r-aab' } })
    for (const text of ['r-aaa-111', 'r-aaa', '111', 'aaa-111']) {
      const found = await store.findRun(text)
      assert.is(found.kind === 'found' && found.run.id, 'r-aaa-111', text)
    }
    const exact = await store.findRun('r-aab')
    assert.is(exact.kind === 'found' && exact.run.id, 'r-aab')
    assert.equal(await store.findRun('r-aa'), { kind: 'ambiguous', ids: ['r-aaa-111', 'r-aab', 'r-aab-222'] })
    for (const text of ['', '%', 'aa', 'r_aaa', 'r-aaa-1112'])
      assert.equal(await store.findRun(text), { kind: 'missing' })
  })

  test('a child is listed under its parent, and not among the runs that were started by themselves', async ({
    store,
  }) => {
    await startRun(store, { run: { id: 'r-parent' } })
    await startRun(store, { run: { id: 'r-child-1', parent: 'r-parent' } })
    await startRun(store, { run: { id: 'r-child-2', parent: 'r-parent' } })
    const ids = (runs: { id: string }[]): string[] => runs.map(({ id }) => id)
    assert.equal(ids(await store.listRuns()), ['r-parent'])
    assert.equal(ids(await store.listRuns({ status: 'running' })), ['r-parent'])
    assert.equal(ids(await store.listRuns({ parent: 'r-parent' })), ['r-child-2', 'r-child-1'])
    for (const filter of [{}, { status: 'running' } as const])
      assert.equal(ids(await store.listRuns({ ...filter, isAnyDepth: true })), ['r-child-2', 'r-child-1', 'r-parent'])
    assert.equal(await store.readCreated('r-child-1'), (await store.readJournal('r-child-1'))[0])
    assert.is(await store.readCreated('r-none'), undefined)
    const found = await store.findRun('r-child-1')
    assert.is(found.kind === 'found' && found.run.parent, 'r-parent')
  })

  test('a new run is running, unended and costs nothing', async ({ store }) => {
    const { runId } = await startRun(store)
    const found = await store.findRun(runId)
    assert.ok(found.kind === 'found')
    const { holder, ...run } = found.run
    assert.ok(holder)
    const { workflow, definition } = createNewRun()
    const usage = { input_tokens: 0, output_tokens: 0, cost_usd: 0 }
    const ended = { endedAt: null, output: null, error: null }
    assert.equal(run, {
      id: runId,
      workflow,
      definition,
      parent: null,
      status: 'running',
      phase: 'active',
      isPaused: false,
      origin: null,
      key: null,
      createdAt: T0 + 1,
      ...ended,
      usage,
      epoch: 1,
    })
  })

  test('runs are listed newest first, by status, by workflow, up to a limit', async ({ store }) => {
    const ids = ['r-1', 'r-2', 'r-3', 'r-4']
    for (const [place, id] of ids.entries()) {
      const workflow = place % 2 === 0 ? 'greet' : 'sort'
      const claim = await startRun(store, { run: { id, workflow, definition: workflow } })
      if (place < 2) await store.write(claim, { end: createEnd({ status: place === 0 ? 'failed' : 'completed' }) })
    }
    const list = async (filter?: Parameters<typeof store.listRuns>[0]): Promise<string[]> =>
      (await store.listRuns(filter)).map((run) => run.id)
    assert.equal(await list(), ['r-4', 'r-3', 'r-2', 'r-1'])
    assert.equal(await list({ limit: 2 }), ['r-4', 'r-3'])
    assert.equal(await list({ status: 'running' }), ['r-4', 'r-3'])
    assert.equal(await list({ status: 'failed' }), ['r-1'])
    assert.equal(await list({ workflow: 'sort' }), ['r-4', 'r-2'])
    assert.equal(await list({ workflow: 'sort', status: 'running', limit: 5 }), ['r-4'])
    assert.equal(await list({ status: 'cancelled' }), [])
  })

  test('a message waits until a write takes it, and the same id counts once for ever', async ({ store }) => {
    const claim = await startRun(store)
    assert.is(await store.post(claim.runId, MESSAGE), true)
    assert.is(await store.post(claim.runId, { ...MESSAGE, body: 'other' }), false)
    for (let look = 0; look < 2; look++)
      assert.equal(await store.readInbox([claim]), [{ claim, message: { ...MESSAGE } }])
    await store.write(claim, { rows: [createRow(2, { kind: 'cancel' })], inboxTaken: [MESSAGE.id] })
    assert.equal(await store.readInbox([claim]), [])
    assert.is(await store.post(claim.runId, MESSAGE), false)
    assert.equal(await store.readInbox([claim]), [])
  })

  test('messages come in the order of arrival, each with the claim of its run', async ({ store }) => {
    const [first, second, third] = [await startRun(store), await startRun(store), await startRun(store)]
    for (const id of ['a', 'b', 'c']) await store.post(first.runId, { ...MESSAGE, id })
    await store.post(second.runId, { ...MESSAGE, id: 'a' })
    await store.post(third.runId, { ...MESSAGE, id: 'z' })
    const found = await store.readInbox([second, first])
    const of = (claim: typeof first): string[] =>
      found.filter((item) => item.claim === claim).map((item) => item.message.id)
    assert.equal([of(first), of(second), found.length], [['a', 'b', 'c'], ['a'], 4])
    assert.equal(await store.readInbox([]), [])
  })

  test('a run that is missing or has ended takes no message', async ({ store }) => {
    assert.is(await store.post('r-none', MESSAGE), false)
    const claim = await startRun(store)
    await store.write(claim, { end: createEnd() })
    assert.is(await store.post(claim.runId, MESSAGE), false)
  })

  test('a definition comes back whole, and the first one of a hash stays', async ({ store }) => {
    const definition = createDefinition()
    await store.saveDefinition(definition)
    await store.saveDefinition({ ...definition, source: 'other' })
    assert.equal(await store.loadDefinition(definition.hash), definition)
    assert.is(await store.loadDefinition('unknown'), undefined)
  })

  test('a blob is kept under its SHA-256, once', async ({ store }) => {
    for (const bytes of [new Uint8Array(), new Uint8Array([0, 255]), new Uint8Array(randomBytes(200_000))]) {
      const copy = bytes.slice()
      const hash = store.putBlob(bytes)
      bytes.fill(1)
      assert.is(await hash, hashBytes(copy))
      assert.is(await store.putBlob(copy), hashBytes(copy))
      assert.equal(await store.getBlob(hashBytes(copy)), copy)
    }
    assert.is(await store.getBlob('unknown'), undefined)
  })
}
