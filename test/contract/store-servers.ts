import * as assert from 'uvu/assert'
import { createNewRun, startRun, T0 } from '../support/store-values.ts'
import type { AddStoreTest } from './store.ts'

const NEEDY = ['provider openai', 'secret TOKEN']
const OTHER = ['secret OTHER']

export const addStoreServerTests = (test: AddStoreTest): void => {
  test('a server is listed with what it lacks, until it stops', async ({ store }) => {
    const server = { id: 's-1', host: 'here', pid: 7, unfit: [] }
    await store.markServer(server)
    await store.markServer({ ...server, id: 's-2' })
    const unfit = [{ needs: NEEDY, missing: ['secret TOKEN'] }]
    await store.markServer({ ...server, unfit })
    assert.equal(await store.listServers(), [
      { ...server, unfit },
      { ...server, id: 's-2' },
    ])
    await store.dropServer('s-1')
    assert.equal(
      (await store.listServers()).map(({ id }) => id),
      ['s-2'],
    )
  })

  test('a run keeps what it needs', async ({ store }) => {
    await startRun(store, { run: { id: 'r-held', needs: NEEDY } })
    await store.submit(createNewRun({ id: 'r-queued', needs: NEEDY }))
    await store.submit(createNewRun({ id: 'r-flow', needs: OTHER, flow: { key: 'k', concurrency: 1 } }))
    await store.submit(createNewRun({ id: 'r-none' }))
    const needs = await Promise.all(
      ['r-held', 'r-queued', 'r-flow', 'r-none'].map(async (id) => {
        const found = await store.findRun(id)
        return found.kind === 'found' && found.run.needs
      }),
    )
    assert.equal(needs, [NEEDY, NEEDY, OTHER, []])
  })

  test('runs with needs that a process lacks are passed over, and hold back no others', async ({ store }) => {
    const left = await startRun(store, { run: { id: 'r-left', needs: NEEDY } })
    await store.release(left)
    const rested = await startRun(store, { run: { id: 'r-timer', needs: NEEDY } })
    await store.write(rested, { timersSet: [{ id: 'a/1', dueAt: T0 }] })
    await store.release(rested, { phase: 'waiting' })
    const asked = await startRun(store, { run: { id: 'r-message', needs: NEEDY } })
    await store.release(asked, { phase: 'waiting' })
    await store.post('r-message', { id: 'm', kind: 'signal', body: { name: 'paid' } })
    for (const place of [1, 2, 3]) await store.submit(createNewRun({ id: `r-queued-${place}`, needs: NEEDY }))
    await store.submit(createNewRun({ id: 'r-flow', needs: NEEDY, flow: { key: 'k', concurrency: 1 } }))
    await store.submit(createNewRun({ id: 'r-other', needs: OTHER }))
    await store.submit(createNewRun({ id: 'r-plain' }))
    assert.is((await store.listDueRuns(T0)).length, 9)
    assert.equal(await store.listDueRuns(T0, 2, { except: [NEEDY] }), ['r-other', 'r-plain'])
    assert.equal(await store.listDueRuns(T0, 9, { except: [NEEDY, OTHER] }), ['r-plain'])
  })
}
