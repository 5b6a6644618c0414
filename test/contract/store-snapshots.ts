import * as assert from 'uvu/assert'
import { createOwner } from '../../src/store/process-identity.ts'
import type { SnapshotPart } from '../../src/store/snapshot-store.ts'
import { createEnd, startRun, T0 } from '../support/store-values.ts'
import type { AddStoreTest } from './store.ts'

const toPart = (seq: number, change: Partial<SnapshotPart> = {}): SnapshotPart => ({
  seq,
  format: '1 here',
  part: 0,
  parts: 1,
  bytes: Buffer.from([seq, 0, 255]),
  ...change,
})

const describe = (parts: readonly SnapshotPart[]) => parts.map(({ bytes, ...part }) => ({ ...part, bytes: [...bytes] }))

export const addStoreSnapshotTests = (test: AddStoreTest): void => {
  test('the newest snapshot that is whole is read, part by part', async ({ store }) => {
    const claim = await startRun(store, { run: { id: 'r-long' } })
    const { snapshots } = store
    assert.equal(await snapshots.read('r-long'), [])
    assert.ok(await snapshots.putPart(claim, toPart(5)))
    const whole = [toPart(7, { parts: 2, part: 1 }), toPart(7, { parts: 2 })]
    for (const part of whole) assert.ok(await snapshots.putPart(claim, part))
    // The process dies before the last part.
    assert.ok(await snapshots.putPart(claim, toPart(9, { parts: 2 })))
    assert.equal(describe(await snapshots.read('r-long')), describe(whole.toReversed()))
    assert.equal(await snapshots.read('r-missing'), [])
    // The next lease holder makes the same one again.
    assert.ok(await snapshots.putPart(claim, toPart(9, { bytes: Buffer.from([1]) })))
    assert.equal(describe(await snapshots.read('r-long')), describe([toPart(9, { bytes: Buffer.from([1]) })]))
    await snapshots.drop(claim, { except: 5 })
    assert.equal(describe(await snapshots.read('r-long')), describe([toPart(5)]))
    await snapshots.drop(claim)
    assert.equal(await snapshots.read('r-long'), [])
  })

  test('J2 a lost claim keeps no snapshot, and neither does a run that has ended', async ({ store }) => {
    const lost = await startRun(store, { run: { id: 'r-taken' } })
    await store.release(lost)
    const taken = await store.claim('r-taken', createOwner())
    assert.is(await store.snapshots.putPart(lost, toPart(1)), false)
    if (taken.kind !== 'claimed') throw new Error(taken.kind)
    assert.is(await store.snapshots.putPart(taken.claim, toPart(1)), true)
    await store.write(taken.claim, { end: createEnd() })
    assert.is(await store.snapshots.putPart(taken.claim, toPart(2)), false)
    assert.equal(describe(await store.snapshots.read('r-taken')), describe([toPart(1)]))
  })

  test('a run that is swept takes its snapshots along', async ({ store }) => {
    const claim = await startRun(store, { run: { id: 'r-swept' } })
    await store.snapshots.putPart(claim, toPart(1))
    await store.write(claim, { end: createEnd() })
    const maintenance = await store.maintenance()
    assert.is((await maintenance.stats()).rows.snapshot, 1)
    await maintenance.sweep({ at: T0, completedBefore: Number.MAX_SAFE_INTEGER, failedBefore: null, keep: null })
    assert.is((await maintenance.stats()).rows.snapshot, 0)
  })
}
