import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openPostgresStore } from '../../../src/store/postgres/open-postgres-store.ts'
import type { ScheduleRecord } from '../../../src/store/schedule-record.ts'
import type { Owner } from '../../../src/store/store.ts'
import { isLeaseLost } from '../../../src/store/store-error.ts'
import { execute, onPostgres, startPostgres } from '../../support/postgres-server.ts'
import {
  catchRejection,
  createDefinition,
  createEnd,
  createFarOwner,
  createNewRun,
  createRow,
  startRun,
  T0,
} from '../../support/store-values.ts'

const test = suite('Postgres: several servers')

const add = onPostgres(test)

const openThree = async () => {
  const url = await (await startPostgres()).createDatabase()
  const open = () => openPostgresStore({ url })
  const stores = await Promise.all([open(), open(), open()])
  await stores[0].saveDefinition(createDefinition())
  return { url, stores, owners: stores.map((): Owner => createFarOwner()) }
}

const FAR = createFarOwner()

const createSchedule = (change: Partial<ScheduleRecord>): ScheduleRecord => ({
  ...{ id: 'greet/1', workflow: 'greet', definition: createDefinition().hash, expression: '* * * * *', timezone: null },
  ...{ missed: 'once', mostMissed: 1_000, nextAt: T0, isPaused: false, lastAt: null, skipped: null, failure: null },
  ...change,
})

add('three servers that claim the same due runs share them: each run has one holder', async () => {
  const { stores, owners } = await openThree()
  for (let place = 0; place < 60; place++) await stores[0].submit(createNewRun({ id: `r-${place}` }))
  const claims = await Promise.all(
    stores.map(async (store, server) => {
      const due = await store.listDueRuns(T0)
      return Promise.all(due.map((id) => store.claim(id, owners[server] ?? FAR)))
    }),
  )
  const taken = claims.flat().flatMap((result) => (result.kind === 'claimed' ? [result.claim.runId] : []))
  assert.is(taken.length, 60)
  assert.is(new Set(taken).size, 60)
  for (const store of stores) await store.close()
})

add('the limit of a flow holds over all servers that claim and create at once', async () => {
  const { stores, owners } = await openThree()
  const flow = { key: 'k', concurrency: 4 }
  for (let place = 0; place < 20; place++) await stores[0].submit(createNewRun({ id: `r-${place}`, flow }))
  const claims = await Promise.all(
    stores.flatMap((store, server) =>
      Array.from({ length: 20 }, (_, place) => store.claim(`r-${place}`, owners[server] ?? FAR)),
    ),
  )
  assert.is(claims.filter(({ kind }) => kind === 'claimed').length, 4)
  for (const store of stores) await store.close()
})

add('the limit of a flow holds over servers that claim, end and claim again', async () => {
  const { stores, owners } = await openThree()
  const flow = { key: 'k', concurrency: 2 }
  for (let place = 0; place < 12; place++) await stores[0].submit(createNewRun({ id: `r-${place}`, flow }))
  const held = new Set<string>()
  let most = 0
  const work = async (store: (typeof stores)[number], owner: Owner): Promise<void> => {
    for (let due = await store.listDueRuns(T0, 3); due.length > 0; due = await store.listDueRuns(T0, 3))
      for (const id of due) {
        const taken = await store.claim(id, owner)
        if (taken.kind !== 'claimed') continue
        held.add(id)
        most = Math.max(most, held.size)
        await Promise.resolve()
        held.delete(id)
        await store.write(taken.claim, { end: createEnd() })
      }
  }
  while ((await stores[0].countRuns({ status: 'running' })) > 0)
    await Promise.all(stores.map((store, server) => work(store, owners[server] ?? FAR)))
  assert.is(await stores[0].countRuns({ status: 'completed' }), 12)
  assert.ok(most <= 2, `${most} at once`)
  for (const store of stores) await store.close()
})

add('a slot of a schedule that three servers find due at once is taken by one', async () => {
  const { stores } = await openThree()
  const slots = Array.from({ length: 20 }, (_, place) => T0 + place * 1_000)
  await stores[0].replaceSchedules('greet', [createSchedule({ nextAt: T0 })])
  const taken: number[] = []
  for (const from of slots)
    await Promise.all(
      stores.map(async (store) => {
        const [due] = await store.listDueSchedules(from)
        const slot = { from, to: from + 1_000, at: from }
        if (due !== undefined && (await store.advanceSchedule(due.id, slot))) taken.push(from)
      }),
    )
  assert.equal(taken, slots)
  for (const store of stores) await store.close()
})

add('what one server lacks is known to the others, and no run is held back by it', async () => {
  const { stores, owners } = await openThree()
  const [needy, other] = [['secret A'], ['secret B']]
  for (let place = 0; place < 30; place++)
    await stores[0].submit(createNewRun({ id: `r-${place}`, needs: place % 2 === 0 ? needy : other }))
  const unfit = [[needy], [other], [needy, other]]
  const taken = await Promise.all(
    stores.map(async (store, server) => {
      const owner = owners[server] ?? FAR
      const except = unfit[server] ?? []
      const lacks = except.map((needs) => ({ needs, missing: needs }))
      await store.markServer({ id: `s-${server}`, host: owner.host, pid: owner.pid, unfit: lacks })
      const due = await store.listDueRuns(T0, 5, { except })
      return Promise.all(due.map((id) => store.claim(id, owner)))
    }),
  )
  const needs = taken.map((claims) => claims.flatMap((claim) => (claim.kind === 'claimed' ? claim.run.needs : [])))
  assert.equal(needs, [Array(5).fill('secret B'), Array(5).fill('secret A'), []])
  assert.equal(
    (await stores[2].listServers()).map((server) => server.unfit.length),
    [1, 1, 2],
  )
  for (const store of stores) await store.close()
})

add('one key that is submitted on three servers at once is one run', async () => {
  const { stores } = await openThree()
  const results = await Promise.all(
    stores.flatMap((store, server) =>
      Array.from({ length: 20 }, (_, place) =>
        store.submit(createNewRun({ id: `r-${server}-${place}`, key: 'k', bodyHash: 'b' })),
      ),
    ),
  )
  assert.is(results.filter(({ kind }) => kind === 'created').length, 1)
  assert.is(results.filter(({ kind }) => kind === 'existing').length, 59)
  for (const store of stores) await store.close()
})

add('J2 of a server that lost its runs no write counts, while the new holder writes', async () => {
  const { url, stores, owners } = await openThree()
  const [first, second] = stores
  const claims = await Promise.all(Array.from({ length: 20 }, () => startRun(first, { owner: FAR })))
  await execute(url, 'update run set lease_until = 0')
  const writing = claims.map((claim) => catchRejection(first.write(claim, { rows: [createRow(2, { path: 'old' })] })))
  const taken = await Promise.all(claims.map(({ runId }) => second.claim(runId, owners[1] ?? FAR)))
  await Promise.all(writing)
  for (const claim of claims)
    assert.ok(isLeaseLost(await catchRejection(first.write(claim, { rows: [createRow(3, { path: 'late' })] }))))
  for (const result of taken) {
    assert.ok(result.kind === 'claimed')
    const seq = (await second.readJournal(result.claim.runId)).length + 1
    await second.write(result.claim, { rows: [createRow(seq, { path: 'new' })] })
  }
  for (const { runId } of claims) {
    const paths = (await first.readJournal(runId)).map(({ path }) => path)
    assert.equal([paths.at(-1), paths.includes('late')], ['new', false])
  }
  for (const store of stores) await store.close()
})

test.run()
