import * as assert from 'uvu/assert'
import { createOwner } from '../../src/store/process-identity.ts'
import type { Claim, ClaimResult, HostStore } from '../../src/store/store.ts'
import { LEASE_MS } from '../../src/store/store.ts'
import { isLeaseLost } from '../../src/store/store-error.ts'
import {
  catchRejection,
  createDeadOwner,
  createEnd,
  createFarOwner,
  createRow,
  startRun,
} from '../support/store-values.ts'
import type { AddStoreTest } from './store.ts'

export const addStoreLeaseTests = (test: AddStoreTest<HostStore>): void => {
  test('a new run is held by its creator until its lease expires', async ({ store }) => {
    const owner = createFarOwner()
    const claim = await startRun(store, { owner })
    const held = await store.claim(claim.runId, createOwner())
    assert.is(held.kind, 'held')
    const found = await store.findRun(claim.runId)
    assert.ok(found.kind === 'found' && found.run.holder !== null)
    const { leaseUntil, ...holder } = found.run.holder
    assert.equal(holder, owner)
    assert.ok(leaseUntil > Date.now() && leaseUntil <= Date.now() + LEASE_MS + 1000)
  })

  test('an expired lease is taken with a new epoch', async ({ store, expireLeases }) => {
    const first = await startRun(store, { owner: createFarOwner() })
    await expireLeases()
    const second = claimed(await store.claim(first.runId, createOwner()))
    assert.is(second.epoch, first.epoch + 1)
    assert.is(second.runKey, first.runKey)
  })

  test('a lease whose process is gone is free at once', async ({ store }) => {
    const first = await startRun(store, { owner: createDeadOwner() })
    assert.is(claimed(await store.claim(first.runId, createOwner())).epoch, first.epoch + 1)
  })

  test('a living process of this host keeps its lease', async ({ store }) => {
    const { runId } = await startRun(store)
    assert.is((await store.claim(runId, createOwner())).kind, 'held')
  })

  test('an owner that claims what it holds gets a new epoch, and its old claim is lost', async ({ store }) => {
    const owner = createOwner()
    const first = await startRun(store, { owner })
    const second = claimed(await store.claim(first.runId, owner))
    assert.is(second.epoch, first.epoch + 1)
    assert.ok(isLeaseLost(await catchRejection(store.write(first, { rows: [createRow(2)] }))))
    await store.write(second, { rows: [createRow(2)] })
  })

  test('of many that claim a free run at once one gets it', async ({ store, expireLeases }) => {
    const { runId } = await startRun(store, { owner: createFarOwner() })
    await expireLeases()
    const results = await Promise.all(Array.from({ length: 20 }, () => store.claim(runId, createFarOwner())))
    assert.is(results.filter(({ kind }) => kind === 'claimed').length, 1)
    assert.is(results.filter(({ kind }) => kind === 'held').length, 19)
  })

  test('J2 a holder that lost the lease writes no rows, no timers and no end', async ({ store }) => {
    const lost = await startRun(store, { owner: createDeadOwner() })
    const current = claimed(await store.claim(lost.runId, createOwner()))
    const changes = [{ rows: [createRow(2)] }, { timersSet: [{ id: 't', dueAt: 1 }] }, { end: createEnd() }]
    for (const change of changes) {
      const error = await catchRejection(store.write(lost, change))
      assert.ok(isLeaseLost(error) && error.runId === lost.runId)
    }
    await store.write(current, { rows: [createRow(2, { path: 'current' })] })
    const rows = await store.readJournal(lost.runId)
    assert.equal(
      rows.map((row) => row.path),
      ['', 'current'],
    )
  })

  test('a lost lease drops its own rows only: other runs of the same turn are written', async ({ store }) => {
    const lost = await startRun(store, { owner: createDeadOwner() })
    await store.claim(lost.runId, createOwner())
    const kept = await startRun(store)
    const writes = [lost, kept, lost].map((claim, place) =>
      store.write(claim, { rows: [createRow(claim === kept ? 2 : place === 0 ? 2 : 3)] }),
    )
    const [first, second, third] = await Promise.allSettled(writes)
    assert.equal([first?.status, second?.status, third?.status], ['rejected', 'fulfilled', 'rejected'])
    assert.is((await store.readJournal(kept.runId)).length, 2)
    assert.is((await store.readJournal(lost.runId)).length, 1)
  })

  test('an expired lease that is not taken still writes, and can be renewed', async ({ store, expireLeases }) => {
    const claim = await startRun(store, { owner: createFarOwner() })
    await expireLeases()
    await store.write(claim, { rows: [createRow(2)] })
    assert.equal(await store.renew([claim]), [])
    assert.is((await store.claim(claim.runId, createOwner())).kind, 'held')
  })

  test('renew returns the lost claims: taken, released and ended', async ({ store }) => {
    const owner = createOwner()
    const kept = await startRun(store, { owner })
    const taken = await startRun(store, { owner: createDeadOwner() })
    await store.claim(taken.runId, createOwner())
    const released = await startRun(store, { owner })
    await store.release(released)
    const ended = await startRun(store, { owner })
    await store.write(ended, { end: createEnd() })
    assert.equal(await store.renew([kept, taken, released, ended]), [taken, released, ended])
  })

  test('a released run may be claimed at once, and its former holder writes nothing more', async ({ store }) => {
    const first = await startRun(store)
    const last = store.write(first, { rows: [createRow(2)] })
    await store.release(first)
    await last
    assert.ok(isLeaseLost(await catchRejection(store.write(first, { rows: [createRow(3)] }))))
    const second = claimed(await store.claim(first.runId, createFarOwner()))
    assert.is(second.epoch, first.epoch + 1)
    await store.release(first)
    assert.is((await store.claim(first.runId, createOwner())).kind, 'held')
    await store.write(second, { rows: [createRow(3)] })
  })

  test('a run that is missing or has ended is not claimed', async ({ store }) => {
    assert.equal(await store.claim('r-none', createOwner()), { kind: 'missing' })
    const claim = await startRun(store)
    await store.write(claim, { end: createEnd() })
    const result = await store.claim(claim.runId, createOwner())
    assert.is(result.kind === 'ended' && result.run.status, 'completed')
  })

  test('a claim returns the current record of the run', async ({ store }) => {
    const owner = createOwner()
    const { runId } = await startRun(store, { owner: createDeadOwner() })
    const result = await store.claim(runId, owner)
    assert.ok(result.kind === 'claimed')
    assert.is(result.run.epoch, result.claim.epoch)
    assert.is(result.run.holder?.id, owner.id)
    assert.is(result.claim.ownerId, owner.id)
  })
}

const claimed = (result: ClaimResult): Claim => {
  assert.is(result.kind, 'claimed')
  if (result.kind !== 'claimed') throw new Error(result.kind)
  return result.claim
}
