import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openPostgresStore } from '../../../src/store/postgres/open-postgres-store.ts'
import type { Owner } from '../../../src/store/store.ts'
import { isLeaseLost } from '../../../src/store/store-error.ts'
import { execute, onPostgres, startPostgres } from '../../support/postgres-server.ts'
import {
  catchRejection,
  createDefinition,
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
