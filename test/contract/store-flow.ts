import * as assert from 'uvu/assert'
import { createOwner } from '../../src/store/process-identity.ts'
import type { RunFlow } from '../../src/store/rules/flow.ts'
import type { Claim, ClaimResult, CreateResult, NewRun, Owner, Store, SubmitResult } from '../../src/store/store.ts'
import {
  createDeadOwner,
  createDefinition,
  createEnd,
  createFarOwner,
  createNewRun,
  createRow,
  T0,
} from '../support/store-values.ts'
import type { AddStoreTest } from './store.ts'

const ONE: RunFlow = { key: 'k', concurrency: 1 }
const HOUR_MS = 3_600_000

type Change = Partial<NewRun> & { id: string }

const prepare = async (store: Store, change: Change): Promise<NewRun> => {
  const run = createNewRun(change)
  await store.saveDefinition(createDefinition({ hash: run.definition, workflow: run.workflow }))
  return run
}

const submit = async (store: Store, change: Change): Promise<SubmitResult> => store.submit(await prepare(store, change))

const create = async (store: Store, change: Change, owner: Owner = createOwner()): Promise<CreateResult> =>
  store.create(await prepare(store, change), owner)

const begin = async (store: Store, change: Change, owner?: Owner): Promise<Claim> => {
  const result = await create(store, change, owner)
  if (result.kind !== 'created') throw new Error(result.kind)
  return result.claim
}

const claimOf = (result: ClaimResult): Claim => {
  if (result.kind !== 'claimed') throw new Error(result.kind)
  return result.claim
}

const isCancelAsked = async (store: Store, claim: Claim): Promise<boolean> =>
  (await store.readInbox([claim])).some(({ message }) => message.kind === 'cancel')

export const addStoreFlowTests = (test: AddStoreTest): void => {
  test('as many runs of a key begin as its concurrency says; the next one when one of them ends', async ({ store }) => {
    const flow = { key: 'k', concurrency: 2 }
    for (const id of ['r-1', 'r-2', 'r-3', 'r-4']) await submit(store, { id, flow })
    assert.equal(await store.listDueRuns(T0), ['r-1', 'r-2'])
    const first = claimOf(await store.claim('r-1', createOwner()))
    claimOf(await store.claim('r-2', createOwner()))
    assert.equal(await store.listDueRuns(T0), [])
    const queued = await store.claim('r-4', createOwner())
    assert.ok(queued.kind === 'queued')
    assert.equal([queued.ahead, queued.retryAt, queued.run.phase], [1, null, 'queued'])
    await store.write(first, { end: createEnd() })
    assert.equal(await store.listDueRuns(T0), ['r-3'])
    assert.is((await store.claim('r-4', createOwner())).kind, 'queued')
    claimOf(await store.claim('r-3', createOwner()))
  })

  test('keys do not share permits, nor do workflows with the same key', async ({ store }) => {
    await begin(store, { id: 'r-1', flow: ONE })
    await begin(store, { id: 'r-2', flow: { ...ONE, key: 'other' } })
    await begin(store, { id: 'r-3', flow: ONE, workflow: 'sort', definition: 'sort' })
    await begin(store, { id: 'r-4' })
    assert.is((await create(store, { id: 'r-5', flow: ONE })).kind, 'queued')
  })

  test('the higher priority goes first, then the older', async ({ store }) => {
    const holder = await begin(store, { id: 'r-0', flow: ONE })
    const priorities: [string, number][] = [
      ['r-low', -1],
      ['r-older', 0],
      ['r-younger', 0],
      ['r-high', 5],
    ]
    for (const [id, priority] of priorities) await submit(store, { id, flow: { ...ONE, priority } })
    const ahead = async (id: string): Promise<number | undefined> => {
      const result = await store.claim(id, createOwner())
      return result.kind === 'queued' ? result.ahead : undefined
    }
    assert.equal(await Promise.all(['r-high', 'r-older', 'r-younger', 'r-low'].map(ahead)), [0, 1, 2, 3])
    await store.write(holder, { end: createEnd() })
    for (const id of ['r-high', 'r-older', 'r-younger', 'r-low']) {
      assert.equal(await store.listDueRuns(T0), [id])
      await store.write(claimOf(await store.claim(id, createOwner())), { end: createEnd() })
    }
  })

  test('over all flows the due ones are listed by priority, then age', async ({ store }) => {
    await submit(store, { id: 'r-1' })
    await submit(store, { id: 'r-2', flow: { key: 'a', concurrency: 1 } })
    await submit(store, { id: 'r-3', flow: { key: 'b', priority: 9 } })
    await submit(store, { id: 'r-4', flow: { key: 'a', concurrency: 1 } })
    assert.equal(await store.listDueRuns(T0), ['r-3', 'r-1', 'r-2'])
  })

  test('a run that waits or is paused keeps its permit, and goes on without asking', async ({ store }) => {
    const waiting = await begin(store, { id: 'r-1', flow: ONE })
    await store.write(waiting, { rows: [createRow(2)], timersSet: [{ id: 't', dueAt: T0 }] })
    await store.release(waiting, { phase: 'waiting' })
    await submit(store, { id: 'r-2', flow: ONE })
    assert.equal(await store.listDueRuns(T0), ['r-1'])
    assert.is((await store.claim('r-2', createOwner())).kind, 'queued')
    const again = claimOf(await store.claim('r-1', createOwner()))
    await store.write(again, { isPaused: true })
    await store.release(again)
    assert.is((await store.claim('r-2', createOwner())).kind, 'queued')
    claimOf(await store.claim('r-1', createOwner()))
  })

  test("a killed process's run frees its permit at once, and asks for one to go on", async ({ store }) => {
    await begin(store, { id: 'r-dead', flow: ONE }, createDeadOwner())
    await submit(store, { id: 'r-next', flow: ONE })
    assert.equal(await store.listDueRuns(T0), ['r-dead', 'r-next'])
    const next = claimOf(await store.claim('r-next', createOwner()))
    assert.equal(await store.listDueRuns(T0), [])
    assert.is((await store.claim('r-dead', createOwner())).kind, 'queued')
    await store.write(next, { end: createEnd() })
    claimOf(await store.claim('r-dead', createOwner()))
  })

  test('a silent host frees its permit when its lease expires', async ({ store, expireLeases }) => {
    await begin(store, { id: 'r-far', flow: ONE }, createFarOwner())
    await submit(store, { id: 'r-next', flow: ONE })
    assert.equal(await store.listDueRuns(T0), [])
    await expireLeases()
    claimOf(await store.claim('r-next', createOwner()))
    assert.is((await store.claim('r-far', createOwner())).kind, 'queued')
  })

  test('a queued run goes before a new one', async ({ store }) => {
    await submit(store, { id: 'r-1', flow: ONE })
    const result = await create(store, { id: 'r-2', flow: ONE })
    assert.ok(result.kind === 'queued')
    assert.equal([result.ahead, result.run.holder, result.run.phase], [1, null, 'queued'])
    assert.equal(await store.listDueRuns(T0), ['r-1'])
  })

  test('reject keeps nothing of a run that would have to wait, and names the permit holders', async ({ store }) => {
    const flow: RunFlow = { ...ONE, onConflict: 'reject' }
    assert.is((await submit(store, { id: 'r-0', flow })).kind, 'created')
    assert.equal(await submit(store, { id: 'r-1', flow }), { kind: 'refused', holders: ['r-0'] })
    const claim = claimOf(await store.claim('r-0', createOwner()))
    assert.equal(await submit(store, { id: 'r-2', flow }), { kind: 'refused', holders: ['r-0'] })
    assert.equal(await create(store, { id: 'r-3', flow }), { kind: 'refused', holders: ['r-0'] })
    assert.is((await store.listRuns()).length, 1)
    await store.write(claim, { end: createEnd() })
    await begin(store, { id: 'r-4', flow })
  })

  test('a full queue refuses a run, keeps nothing of it, and says how many wait', async ({ store }) => {
    const flow: RunFlow = { ...ONE, maxQueued: 2 }
    const holder = await begin(store, { id: 'r-1', flow })
    for (const id of ['r-2', 'r-3']) assert.is((await submit(store, { id, flow })).kind, 'created')
    const full = { kind: 'refused', holders: ['r-1'], queue: { waiting: 2, most: 2 } }
    assert.equal(await submit(store, { id: 'r-4', flow }), full)
    assert.equal(await create(store, { id: 'r-4', flow }), full)
    assert.is((await store.listRuns()).length, 3)
    await store.write(holder, { end: createEnd() })
    assert.is((await submit(store, { id: 'r-4', flow })).kind, 'created', 'the first of the queue may begin now')
    assert.is((await submit(store, { id: 'r-5', flow })).kind, 'refused')
  })

  test('a flow without a limit but that of its queue counts all runs that have not begun', async ({ store }) => {
    const flow: RunFlow = { key: 'k', maxQueued: 1 }
    assert.is((await submit(store, { id: 'r-1', flow })).kind, 'created')
    assert.is((await submit(store, { id: 'r-2', flow })).kind, 'refused')
    claimOf(await store.claim('r-1', createOwner()))
    assert.is((await submit(store, { id: 'r-2', flow })).kind, 'created')
  })

  test('a full queue that drops its oldest cancels that run, whatever its priority', async ({ store }) => {
    const flow: RunFlow = { ...ONE, maxQueued: 2, whenFull: 'drop_oldest' }
    await begin(store, { id: 'r-1', flow })
    await submit(store, { id: 'r-2', flow: { ...flow, priority: 9 } })
    await submit(store, { id: 'r-3', flow })
    assert.is((await submit(store, { id: 'r-4', flow })).kind, 'created')
    assert.equal(await store.listDueRuns(T0), ['r-2'])
    const dropped = claimOf(await store.claim('r-2', createOwner()))
    const [asked] = await store.readInbox([dropped])
    assert.equal(asked?.message.body, { by: 'flow: dropped for r-4, since the queue was full' })
    assert.is((await submit(store, { id: 'r-5', flow })).kind, 'created')
    assert.equal(await store.listDueRuns(T0), ['r-3'])
  })

  test('a run whose time in the queue is over is due, is told so, takes no permit and blocks no other run', async ({
    store,
  }) => {
    const holder = await begin(store, { id: 'r-1', flow: ONE })
    await submit(store, { id: 'r-2', flow: { ...ONE, expireMs: 1 } })
    await submit(store, { id: 'r-3', flow: { ...ONE, expireMs: HOUR_MS } })
    for (const end = Date.now() + 3; Date.now() < end; );
    assert.equal(await store.listDueRuns(T0), ['r-2'])
    assert.ok(((await store.nextDueAt()) ?? 0) <= Date.now())
    const expired = await store.claim('r-2', createOwner())
    assert.ok(expired.kind === 'claimed' && expired.isExpired === true)
    await store.write(expired.claim, { rows: [createRow(2)], end: createEnd({ status: 'cancelled' }) })
    assert.ok(((await store.nextDueAt()) ?? 0) > Date.now() + HOUR_MS / 2, 'that of the other')
    await store.write(holder, { end: createEnd() })
    const next = await store.claim('r-3', createOwner())
    assert.ok(next.kind === 'claimed' && next.isExpired === undefined)
    assert.is(await store.nextDueAt(), null, 'a run that has begun does not expire')
  })

  test('a queued run has no begin until it is written; a child run that is queued is not due by itself', async ({
    store,
  }) => {
    const queued = createNewRun({ id: 'r-1' })
    const data = { ...queued.created.data, queued: true as const }
    await submit(store, { id: 'r-1', created: { ...queued.created, data } })
    const claimed = await store.claim('r-1', createOwner())
    assert.ok(claimed.kind === 'claimed')
    assert.is(claimed.run.begunAt, null)
    await store.write(claimed.claim, { begunAt: T0 + 5 })
    const found = await store.findRun('r-1')
    assert.is(found.kind === 'found' && found.run.begunAt, T0 + 5)
    await begin(store, { id: 'r-0', flow: ONE })
    await create(store, { id: 'c-1', flow: { ...ONE, priority: 9 }, parent: 'r-1' })
    await submit(store, { id: 'r-2', flow: { key: 'other' } })
    assert.equal(await store.listDueRuns(T0), ['r-2'])
  })

  test('replace cancels the holder, and starts when it has ended', async ({ store }) => {
    const flow: RunFlow = { ...ONE, onConflict: 'replace' }
    const holder = await begin(store, { id: 'r-1', flow })
    const result = await submit(store, { id: 'r-2', flow })
    assert.is(result.kind, 'created')
    const [asked] = await store.readInbox([holder])
    assert.equal([asked?.message.kind, asked?.message.body], ['cancel', { by: 'flow: replaced by r-2' }])
    assert.equal(await store.listDueRuns(T0), [])
    await store.write(holder, { rows: [createRow(2)], end: createEnd({ status: 'cancelled' }) })
    assert.equal(await store.listDueRuns(T0), ['r-2'])
    claimOf(await store.claim('r-2', createOwner()))
  })

  test('replace cancels queued runs as well, which start only to end', async ({ store }) => {
    const flow: RunFlow = { ...ONE, onConflict: 'replace' }
    const holder = await begin(store, { id: 'r-1', flow })
    await submit(store, { id: 'r-2', flow })
    const last = await create(store, { id: 'r-3', flow })
    assert.ok(last.kind === 'queued' && last.ahead === 0)
    assert.equal(await store.listDueRuns(T0), ['r-2'])
    const queued = claimOf(await store.claim('r-2', createOwner()))
    assert.is(await isCancelAsked(store, queued), true)
    await store.write(queued, { rows: [createRow(2)], end: createEnd({ status: 'cancelled' }) })
    assert.equal(await store.listDueRuns(T0), [])
    await store.write(holder, { end: createEnd() })
    assert.equal(await store.listDueRuns(T0), ['r-3'])
  })

  test('replace cancels as many of the oldest holders as have to make room', async ({ store }) => {
    const flow: RunFlow = { key: 'k', concurrency: 2, onConflict: 'replace' }
    const first = await begin(store, { id: 'r-1', flow })
    const second = await begin(store, { id: 'r-2', flow })
    await submit(store, { id: 'r-3', flow })
    assert.equal([await isCancelAsked(store, first), await isCancelAsked(store, second)], [true, false])
  })

  test('a queued run with a cancel in its inbox is due, takes no permit and blocks no other run', async ({ store }) => {
    const holder = await begin(store, { id: 'r-1', flow: ONE })
    await submit(store, { id: 'r-2', flow: ONE })
    await submit(store, { id: 'r-3', flow: ONE })
    await store.post('r-2', { id: 'c', kind: 'cancel', body: { by: 'Ada' } })
    assert.equal(await store.listDueRuns(T0), ['r-2'])
    claimOf(await store.claim('r-2', createOwner()))
    await store.write(holder, { end: createEnd() })
    claimOf(await store.claim('r-3', createOwner()))
  })

  test('no more runs are admitted within the window than the rate says, and when the next is', async ({ store }) => {
    const flow: RunFlow = { key: 'k', rate: { count: 2, windowMs: HOUR_MS } }
    const before = Date.now()
    const first = await begin(store, { id: 'r-1', flow })
    await store.write(first, { end: createEnd() })
    for (const id of ['r-2', 'r-3', 'r-4']) await submit(store, { id, flow })
    assert.equal(await store.listDueRuns(T0), ['r-2'])
    claimOf(await store.claim('r-2', createOwner()))
    assert.equal(await store.listDueRuns(T0), [])
    const next = await store.claim('r-3', createOwner())
    assert.ok(next.kind === 'queued' && next.retryAt !== null)
    assert.ok(next.retryAt >= before + HOUR_MS && next.retryAt <= Date.now() + HOUR_MS + 1_000)
    const last = await store.claim('r-4', createOwner())
    assert.ok(last.kind === 'queued' && last.ahead === 1 && last.retryAt !== null && last.retryAt >= next.retryAt)
  })

  test('a rate whose window is over admits again; a resumed run is not counted again', async ({ store }) => {
    const flow: RunFlow = { key: 'k', rate: { count: 1, windowMs: 1 } }
    const first = await begin(store, { id: 'r-1', flow }, createDeadOwner())
    await begin(store, { id: 'r-2', flow: { key: 'l', rate: { count: 1, windowMs: HOUR_MS } } }, createDeadOwner())
    claimOf(await store.claim(first.runId, createOwner()))
    claimOf(await store.claim('r-2', createOwner()))
    for (const end = Date.now() + 3; Date.now() < end; );
    await begin(store, { id: 'r-3', flow })
  })

  test('a rate that is used up delays a run that would be rejected', async ({ store }) => {
    const flow: RunFlow = { key: 'k', rate: { count: 1, windowMs: HOUR_MS }, onConflict: 'reject' }
    await begin(store, { id: 'r-1', flow })
    const result = await create(store, { id: 'r-2', flow })
    assert.ok(result.kind === 'queued' && result.retryAt !== null)
  })
}
