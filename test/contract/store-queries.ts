import * as assert from 'uvu/assert'
import { createEnd, startRun } from '../support/store-values.ts'
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
}
