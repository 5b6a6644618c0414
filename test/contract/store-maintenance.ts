import * as assert from 'uvu/assert'
import { BLOB_GRACE_MS, type SweepRule } from '../../src/store/maintenance.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { createOwner } from '../../src/store/process-identity.ts'
import { decodeBundle } from '../../src/store/run-bundle.ts'
import type { Claim, NewRun, RunEnd, Store } from '../../src/store/store.ts'
import { isStoreError } from '../../src/store/store-error.ts'
import {
  catchRejection,
  createDefinition,
  createEnd,
  createNewRun,
  createRow,
  startRun,
  T0,
  toOutcome,
} from '../support/store-values.ts'
import type { AddStoreTest } from './store.ts'

const KEEP_ALL: SweepRule = { completedBefore: null, failedBefore: null, keep: null, at: T0 }

const sweep = async (store: Store, rule: Partial<SweepRule>) =>
  (await store.maintenance()).sweep({ ...KEEP_ALL, ...rule })

const endRun = async (store: Store, run: Partial<NewRun>, end: Partial<RunEnd> = {}): Promise<Claim> => {
  const claim = await startRun(store, { run })
  await store.write(claim, { rows: [createRow(2)], end: createEnd(end) })
  return claim
}

const listIds = async (store: Store): Promise<string[]> => (await store.listRuns()).map(({ id }) => id).sort()

const addSweepTests = (test: AddStoreTest): void => {
  test('ended runs go by age: completed ones by one rule, failed and cancelled ones by another', async ({ store }) => {
    await endRun(store, { id: 'r-old' }, { at: T0 })
    await endRun(store, { id: 'r-young' }, { at: T0 + 10 })
    await endRun(store, { id: 'r-cancelled' }, { at: T0, status: 'cancelled' })
    await endRun(store, { id: 'r-failed' }, { at: T0, status: 'failed' })
    await startRun(store, { run: { id: 'r-going' } })
    assert.equal(await sweep(store, {}), { runs: 0, rows: 0, blobs: 0, blobBytes: 0 })
    assert.equal(await sweep(store, { completedBefore: T0 + 10 }), { runs: 1, rows: 2, blobs: 0, blobBytes: 0 })
    assert.equal(await listIds(store), ['r-cancelled', 'r-failed', 'r-going', 'r-young'])
    await sweep(store, { failedBefore: T0 + 1 })
    assert.equal(await listIds(store), ['r-going', 'r-young'])
    assert.equal(await store.readJournal('r-old'), [])
    assert.is((await store.findRun('r-old')).kind, 'missing')
  })

  test('of the other runs the `keep` that ended last stay', async ({ store }) => {
    for (const [place, id] of ['r-1', 'r-2', 'r-3', 'r-4'].entries()) await endRun(store, { id }, { at: T0 + place })
    await startRun(store, { run: { id: 'r-going' } })
    await sweep(store, { completedBefore: T0 + 1, keep: 2 })
    assert.equal(await listIds(store), ['r-3', 'r-4', 'r-going'])
    await sweep(store, { keep: 0 })
    assert.equal(await listIds(store), ['r-going'])
  })

  test('a run is deleted with its children and records, and not before its parent', async ({ store }) => {
    const parent = await startRun(store, { run: { id: 'r-parent' } })
    await endRun(store, { id: 'r-child', parent: 'r-parent' })
    const grandchild = await startRun(store, { run: { id: 'r-grandchild', parent: 'r-child' } })
    const event = { id: 'e', type: 't', source: '/s', at: T0, data: null }
    await store.write(grandchild, { rows: [createRow(2)], emitted: [event], end: createEnd() })
    assert.is((await sweep(store, { completedBefore: T0 + 1e9 })).runs, 0)
    await store.write(parent, { end: createEnd() })
    assert.equal(await sweep(store, { completedBefore: T0 + 1e9 }), { runs: 3, rows: 5, blobs: 0, blobBytes: 0 })
    assert.equal([await listIds(store), await store.listEvents()], [[], []])
    assert.is((await store.findRun('r-grandchild')).kind, 'missing')
  })

  test('a run stays as long as a child of it goes on', async ({ store }) => {
    await endRun(store, { id: 'r-parent' })
    const child = await startRun(store, { run: { id: 'r-child', parent: 'r-parent' } })
    assert.is((await sweep(store, { keep: 0 })).runs, 0)
    await store.write(child, { rows: [createRow(2)], end: createEnd() })
    assert.is((await sweep(store, { keep: 0 })).runs, 2)
  })

  test('with a run its idempotency key is free again, and no claim of it counts', async ({ store }) => {
    const run = createNewRun({ id: 'r-1', key: 'k', bodyHash: 'b' })
    const claim = await startRun(store, { run })
    await store.write(claim, { end: createEnd() })
    await sweep(store, { keep: 0 })
    assert.is((await store.submit({ ...run, id: 'r-2' })).kind, 'created')
    assert.equal(await store.renew([claim]), [claim])
  })

  test('unreferenced blobs are deleted, and young ones, whose reference may follow, stay', async ({ store }) => {
    const hash = await store.putBlob(new Uint8Array([1, 2, 3]))
    const kept = await store.putBlob(new Uint8Array([4, 5]))
    const swept = await startRun(store)
    await store.write(swept, {
      rows: [createRow(2, { data: toOutcome({ image: { $blob: hash } }) })],
      end: createEnd(),
    })
    const going = await startRun(store)
    await store.write(going, { rows: [createRow(2, { data: toOutcome([{ $blob: kept }]) })] })
    const later = Date.now() + BLOB_GRACE_MS + 60_000
    assert.is((await sweep(store, { completedBefore: T0 + 1e9, at: Date.now() })).blobs, 0)
    await endRun(store, {})
    const result = await sweep(store, { completedBefore: T0 + 1e9, at: later })
    assert.equal([result.blobs, result.blobBytes], [1, 3])
    assert.equal([await store.getBlob(hash), (await store.getBlob(kept))?.length], [undefined, 2])
  })

  test('the rule of a workflow wins, and its `keep` counts its runs alone', async ({ store }) => {
    for (const [place, id] of ['r-1', 'r-2', 'r-3'].entries()) {
      await endRun(store, { id }, { at: T0 + place })
      await endRun(store, { id: `${id}-own`, workflow: 'own', definition: `own-${place}` }, { at: T0 + place })
    }
    const asked: object[] = []
    const ofWorkflow = async (workflow: { name: string; definition: string }) => {
      asked.push(workflow)
      return workflow.name === 'own' ? { completedBefore: null, keep: 1 } : undefined
    }
    assert.is((await sweep(store, { completedBefore: T0 + 1, keep: 2, ofWorkflow })).runs, 3)
    assert.equal(await listIds(store), ['r-2', 'r-3', 'r-3-own'])
    assert.equal(asked, [
      { name: 'greet', definition: createNewRun().definition },
      { name: 'own', definition: 'own-2' },
    ])
  })

  test('a dry run counts the runs and blobs to delete, and deletes nothing', async ({ store }) => {
    const hash = await store.putBlob(new Uint8Array([1, 2, 3]))
    const claim = await startRun(store, { run: { id: 'r-1' } })
    await store.write(claim, {
      rows: [createRow(2, { data: toOutcome({ image: { $blob: hash } }) })],
      end: createEnd(),
    })
    await startRun(store, { run: { id: 'r-going' } })
    const rule = { keep: 0, at: Date.now() + BLOB_GRACE_MS + 60_000 }
    const expected = { runs: 1, rows: 2, blobs: 1, blobBytes: 3 }
    assert.equal(await sweep(store, { ...rule, isDryRun: true }), expected)
    assert.equal(await listIds(store), ['r-1', 'r-going'])
    assert.equal(await sweep(store, rule), expected)
    assert.equal([await listIds(store), await store.getBlob(hash)], [['r-going'], undefined])
  })

  test('thousands of runs are deleted while others are written', async ({ store }) => {
    const owner = createOwner()
    const claims = await Promise.all(Array.from({ length: 2_500 }, () => startRun(store, { owner })))
    await Promise.all(claims.map((claim) => store.write(claim, { end: createEnd() })))
    const going = await startRun(store)
    const sweeping = sweep(store, { keep: 100 })
    for (let seq = 2; seq < 20; seq++) await store.write(going, { rows: [createRow(seq)] })
    assert.is((await sweeping).runs, 2_400)
    assert.is((await store.listRuns()).length, 101)
    assert.is((await store.readJournal(going.runId)).length, 19)
    assert.equal(await (await store.maintenance()).check(), [])
  })
}

/** A parent that waits, with a child that has ended, and all that can belong to a run. */
const fillFamily = async (store: Store): Promise<string> => {
  const hash = await store.putBlob(new Uint8Array([7, 8, 9]))
  const flow = { key: 'k', concurrency: 3, rate: { count: 5, windowMs: 1_000 }, priority: 2 }
  const origin = { kind: 'fork', of: 'r-before' } as const
  const run = { id: 'r-parent', flow, origin, key: 'key', bodyHash: 'body' }
  const parent = await startRun(store, { run })
  const approval = {
    path: 'a',
    visit: 1,
    step: 'a',
    title: 'A?',
    show: 1,
    form: null,
    by: ['ada'],
    count: 1,
    decisions: [],
    tool: null,
  }
  await store.write(parent, {
    rows: [createRow(2, { data: toOutcome({ $blob: hash }) }), createRow(3, { data: toOutcome('ä'.repeat(100_000)) })],
    timersSet: [{ id: 't', dueAt: T0 }],
    approvalsOpened: [{ ...approval, dueAt: null, requestedAt: T0, requestHash: 'h' }],
    emitted: [{ id: 'e', type: 't', source: '/s', at: T0, data: { a: 1 } }],
  })
  await endRun(store, { id: 'r-child', parent: 'r-parent', workflow: 'sort', definition: 'sort' })
  await store.post('r-parent', { id: 'm', kind: 'signal', body: { name: 'paid' } })
  await store.release(parent, { phase: 'waiting' })
  return hash
}

const addBundleTests = (test: AddStoreTest): void => {
  test('an exported run comes back in another store, with everything that belongs to it', async ({ store }) => {
    const other = createMemoryStore()
    const hash = await fillFamily(other)
    const text = (await (await other.maintenance()).exportRun('r-parent')) ?? ''
    const maintenance = await store.maintenance()
    assert.equal(await maintenance.importRun(text), { imported: ['r-parent', 'r-child'], existing: [] })
    assert.equal(decodeBundle((await maintenance.exportRun('r-parent')) ?? ''), decodeBundle(text))
    for (const id of ['r-parent', 'r-child']) {
      assert.equal(await store.readJournal(id), await other.readJournal(id))
      const [mine, its] = [await store.findRun(id), await other.findRun(id)]
      assert.ok(mine.kind === 'found' && its.kind === 'found')
      assert.equal({ ...mine.run, epoch: 1 }, its.run)
    }
    assert.equal(await store.getBlob(hash), new Uint8Array([7, 8, 9]))
    assert.equal(await store.listApprovals(), await other.listApprovals())
    assert.equal(await store.listEvents(), await other.listEvents())
    assert.equal(await store.loadDefinition('sort'), await other.loadDefinition('sort'))
  })

  test('a second import adds nothing, and does not change the existing run', async ({ store }) => {
    await fillFamily(store)
    const maintenance = await store.maintenance()
    const text = (await maintenance.exportRun('r-parent')) ?? ''
    const claimed = await store.claim('r-parent', createOwner())
    assert.ok(claimed.kind === 'claimed')
    assert.equal(await maintenance.importRun(text), { imported: [], existing: ['r-parent', 'r-child'] })
    await store.write(claimed.claim, { rows: [createRow(4)] })
    assert.is((await store.listRuns()).length, 1)
  })

  test('an imported run does not start by itself, but goes on when it is claimed', async ({ store }) => {
    const other = createMemoryStore()
    await fillFamily(other)
    await startRun(other, { run: { id: 'r-active' } })
    await other.submit(createNewRun({ id: 'r-queued' }))
    const [maintenance, source] = [await store.maintenance(), await other.maintenance()]
    for (const id of ['r-parent', 'r-active', 'r-queued'])
      await maintenance.importRun((await source.exportRun(id)) ?? '')
    assert.equal([await store.listDueRuns(T0 + 1e9), await store.nextDueAt()], [[], null])
    const found = await store.findRun('r-parent')
    assert.ok(found.kind === 'found')
    assert.equal([found.run.phase, found.run.epoch, found.run.holder], ['waiting', 0, null])
    for (const id of ['r-active', 'r-queued', 'r-parent']) {
      const result = await store.claim(id, createOwner())
      assert.ok(result.kind === 'claimed', `${id} ${result.kind}`)
      await store.release(result.claim, { phase: 'waiting' })
    }
    assert.equal(await store.listDueRuns(T0), ['r-parent'])
  })

  test('an idempotency key that another run has is dropped', async ({ store }) => {
    const other = createMemoryStore()
    await fillFamily(other)
    await store.saveDefinition(createDefinition())
    await store.submit(createNewRun({ id: 'r-mine', key: 'key', bodyHash: 'x' }))
    const text = (await (await other.maintenance()).exportRun('r-parent')) ?? ''
    await (await store.maintenance()).importRun(text)
    const found = await store.findRun('r-parent')
    assert.is(found.kind === 'found' && found.run.key, null)
  })

  test('a run that was made again keeps its key in another store, beside its successor', async ({ store }) => {
    const other = createMemoryStore()
    await other.saveDefinition(createDefinition())
    await endRun(other, { id: 'r-old', key: 'key', bodyHash: 'b' }, { status: 'failed' })
    await other.submit(createNewRun({ id: 'r-new', key: 'key', bodyHash: 'b' }), { againIf: ['failed'] })
    const [maintenance, source] = [await store.maintenance(), await other.maintenance()]
    for (const id of ['r-new', 'r-old']) await maintenance.importRun((await source.exportRun(id)) ?? '')
    const [old, successor] = [await store.findRun('r-old'), await store.findRun('r-new')]
    assert.ok(old.kind === 'found' && successor.kind === 'found')
    assert.equal([old.run.key, old.run.replacedBy], ['key', 'r-new'])
    assert.equal([successor.run.key, successor.run.origin], ['key', { kind: 'again', of: 'r-old' }])
    const known = await store.submit(createNewRun({ key: 'key', bodyHash: 'b' }))
    assert.ok(known.kind === 'existing' && known.run.id === 'r-new')
  })

  test('text that is no export, or was cut or changed, is refused, and nothing of it is kept', async ({ store }) => {
    const other = createMemoryStore()
    await fillFamily(other)
    const text = (await (await other.maintenance()).exportRun('r-parent')) ?? ''
    const lines = text.trimEnd().split('\n')
    const without = (pattern: RegExp): string => lines.filter((line) => !pattern.test(line)).join('\n')
    const maintenance = await store.maintenance()
    const bad = [
      '',
      '{}',
      'x',
      '{"troupe":{"bundle":99}}',
      without(/"seq":2/),
      without(/"seq":1,/),
      without(/^{"definition/),
    ]
    for (const one of [...bad, text.replace('BwgJ', 'AAAA')]) {
      const error = await catchRejection(maintenance.importRun(one))
      assert.ok(isStoreError(error) && error.code === 'corrupt', `${String(error)} for ${one.slice(0, 100)}`)
    }
    assert.equal(await store.listRuns(), [])
    assert.is(await maintenance.exportRun('r-none'), undefined)
  })
}

export const addStoreMaintenanceTests = (test: AddStoreTest): void => {
  addSweepTests(test)
  addBundleTests(test)

  test('stats count the rows of each table, and name the largest runs', async ({ store }) => {
    const hash = await fillFamily(store)
    await store.submit(createNewRun({ id: 'r-queued' }))
    const stats = await (await store.maintenance()).stats()
    const { run, journal, timer, inbox, approval, outbox } = stats.rows
    assert.equal([run, journal, timer, inbox, approval, outbox], [3, 6, 1, 1, 1, 1])
    const counts = stats.runs.map(({ status, phase, count }) => `${count} ${status} ${phase}`)
    assert.equal(counts.sort(), ['1 completed null', '1 running queued', '1 running waiting'])
    assert.ok(stats.blobs.count >= 1 && stats.blobs.bytes >= ((await store.getBlob(hash))?.length ?? 0))
    assert.ok(stats.largest.some(({ id, workflow, rows }) => id === 'r-parent' && workflow === 'greet' && rows === 3))
  })

  test('a sound store has no problems', async ({ store }) => {
    await fillFamily(store)
    assert.equal(await (await store.maintenance()).check(), [])
  })
}
