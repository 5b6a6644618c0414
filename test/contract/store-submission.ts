import * as assert from 'uvu/assert'
import { isDefect } from '../../src/core/defect.ts'
import { createOwner } from '../../src/store/process-identity.ts'
import type { NewRun, RunEnd, RunRecord, Store, SubmitOptions } from '../../src/store/store.ts'
import { isStoreError } from '../../src/store/store-error.ts'
import { catchRejection, createDefinition, createNewRun, createRow, T0 } from '../support/store-values.ts'
import type { AddStoreTest } from './store.ts'

const submit = async (store: Store, change: Partial<NewRun> = {}, options?: SubmitOptions) => {
  const run = createNewRun(change)
  await store.saveDefinition(createDefinition({ hash: run.definition, workflow: run.workflow }))
  return store.submit(run, options)
}

const endRun = async (store: Store, { id, status }: { id: string; status: RunEnd['status'] }): Promise<void> => {
  const claimed = await store.claim(id, createOwner())
  assert.ok(claimed.kind === 'claimed')
  const usage = { input_tokens: 0, output_tokens: 0, cost_usd: 0 }
  await store.write(claimed.claim, { end: { status, at: T0, output: null, error: null, usage } })
}

const findRecord = async (store: Store, id: string): Promise<RunRecord | undefined> => {
  const found = await store.findRun(id)
  return found.kind === 'found' ? found.run : undefined
}

const MANY_RUNS = 10_000
const MANY_MS = 10_000

export const addStoreSubmissionDurabilityTests = (test: AddStoreTest): void => {
  test('J1 an acknowledged submission exists after a restart, and is due', async ({ store, reopen }) => {
    const result = await submit(store, { id: 'r-submitted', key: 'k', bodyHash: 'b' })
    assert.is(result.kind, 'created')
    const again = await reopen()
    assert.equal(await again.listDueRuns(T0), ['r-submitted'])
    assert.is((await submit(again, { key: 'k', bodyHash: 'b' })).kind, 'existing')
  })
}

export const addStoreSubmissionTests = (test: AddStoreTest): void => {
  test('a submitted run is queued, without a holder, and due; its first claim begins it', async ({ store }) => {
    const result = await submit(store, { id: 'r-1' })
    assert.ok(result.kind === 'created')
    const { phase, status, holder, epoch, createdAt } = result.run
    assert.equal([phase, status, holder, epoch, createdAt], ['queued', 'running', null, 0, T0 + 1])
    assert.equal(await store.listDueRuns(T0), ['r-1'])
    const claimed = await store.claim('r-1', createOwner())
    assert.ok(claimed.kind === 'claimed')
    assert.equal([claimed.run.phase, claimed.claim.epoch], ['active', 1])
    assert.equal(await store.listDueRuns(T0), [])
    await store.write(claimed.claim, { rows: [createRow(2)] })
  })

  test('queued runs are due in the order of their age, up to a limit', async ({ store }) => {
    for (const id of ['r-c', 'r-a', 'r-b']) await submit(store, { id })
    assert.equal(await store.listDueRuns(T0), ['r-c', 'r-a', 'r-b'])
    assert.equal(await store.listDueRuns(T0, 2), ['r-c', 'r-a'])
  })

  test('the same key with the same body is the same run, with another body a conflict', async ({ store }) => {
    const first = await submit(store, { id: 'r-1', key: 'order-7', bodyHash: 'b1' })
    assert.ok(first.kind === 'created' && first.run.key === 'order-7')
    const same = await submit(store, { key: 'order-7', bodyHash: 'b1' })
    assert.ok(same.kind === 'existing' && same.run.id === 'r-1')
    const other = await submit(store, { key: 'order-7', bodyHash: 'b2' })
    assert.ok(other.kind === 'conflict' && other.run.id === 'r-1')
    const created = await store.create(createNewRun({ key: 'order-7', bodyHash: 'b1' }), createOwner())
    assert.ok(created.kind === 'existing' && created.run.id === 'r-1')
    assert.is((await store.listRuns()).length, 1)
  })

  test('a key counts for its workflow alone, and for ever', async ({ store }) => {
    const result = await submit(store, { id: 'r-1', key: 'k', bodyHash: 'b' })
    assert.is(result.kind, 'created')
    const change = { key: 'k', bodyHash: 'b', workflow: 'sort', definition: 'sort' }
    assert.is((await submit(store, change)).kind, 'created')
    const claimed = await store.claim('r-1', createOwner())
    assert.ok(claimed.kind === 'claimed')
    const usage = { input_tokens: 0, output_tokens: 0, cost_usd: 0 }
    await store.write(claimed.claim, { end: { status: 'completed', at: T0, output: 1, error: null, usage } })
    const again = await submit(store, { key: 'k', bodyHash: 'b' })
    assert.ok(again.kind === 'existing' && again.run.status === 'completed' && again.run.output === 1)
  })

  test('of a hundred submissions with one key at once one counts, and all get its run', async ({ store }) => {
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, place) => submit(store, { id: `r-${place}`, key: 'k', bodyHash: 'b' })),
    )
    assert.is(results.filter(({ kind }) => kind === 'created').length, 1)
    assert.is(results.filter(({ kind }) => kind === 'existing').length, 99)
    assert.is(new Set(results.map((result) => 'run' in result && result.run.id)).size, 1)
  })

  for (const { end, againIf, isAgain } of [
    { end: 'failed', againIf: ['failed'], isAgain: true },
    { end: 'cancelled', againIf: ['failed', 'cancelled'], isAgain: true },
    { end: 'cancelled', againIf: ['failed'], isAgain: false },
    { end: 'completed', againIf: ['failed', 'cancelled'], isAgain: false },
    { end: undefined, againIf: ['failed', 'cancelled'], isAgain: false },
  ] as const)
    test(`a key whose run ${end === undefined ? 'goes on' : `has ${end}`} ${isAgain ? 'gets' : 'keeps it from'} a new run if told to after ${againIf.join(' and ')}`, async ({
      store,
    }) => {
      await submit(store, { id: 'r-1', key: 'k', bodyHash: 'b' })
      if (end !== undefined) await endRun(store, { id: 'r-1', status: end })
      const again = await submit(store, { id: 'r-2', key: 'k', bodyHash: 'b' }, { againIf })
      assert.is(again.kind, isAgain ? 'created' : 'existing')
      const [first, second] = [await findRecord(store, 'r-1'), await findRecord(store, 'r-2')]
      assert.equal([first?.key, first?.replacedBy], ['k', isAgain ? 'r-2' : null])
      assert.equal(second?.key, isAgain ? 'k' : undefined)
      if (isAgain) assert.equal(second?.origin, { kind: 'again', of: 'r-1' })
      const known = await submit(store, { key: 'k', bodyHash: 'b' })
      assert.ok(known.kind === 'existing' && known.run.id === (isAgain ? 'r-2' : 'r-1'))
    })

  test('of many submissions at once that run again after a failure one counts, and all get its run', async ({
    store,
  }) => {
    await submit(store, { id: 'r-1', key: 'k', bodyHash: 'b' })
    await endRun(store, { id: 'r-1', status: 'failed' })
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, place) =>
        submit(store, { id: `r-again-${place}`, key: 'k', bodyHash: 'b' }, { againIf: ['failed'] }),
      ),
    )
    assert.is(results.filter(({ kind }) => kind === 'created').length, 1)
    assert.is(results.filter(({ kind }) => kind === 'existing').length, 19)
    assert.is((await store.listRuns()).length, 2)
  })

  test('a run again may be another request, and be run again itself', async ({ store }) => {
    await submit(store, { id: 'r-1', key: 'k', bodyHash: 'b' })
    await endRun(store, { id: 'r-1', status: 'failed' })
    assert.is((await submit(store, { id: 'r-2', key: 'k', bodyHash: 'c' })).kind, 'conflict')
    const options = { againIf: ['failed'] } as const
    assert.is((await submit(store, { id: 'r-2', key: 'k', bodyHash: 'c' }, options)).kind, 'created')
    assert.is((await submit(store, { key: 'k', bodyHash: 'd' }, options)).kind, 'conflict')
    await endRun(store, { id: 'r-2', status: 'failed' })
    assert.is((await submit(store, { id: 'r-3', key: 'k', bodyHash: 'b' }, options)).kind, 'created')
    assert.equal((await findRecord(store, 'r-2'))?.replacedBy, 'r-3')
    assert.equal((await findRecord(store, 'r-1'))?.replacedBy, 'r-2')
  })

  test('a run again that is refused, by its flow or its id, leaves the key where it was', async ({ store }) => {
    const flow = { key: 'f', concurrency: 1, onConflict: 'reject' } as const
    await submit(store, { id: 'r-1', key: 'k', bodyHash: 'b' })
    await endRun(store, { id: 'r-1', status: 'failed' })
    await submit(store, { id: 'r-other' })
    const options = { againIf: ['failed'] } as const
    const taken = await catchRejection(submit(store, { id: 'r-other', key: 'k', bodyHash: 'b' }, options))
    assert.ok(isStoreError(taken) && taken.code === 'conflict', String(taken))
    await store.create(createNewRun({ id: 'r-holder', flow }), createOwner())
    assert.is((await submit(store, { id: 'r-2', key: 'k', bodyHash: 'b', flow }, options)).kind, 'refused')
    const first = await findRecord(store, 'r-1')
    assert.equal([first?.key, first?.replacedBy], ['k', null])
    assert.is((await submit(store, { key: 'k', bodyHash: 'b' })).kind, 'existing')
  })

  test('a run comes with its origin, further rows and timers', async ({ store }) => {
    const rows = [createRow(2), createRow(3)]
    const origin = { kind: 'fork', of: 'r-before' } as const
    const run = createNewRun({ id: 'r-fork', rows, origin, timers: [{ id: 't', dueAt: T0 + 5 }] })
    await submit(store, run)
    assert.equal(await store.readJournal('r-fork'), [run.created, ...rows])
    const claimed = await store.claim('r-fork', createOwner())
    assert.ok(claimed.kind === 'claimed')
    assert.equal(claimed.run.origin, origin)
    await store.write(claimed.claim, { rows: [createRow(4)] })
    await store.release(claimed.claim, { phase: 'waiting' })
    assert.is(await store.nextDueAt(), T0 + 5)
  })

  test('a run that is held at once takes the same fields', async ({ store }) => {
    const origin = { kind: 'schedule', of: 'every day at nine' } as const
    await store.saveDefinition(createDefinition())
    const run = createNewRun({ rows: [createRow(2)], origin, key: 'k', bodyHash: 'b' })
    const created = await store.create(run, createOwner())
    assert.ok(created.kind === 'created')
    await store.write(created.claim, { rows: [createRow(3)] })
    const found = await store.findRun(run.id)
    assert.ok(found.kind === 'found')
    assert.equal([found.run.origin, found.run.key, found.run.phase, found.run.epoch], [origin, 'k', 'active', 1])
  })

  test('J2 rows that leave a gap, J4 an unknown definition and an id that exists are refused', async ({ store }) => {
    await submit(store, { id: 'r-1' })
    const gap = await catchRejection(submit(store, { rows: [createRow(3)] }))
    assert.ok(isDefect(gap) && gap.message.startsWith('J2: '), String(gap))
    const unsaved = await catchRejection(store.submit(createNewRun({ definition: 'unsaved' })))
    assert.ok(isDefect(unsaved) && unsaved.message.startsWith('J4: '), String(unsaved))
    const twice = await catchRejection(submit(store, { id: 'r-1' }))
    assert.ok(isStoreError(twice) && twice.code === 'conflict', String(twice))
    assert.is((await store.listRuns()).length, 1)
  })

  test(`${MANY_RUNS} submissions in groups are quick`, async ({ store }) => {
    const startedAt = performance.now()
    for (let group = 0; group < MANY_RUNS; group += 1_000)
      await Promise.all(
        Array.from({ length: 1_000 }, (_, place) =>
          submit(store, { id: `r-${group + place}`, key: `${group + place}`, bodyHash: 'b' }),
        ),
      )
    const ms = performance.now() - startedAt
    assert.ok(ms < MANY_MS, `${ms} ms`)
    assert.is((await store.listDueRuns(T0, MANY_RUNS)).length, MANY_RUNS)
  })
}
