import * as assert from 'uvu/assert'
import { createOwner } from '../../src/store/process-identity.ts'
import type { Claim, RunRecord, Store } from '../../src/store/store.ts'
import { isLeaseLost } from '../../src/store/store-error.ts'
import {
  catchRejection,
  createDeadOwner,
  createEnd,
  createFarOwner,
  createRow,
  startRun,
  T0,
} from '../support/store-values.ts'
import type { AddStoreTest } from './store.ts'

const MESSAGE = { id: 'm1', kind: 'signal', body: { name: 'paid' } } as const

const findRun = async (store: Store, id: string): Promise<RunRecord> => {
  const found = await store.findRun(id)
  if (found.kind !== 'found') throw new Error(found.kind)
  return found.run
}

const claimAgain = async (store: Store, id: string): Promise<Claim> => {
  const result = await store.claim(id, createFarOwner())
  if (result.kind !== 'claimed') throw new Error(result.kind)
  return result.claim
}

export const addStorePhaseTests = (test: AddStoreTest): void => {
  test('a waiting run is due when a timer of it is, until the timer is cleared', async ({ store }) => {
    const claim = await startRun(store)
    await store.write(claim, {
      timersSet: [
        { id: 'a/1', dueAt: T0 + 10 },
        { id: 'b/1', dueAt: T0 + 20 },
      ],
    })
    assert.equal(await store.listDueRuns(T0 + 50), [], 'held')
    await store.release(claim, { phase: 'waiting' })
    assert.equal(await store.listDueRuns(T0 + 9), [])
    assert.equal(await store.listDueRuns(T0 + 10), [claim.runId])
    const again = await claimAgain(store, claim.runId)
    await store.write(again, { timersSet: [{ id: 'b/1', dueAt: T0 + 90 }], timersCleared: ['a/1', 'unknown'] })
    await store.release(again, { phase: 'waiting' })
    assert.equal(await store.listDueRuns(T0 + 89), [])
    assert.equal(await store.listDueRuns(T0 + 90), [claim.runId])
  })

  test('a waiting run is due when a message comes, once however many come', async ({ store }) => {
    const claim = await startRun(store)
    await store.release(claim, { phase: 'waiting' })
    assert.equal(await store.listDueRuns(T0), [])
    for (const id of ['m1', 'm2']) await store.post(claim.runId, { ...MESSAGE, id })
    assert.equal(await store.listDueRuns(T0), [claim.runId])
    const again = await claimAgain(store, claim.runId)
    await store.write(again, { rows: [createRow(2)], inboxTaken: ['m1', 'm2'] })
    await store.release(again, { phase: 'waiting' })
    assert.equal(await store.listDueRuns(T0), [])
  })

  test('any process can look at waiting messages, in order of arrival, until they are taken', async ({ store }) => {
    const claim = await startRun(store)
    const other = await startRun(store)
    for (const id of ['m2', 'm1']) await store.post(claim.runId, { ...MESSAGE, id })
    await store.post(other.runId, { ...MESSAGE, id: 'm3' })
    const peek = async (...runs: string[]): Promise<string[]> =>
      (await store.peekInbox(runs)).map(
        ({ runId, message }) => `${runId === claim.runId ? 'first' : 'second'} ${message.id}`,
      )
    assert.equal(await peek(claim.runId), ['first m2', 'first m1'])
    assert.equal(await peek(other.runId, claim.runId), ['first m2', 'first m1', 'second m3'])
    await store.write(claim, { rows: [createRow(2)], inboxTaken: ['m2'] })
    assert.equal(await peek(claim.runId, 'r-unknown'), ['first m1'])
    assert.equal(await peek(), [])
  })

  test('messages to other runs are written with the rows of a run, or not at all', async ({ store }) => {
    const asking = await startRun(store)
    const asked = await startRun(store)
    const message = { id: 'c1', kind: 'cancel', body: { by: 'parent' } } as const
    const asks = [
      { run: asked.runId, message },
      { run: 'r-unknown', message },
    ]
    await store.write(asking, { rows: [createRow(2)], asked: asks })
    await store.write(asking, { asked: asks })
    assert.equal(
      (await store.readInbox([asked])).map((one) => one.message),
      [message],
    )
    await store.release(asking)
    const other = { ...message, id: 'c2' }
    await store.write(asking, { asked: [{ run: asked.runId, message: other }] }).catch(() => {})
    assert.is((await store.readInbox([asked])).length, 1)
  })

  test('an active run is due as soon as it is released, its lease expires or its process is gone', async (subject) => {
    const { store } = subject
    const released = await startRun(store)
    const dead = await startRun(store, { owner: createDeadOwner() })
    const far = await startRun(store, { owner: createFarOwner() })
    const held = await startRun(store)
    await store.release(released)
    assert.equal(await store.listDueRuns(T0), [released.runId, dead.runId])
    await subject.expireLeases()
    const due = await store.listDueRuns(T0)
    assert.equal(due.sort(), [released, dead, far, held].map(({ runId }) => runId).sort())
  })

  test('a run that has ended is never due, whatever its timers and messages', async (subject) => {
    const { store } = subject
    const ended = await startRun(store)
    await store.post(ended.runId, MESSAGE)
    await store.write(ended, { timersSet: [{ id: 't', dueAt: 1 }], end: createEnd() })
    await subject.expireLeases()
    assert.equal(await store.listDueRuns(T0), [])
    assert.is((await findRun(store, ended.runId)).phase, 'active')
  })

  test('due runs are listed up to a limit: those that were going on first, then the earliest timer', async ({
    store,
  }) => {
    const owner = createOwner()
    const ids: string[] = []
    for (const dueAt of [30, 10, 20]) {
      const claim = await startRun(store, { owner })
      await store.write(claim, { timersSet: [{ id: 't', dueAt: T0 + dueAt }] })
      await store.release(claim, { phase: 'waiting' })
      ids.push(claim.runId)
    }
    const active = await startRun(store, { owner })
    await store.release(active)
    const [late, early, middle] = ids
    assert.equal(await store.listDueRuns(T0 + 100), [active.runId, early, middle, late])
    assert.equal(await store.listDueRuns(T0 + 100, 2), [active.runId, early])
  })

  test('the next due time is that of the earliest timer of a waiting run', async ({ store }) => {
    assert.is(await store.nextDueAt(), null)
    const held = await startRun(store)
    await store.write(held, { timersSet: [{ id: 't', dueAt: T0 + 5 }] })
    assert.is(await store.nextDueAt(), null)
    const waiting = await startRun(store)
    await store.write(waiting, {
      timersSet: [
        { id: 't', dueAt: T0 + 9 },
        { id: 'u', dueAt: T0 + 8 },
      ],
    })
    await store.release(waiting, { phase: 'waiting' })
    assert.is(await store.nextDueAt(), T0 + 8)
    await store.release(held, { phase: 'waiting' })
    assert.is(await store.nextDueAt(), T0 + 5)
  })

  test('a run knows its phase, and a claim makes it active', async ({ store }) => {
    const claim = await startRun(store)
    assert.is((await findRun(store, claim.runId)).phase, 'active')
    await store.release(claim, { phase: 'waiting' })
    const waiting = await findRun(store, claim.runId)
    assert.equal([waiting.phase, waiting.holder], ['waiting', null])
    const again = await store.claim(claim.runId, createOwner())
    assert.is(again.kind === 'claimed' && again.run.phase, 'active')
  })

  test('J2 a lost lease sets no timer', async ({ store }) => {
    const lost = await startRun(store, { owner: createDeadOwner() })
    const current = await claimAgain(store, lost.runId)
    assert.ok(isLeaseLost(await catchRejection(store.write(lost, { timersSet: [{ id: 't', dueAt: 1 }] }))))
    await store.release(current, { phase: 'waiting' })
    assert.equal(await store.listDueRuns(10), [])
  })

  test('a holder that lost a run does not change its phase', async ({ store }) => {
    const lost = await startRun(store, { owner: createDeadOwner() })
    await store.release(await claimAgain(store, lost.runId), { phase: 'waiting' })
    await store.release(lost)
    assert.is((await findRun(store, lost.runId)).phase, 'waiting')
  })

  test('the pause of a run is written with its rows', async ({ store }) => {
    const claim = await startRun(store)
    assert.is((await findRun(store, claim.runId)).isPaused, false)
    for (const [place, isPaused] of [true, false].entries()) {
      await store.write(claim, { rows: [createRow(place + 2)], isPaused })
      assert.is((await findRun(store, claim.runId)).isPaused, isPaused)
    }
    await store.write(claim, { isPaused: true })
    assert.is((await findRun(store, claim.runId)).isPaused, true)
  })
}
