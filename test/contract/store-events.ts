import * as assert from 'uvu/assert'
import type { CloudEventRecord } from '../../src/store/cloud-event-record.ts'
import { createOwner } from '../../src/store/process-identity.ts'
import { isLeaseLost } from '../../src/store/store-error.ts'
import { catchRejection, createDeadOwner, createEnd, createRow, startRun, T0 } from '../support/store-values.ts'
import type { AddStoreTest } from './store.ts'

const createEvent = (id: string, change: Partial<CloudEventRecord> = {}): CloudEventRecord => ({
  id,
  type: 'reply.sent',
  source: '/workflows/greet',
  at: T0,
  data: { to: 'Ada' },
  ...change,
})

export const addStoreEventTests = (test: AddStoreTest): void => {
  test('events are kept with the rows that emitted them, in order, beyond the end of the run', async ({ store }) => {
    const claim = await startRun(store)
    const events = [createEvent('e1'), createEvent('e2', { data: 'ä'.repeat(100_000), subject: 'order/7' })]
    await store.write(claim, { rows: [createRow(2)], emitted: events })
    await store.write(claim, { rows: [createRow(3)], emitted: [createEvent('e3')], end: createEnd() })
    const listed = await store.listEvents()
    assert.equal(
      listed.map(({ order: _, ...event }) => event),
      [...events, createEvent('e3')].map((event) => ({ ...event, runId: claim.runId, deliveredAt: null })),
    )
    const orders = listed.map(({ order }) => order)
    assert.equal(
      [...new Set(orders)],
      orders.toSorted((one, other) => one - other),
    )
  })

  test('an event that is emitted twice counts once', async ({ store }) => {
    const claim = await startRun(store)
    await store.write(claim, { emitted: [createEvent('e1'), createEvent('e1', { data: 'other' })] })
    await store.write(claim, { rows: [createRow(2)], emitted: [createEvent('e1', { data: 'other' })] })
    const [event, ...more] = await store.listEvents()
    assert.equal([event?.data, more, (await store.readJournal(claim.runId)).length], [{ to: 'Ada' }, [], 2])
  })

  test('events are listed by type, by run, by time, up to a limit', async ({ store }) => {
    const first = await startRun(store)
    const second = await startRun(store)
    await store.write(first, { emitted: [createEvent('a', { at: T0 + 1 }), createEvent('b', { type: 'paid' })] })
    await store.write(second, { emitted: [createEvent('c', { at: T0 + 2 })] })
    const list = async (filter?: Parameters<typeof store.listEvents>[0]): Promise<string[]> =>
      (await store.listEvents(filter)).map(({ id }) => id)
    assert.equal(await list(), ['a', 'b', 'c'])
    assert.equal(await list({ type: 'reply.sent' }), ['a', 'c'])
    assert.equal(await list({ run: first.runId }), ['a', 'b'])
    assert.equal(await list({ since: T0 + 1 }), ['a', 'c'])
    assert.equal(await list({ until: T0 + 2 }), ['a', 'b'])
    assert.equal(await list({ type: 'reply.sent', limit: 1 }), ['a'])
    assert.equal(await list({ run: 'r-none' }), [])
    assert.equal(await list({ workflow: 'greet', type: 'paid' }), ['b'])
    assert.equal(await list({ workflow: 'none' }), [])
    const [, b] = await store.listEvents()
    assert.equal(await list({ after: b?.order ?? 0 }), ['c'])
    assert.equal(await list({ after: b?.order ?? 0, run: first.runId }), [])
  })

  test('J2 a holder that lost the run emits nothing', async ({ store }) => {
    const lost = await startRun(store, { owner: createDeadOwner() })
    assert.is((await store.claim(lost.runId, createOwner())).kind, 'claimed')
    assert.ok(isLeaseLost(await catchRejection(store.write(lost, { emitted: [createEvent('e')] }))))
    assert.equal(await store.listEvents(), [])
  })
}
