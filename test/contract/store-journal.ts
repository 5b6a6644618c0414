import * as assert from 'uvu/assert'
import { isDefect } from '../../src/core/defect.ts'
import { EVENT_KINDS, NOTE_KINDS } from '../../src/store/journal-row.ts'
import { createOwner } from '../../src/store/process-identity.ts'
import type { HostStore } from '../../src/store/store.ts'
import { isLeaseLost, isStoreError } from '../../src/store/store-error.ts'
import {
  catchRejection,
  createEnd,
  createNewRun,
  createRow,
  ROW_DATA,
  startRun,
  toCreated,
  toOutcome,
} from '../support/store-values.ts'
import type { AddStoreTest } from './store.ts'

export const addStoreDurabilityTests = (test: AddStoreTest): void => {
  test('J1 acknowledged rows exist after a restart', async ({ store, reopen }) => {
    const claim = await startRun(store)
    await store.write(claim, { rows: [createRow(2)], end: createEnd() })
    const again = await reopen()
    assert.equal(
      (await again.readJournal(claim.runId)).map((row) => row.seq),
      [1, 2],
    )
    const found = await again.findRun(claim.runId)
    assert.is(found.kind === 'found' && found.run.status, 'completed')
  })
}

export const addStoreJournalTests = (test: AddStoreTest<HostStore>): void => {
  test('rows come back as they were written, in order, whatever their kind', async ({ store }) => {
    const { id, created } = createNewRun()
    const claim = await startRun(store, { run: { id, created } })
    const rows = [...EVENT_KINDS, ...NOTE_KINDS].map((kind, place) =>
      createRow(place + 2, { kind, visit: place, data: ROW_DATA[kind] }),
    )
    await store.write(claim, { rows })
    assert.equal(await store.readJournal(id), [created, ...rows])
    assert.equal(await store.readJournal(id, 5), rows.slice(3))
    assert.equal(await store.readRows(id, { from: 1, to: 3 }), [created, ...rows.slice(0, 2)])
    assert.equal(await store.readRows(id, { from: 3, to: 10_000 }), rows.slice(1))
    assert.equal(await store.readRows('r-none', { from: 1, to: 3 }), [])
  })

  test('any JSON value comes back equal', async ({ store }) => {
    const values = [null, true, 0, -1.5, 1e300, '', '@0', 'ü\u0000\u{1f600}"\\', [], [[null]], {}, { a: { b: [1] } }]
    const claim = await startRun(store)
    await store.write(claim, { rows: values.map((output, place) => createRow(place + 2, { data: toOutcome(output) })) })
    const rows = await store.readJournal(claim.runId, 2)
    assert.equal(
      rows.map((row) => row.data),
      values.map(toOutcome),
    )
  })

  test('a value of some megabytes comes back equal, in rows, in the output and in the inbox', async ({ store }) => {
    const large = { text: 'ä'.repeat(1_000_000) }
    const claim = await startRun(store, { input: large })
    await store.post(claim.runId, { id: 'm', kind: 'signal', body: large })
    const [waiting] = await store.readInbox([claim])
    assert.equal(waiting?.message.body, large)
    await store.write(claim, { rows: [createRow(2, { data: toOutcome(large) })], end: createEnd({ output: large }) })
    const rows = await store.readJournal(claim.runId)
    assert.equal(
      rows.map((row) => row.data),
      [toCreated(large), toOutcome(large)],
    )
    const found = await store.findRun(claim.runId)
    assert.equal(found.kind === 'found' && found.run.output, large)
  })

  test('a run that is missing has no rows', async ({ store }) => {
    assert.equal(await store.readJournal('r-none'), [])
  })

  test('J2 a second row with the same seq is refused, and nothing of that write is kept', async ({ store }) => {
    const claim = await startRun(store)
    await store.write(claim, { rows: [createRow(2)] })
    const repeated = await catchRejection(
      store.write(claim, { rows: [createRow(2), createRow(3)], timersSet: [{ id: 't', dueAt: 1 }] }),
    )
    assert.ok(isDefect(repeated), String(repeated))
    assert.match(repeated.message, /^J2: /)
    assert.equal(
      (await store.readJournal(claim.runId)).map((row) => row.seq),
      [1, 2],
    )
  })

  test('J2 a row that would leave a gap is refused', async ({ store }) => {
    const claim = await startRun(store)
    for (const rows of [[createRow(3)], [createRow(2), createRow(4)]])
      assert.ok(isDefect(await catchRejection(store.write(claim, { rows }))))
    assert.is((await store.readJournal(claim.runId)).length, 1)
  })

  test('writes of one turn are kept in the order of the calls', async ({ store }) => {
    const first = await startRun(store)
    const second = await startRun(store)
    const writes = [2, 3, 4].flatMap((seq) =>
      [first, second].map((claim) => store.write(claim, { rows: [createRow(seq)] })),
    )
    await Promise.all(writes)
    for (const claim of [first, second])
      assert.equal(
        (await store.readJournal(claim.runId)).map((row) => row.seq),
        [1, 2, 3, 4],
      )
  })

  test('a run of rows and a hundred runs at once end up complete', async ({ store }) => {
    const owner = createOwner()
    const claims = await Promise.all(Array.from({ length: 100 }, () => startRun(store, { owner })))
    for (let seq = 2; seq <= 11; seq++)
      await Promise.all(claims.map((claim) => store.write(claim, { rows: [createRow(seq)] })))
    for (const claim of claims) assert.is((await store.readJournal(claim.runId)).length, 11)
  })

  test('a run is created once: a second one with its id is a conflict', async ({ store }) => {
    const claim = await startRun(store)
    const error = await catchRejection(startRun(store, { run: { id: claim.runId } }))
    assert.ok(isStoreError(error) && error.code === 'conflict', String(error))
    assert.is((await store.readJournal(claim.runId)).length, 1)
  })

  test('of many that create the same run in one turn one succeeds', async ({ store }) => {
    const { runId } = await startRun(store)
    const id = `${runId}-again`
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => startRun(store, { run: { id } })))
    assert.is(results.filter(({ status }) => status === 'fulfilled').length, 1)
  })

  test('J4 a run needs its definition to be saved', async ({ store }) => {
    const run = createNewRun({ definition: 'unsaved' })
    const error = await catchRejection(store.create(run, createOwner()))
    assert.ok(isDefect(error))
    assert.match((error as Error).message, /^J4: .*'unsaved'/)
    assert.is((await store.findRun(run.id)).kind, 'missing')
  })

  test('an end sets status, output, error, usage and time, and releases the run', async ({ store }) => {
    const claim = await startRun(store)
    const error = { code: 'timeout', message: 'too slow', retryable: true, details: { ms: 5 }, step: 'fetch' }
    const usage = { input_tokens: 5, output_tokens: 7, cost_usd: null }
    await store.write(claim, { end: createEnd({ status: 'failed', output: null, error, usage }) })
    const found = await store.findRun(claim.runId)
    assert.ok(found.kind === 'found')
    const { run } = found
    assert.equal(
      [run.status, run.output, run.error, run.usage, run.endedAt, run.holder],
      ['failed', null, error, usage, createEnd().at, null],
    )
  })

  test('J7 a run that has ended takes no event, no timer and no second end', async ({ store }) => {
    const claim = await startRun(store)
    await store.write(claim, { rows: [createRow(2)], end: createEnd() })
    const late = [
      { rows: [createRow(3)] },
      { timersSet: [{ id: 't', dueAt: 1 }] },
      { end: createEnd({ status: 'failed' }) },
    ]
    for (const change of late) assert.ok(isLeaseLost(await catchRejection(store.write(claim, change))))
    const found = await store.findRun(claim.runId)
    assert.is(found.kind === 'found' && found.run.status, 'completed')
    assert.is((await store.readJournal(claim.runId)).length, 2)
  })

  test('J7 in the same turn as the end the end counts and what comes behind it does not', async ({ store }) => {
    const claim = await startRun(store)
    const end = store.write(claim, { rows: [createRow(2)], end: createEnd() })
    const late = catchRejection(store.write(claim, { rows: [createRow(3)] }))
    await end
    assert.ok(isLeaseLost(await late))
    assert.is((await store.readJournal(claim.runId)).length, 2)
  })

  test('after close every call is refused as closed, and a second close does nothing', async ({ store }) => {
    const claim = await startRun(store)
    const last = store.write(claim, { rows: [createRow(2)] })
    await store.close()
    await last
    const calls = [
      () => store.write(claim, { rows: [createRow(3)] }),
      () => store.findRun(claim.runId),
      () => store.renew([]),
    ]
    for (const call of calls) {
      const error = await catchRejection(call())
      assert.ok(isStoreError(error) && error.code === 'closed', String(error))
    }
    await store.close()
  })
}
