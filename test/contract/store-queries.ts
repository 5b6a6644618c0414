import * as assert from 'uvu/assert'
import type { HeadQuery } from '../../src/store/head-store.ts'
import type { RunFilter } from '../../src/store/store.ts'
import { createEnd, createNewRun, createRow, startRun, T0 } from '../support/store-values.ts'
import type { AddStoreTest } from './store.ts'

export const addStoreQueryTests = (test: AddStoreTest): void => {
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

  test('runs are listed and counted by the time of their submission: from `since` on, before `until`', async ({
    store,
  }) => {
    for (const minute of [0, 1, 2])
      await startRun(store, {
        run: { id: `r-${minute}`, created: { ...createNewRun().created, at: T0 + minute * 60_000 } },
      })
    const [since, until] = [T0 + 60_000, T0 + 120_000]
    const list = async (filter: RunFilter): Promise<string[]> => (await store.listRuns(filter)).map((run) => run.id)
    assert.equal(await list({ since }), ['r-2', 'r-1'])
    assert.equal(await list({ until }), ['r-1', 'r-0'])
    assert.equal(await list({ since, until, status: 'running' }), ['r-1'])
    assert.is(await store.countRuns({ since, until }), 1)
  })

  test('runs that have not ended are counted by phase, with the time of the oldest', async ({ store }) => {
    const none = { count: 0, oldestAt: null }
    assert.equal(await store.countLiveRuns(), [
      { phase: 'queued', ...none },
      { phase: 'active', ...none },
      { phase: 'waiting', ...none },
    ])
    const at = (minute: number) => ({ ...createNewRun().created, at: T0 + minute * 60_000 })
    await store.write(await startRun(store, { run: { id: 'r-ended', created: at(0) } }), { end: createEnd() })
    const rested = await startRun(store, { run: { id: 'r-waiting', created: at(1) } })
    await store.release(rested, { phase: 'waiting' })
    await startRun(store, { run: { id: 'r-active', created: at(2) } })
    for (const minute of [3, 4]) await store.submit(createNewRun({ id: `r-${minute}`, created: at(minute) }))
    assert.equal(await store.countLiveRuns(), [
      { phase: 'queued', count: 2, oldestAt: T0 + 180_000 },
      { phase: 'active', count: 1, oldestAt: T0 + 120_000 },
      { phase: 'waiting', count: 1, oldestAt: T0 + 60_000 },
    ])
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
    assert.equal(await list({ before: 'r-3' }), ['r-2', 'r-1'])
    assert.equal(await list({ before: 'r-4', limit: 1, workflow: 'greet' }), ['r-3'])
    assert.equal(await list({ before: 'r-1' }), [])
    assert.equal(await list({ before: 'r-none' }), [])
    assert.is(await store.countRuns({ limit: 1 }), 4)
    assert.is(await store.countRuns({ workflow: 'sort', status: 'running' }), 1)
  })

  test('the ends of the journals of all runs that have not ended are listed in the order of creation', async ({
    store,
  }) => {
    assert.is(await store.readNewestKey(), 0)
    const claims = []
    for (const id of ['r-1', 'r-2', 'r-3'])
      claims.push(await startRun(store, { run: { id, created: { ...createNewRun().created, at: T0 } } }))
    await startRun(store, { run: { id: 'r-child', parent: 'r-1' } })
    const [first, second] = claims
    assert.ok(first && second)
    await store.write(first, { rows: [createRow(2), createRow(3)] })
    await store.write(second, { rows: [createRow(2)], end: createEnd({ at: T0 + 5_000 }) })
    const list = async (query: HeadQuery): Promise<unknown[]> =>
      (await store.listHeads(query)).map(({ id, seq, isOver }) => [id, seq, isOver])
    const [running] = await store.listHeads({ after: await store.readNewestKey() })
    assert.equal(
      [running?.id, running?.workflow, running?.seq, running?.at, running?.isOver],
      ['r-1', 'greet', 3, T0 + 3, false],
    )
    const none = { after: await store.readNewestKey() }
    const going = [
      ['r-1', 3, false],
      ['r-3', 1, false],
      ['r-child', 1, false],
    ]
    const ended = ['r-2', 2, true]
    assert.equal(await list(none), going)
    assert.equal(await list({ ...none, endedSince: T0 + 5_001 }), going)
    const all = [going[0], ended, ...going.slice(1)]
    assert.equal(await list({ ...none, endedSince: T0 + 5_000 }), all)
    assert.equal(await list({ after: running?.key ?? 0 }), all)
  })
}
