import * as assert from 'uvu/assert'
import type { HostStore } from '../../src/store/store.ts'
import { createEnd, createNewRun, createRow, startRun, T0 } from '../support/store-values.ts'
import type { AddStoreTest } from './store.ts'

const MESSAGE = { id: 'm1', kind: 'cancel', body: { by: 'Ada' } } as const

export const addStoreRunTests = (test: AddStoreTest<HostStore>): void => {
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
      replacedBy: null,
      needs: [],
      createdAt: T0 + 1,
      begunAt: T0 + 1,
      ...ended,
      usage,
      epoch: 1,
    })
  })
}

export const addStoreInboxTests = (test: AddStoreTest<HostStore>): void => {
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
}
