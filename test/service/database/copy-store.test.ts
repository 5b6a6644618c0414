import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createToken } from '../../../src/service/access/tokens.ts'
import { copyStore } from '../../../src/service/database/copy-store.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { openPostgresStore } from '../../../src/store/postgres/open-postgres-store.ts'
import { createOwner } from '../../../src/store/process-identity.ts'
import type { Store } from '../../../src/store/store.ts'
import { isStoreError } from '../../../src/store/store-error.ts'
import { onPostgres, startPostgres } from '../../support/postgres-server.ts'
import {
  catchRejection,
  createDefinition,
  createEnd,
  createNewRun,
  createRow,
  startRun,
  T0,
} from '../../support/store-values.ts'

const test = suite('copies of a store')

const addOnPostgres = onPostgres(test)

const FLOW = { key: 'k', concurrency: 1 }

/** Runs in each state, a registered workflow of two versions, a schedule, a blob. */
const fill = async (store: Store): Promise<void> => {
  const ended = await startRun(store, { run: { id: 'r-ended' } })
  const blob = await store.putBlob(new Uint8Array([1, 2, 3]))
  const data = { output: { $blob: blob }, attempt: 1, started: T0, ms: 1 }
  await store.write(ended, { rows: [createRow(2, { data })], end: createEnd() })
  const waiting = await startRun(store, { run: { id: 'r-waiting', flow: FLOW } })
  await store.write(waiting, { rows: [createRow(2)], timersSet: [{ id: 't', dueAt: T0 + 5 }] })
  await store.release(waiting, { phase: 'waiting' })
  await store.release(await startRun(store, { run: { id: 'r-left' } }))
  await store.submit(createNewRun({ id: 'r-queued', flow: FLOW }))
  await store.submit(createNewRun({ id: 'r-free', key: 'key', bodyHash: 'b' }))
  await store.submit(createNewRun({ id: 'r-expiring', flow: { ...FLOW, priority: 3, expireMs: 3_600_000 } }))
  await store.post('r-waiting', { id: 'm', kind: 'signal', body: { large: 'x'.repeat(100_000) } })
  await store.saveDefinition(createDefinition({ hash: 'e', workflow: 'greet' }))
  for (const definition of [createDefinition().hash, 'e'])
    await store.registerWorkflow({ workflow: 'greet', definition, at: T0, folder: '/flows' })
  const schedule = {
    workflow: 'greet',
    definition: 'e',
    expression: '0 9 * * *',
    timezone: null,
    missed: 'once',
  } as const
  const state = { mostMissed: 7, nextAt: T0 + 9, isPaused: true, lastAt: null, skipped: null, failure: null }
  await store.replaceSchedules('greet', [{ id: 'greet/1', ...schedule, ...state }])
  await createToken(store, { name: 'ci', scopes: ['submit'], workflow: 'greet' }, T0)
  await createToken(store, { name: 'old', scopes: ['admin'], validMs: 1 }, T0)
  await store.revokeToken('old', T0 + 1)
}

const describe = async (store: Store): Promise<unknown> => ({
  runs: (await store.listRuns()).map(({ epoch, ...run }) => run),
  journals: await Promise.all((await store.listRuns()).map(({ id }) => store.readJournal(id))),
  due: [await store.listDueRuns(T0), await store.listDueRuns(T0 + 5), await store.nextDueAt()],
  workflows: await store.listVersions('greet'),
  schedules: await store.listSchedules(),
  tokens: await store.listTokens(),
  problems: await (await store.maintenance()).check(),
})

const addCopyTests = (add: typeof addOnPostgres, name: string, open: () => Promise<[from: Store, to: Store]>): void => {
  add(
    `${name}: runs in every state, workflows, schedules and tokens are the same, and what is due is due`,
    async () => {
      const [from, to] = await open()
      await fill(from)
      assert.equal(await copyStore(from, to), {
        runs: 6,
        going: 5,
        definitions: 2,
        workflows: 2,
        schedules: 1,
        tokens: 2,
      })
      assert.equal(await describe(to), await describe(from))
      assert.is((await to.claim('r-queued', createOwner())).kind, 'queued', 'the waiting run keeps its permit')
      assert.is((await to.submit(createNewRun({ key: 'key', bodyHash: 'b' }))).kind, 'existing')
      for (const store of [from, to]) await store.close()
    },
  )
  add(`${name}: a message that was taken counts no second time, and an event that was delivered stays so`, async () => {
    const [from, to] = await open()
    await (await from.maintenance()).importRun(await exportDelivered(), { goesOn: true })
    await copyStore(from, to)
    assert.is(await to.post('r-asked', MESSAGE), false)
    assert.ok(await to.post('r-asked', { ...MESSAGE, id: 'another' }))
    assert.equal(await to.listEvents(), [{ ...EVENT, runId: 'r-asked', deliveredAt: T0 + 3, order: 1 }])
    for (const store of [from, to]) await store.close()
  })
}

const MESSAGE = { id: 'm', kind: 'signal', body: null } as const

const EVENT = { id: 'e1', type: 'order.sent', source: 'greet', at: T0, data: { n: 1 } }

/** A run that has taken a message, and whose event was delivered. */
const exportDelivered = async (): Promise<string> => {
  const store = createMemoryStore()
  const claim = await startRun(store, { run: { id: 'r-asked' } })
  await store.post('r-asked', MESSAGE)
  await store.write(claim, { rows: [createRow(2)], inboxTaken: [MESSAGE.id], emitted: [EVENT] })
  await store.release(claim, { phase: 'waiting' })
  const text = (await (await store.maintenance()).exportRun('r-asked')) ?? ''
  await store.close()
  return text.replace('"id":"e1"', `"id":"e1","deliveredAt":${T0 + 3}`)
}

const openPostgres = async (): Promise<Store> =>
  openPostgresStore({ url: await (await startPostgres()).createDatabase() })

addCopyTests(test, 'SQLite to SQLite', async () => [createMemoryStore(), createMemoryStore()])
addCopyTests(addOnPostgres, 'SQLite to Postgres', async () => [createMemoryStore(), await openPostgres()])
addCopyTests(addOnPostgres, 'Postgres to SQLite', async () => [await openPostgres(), createMemoryStore()])

addOnPostgres('there and back, each run is exported as before', async () => {
  const [from, between, back] = [createMemoryStore(), await openPostgres(), createMemoryStore()]
  await fill(from)
  await copyStore(from, between)
  await copyStore(between, back)
  for (const { id } of await from.listRuns()) {
    const [first, second, third] = await Promise.all(
      [from, between, back].map(async (store) => (await store.maintenance()).exportRun(id)),
    )
    assert.ok(first?.includes(id))
    assert.is(second, first)
    assert.is(third, first)
  }
  assert.match((await (await back.maintenance()).exportRun('r-expiring')) ?? '', '"expiresAt":')
  for (const store of [from, between, back]) await store.close()
})

test('a store with content is not copied into, and one with a held run is not copied', async () => {
  const [from, to] = [createMemoryStore(), createMemoryStore()]
  await fill(from)
  const full = await catchRejection(copyStore(to, from))
  assert.ok(isStoreError(full) && full.code === 'conflict', String(full))
  await startRun(from, { run: { id: 'r-held' } })
  const held = await catchRejection(copyStore(from, to))
  assert.ok(isStoreError(held) && held.code === 'busy' && /'r-held' by process/.test(held.message), String(held))
  assert.equal(await to.listRuns(), [])
})

test.run()
