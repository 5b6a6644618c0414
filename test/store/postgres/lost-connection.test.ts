import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openPostgresStore } from '../../../src/store/postgres/open-postgres-store.ts'
import { createOwner } from '../../../src/store/process-identity.ts'
import { isPassing } from '../../../src/store/store-error.ts'
import { execute, onPostgres, startPostgres } from '../../support/postgres-server.ts'
import { catchRejection, createEnd, createNewRun, createRow, startRun } from '../../support/store-values.ts'

const test = suite('Postgres: a connection that is lost')

const add = onPostgres(test)

const END_ALL = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'troupe'`

add('writes go on over restarts and crashes of the server: each row is there once', async () => {
  const server = await startPostgres()
  const store = await openPostgresStore({ url: await server.createDatabase() })
  const owner = createOwner()
  const claims = await Promise.all(Array.from({ length: 4 }, () => startRun(store, { owner })))
  let isDone = false
  const writing = Promise.all(
    claims.map(async (claim) => {
      let seq = 1
      while (!isDone) {
        seq += 1
        await store.write(claim, { rows: [createRow(seq)], timersSet: [{ id: 't', dueAt: seq }] })
      }
      await store.write(claim, { rows: [createRow(seq + 1)], end: createEnd() })
      return seq + 1
    }),
  )
  for (const how of ['fast', 'immediate', 'immediate'] as const) {
    await server.stop(how)
    await server.start()
    await store.write(await startRun(store, { owner }), { rows: [createRow(2)] })
  }
  isDone = true
  const counts = await writing
  for (const [place, claim] of claims.entries()) {
    const seqs = (await store.readJournal(claim.runId)).map(({ seq }) => seq)
    assert.equal(
      seqs,
      Array.from({ length: counts[place] ?? 0 }, (_, index) => index + 1),
    )
  }
  await store.close()
})

add('connections that the server ends are opened again, for reads, changes and news', async () => {
  const server = await startPostgres()
  const url = await server.createDatabase()
  const [store, other] = [await openPostgresStore({ url }), await openPostgresStore({ url })]
  const claim = await startRun(store)
  let heard = 0
  let hear = (): void => {}
  store.onNews?.('inbox', () => {
    heard += 1
    hear()
  })
  await execute(url, END_ALL)
  await store.write(claim, { rows: [createRow(2)] })
  assert.is((await store.readJournal(claim.runId)).length, 2)
  // A connection that only listens does not keep this process.
  const keeper = setTimeout(() => {}, 60_000)
  const again = new Promise<void>((resolve) => {
    hear = resolve
  })
  await other.post(claim.runId, { id: 'm', kind: 'signal', body: null })
  await again
  clearTimeout(keeper)
  assert.ok(heard > 0)
  await Promise.all([store.close(), other.close()])
})

add('of a submission that met a crash its repetition says that it was made', async () => {
  const server = await startPostgres()
  const url = await server.createDatabase()
  const store = await openPostgresStore({ url })
  await startRun(store)
  const submitting = Array.from({ length: 50 }, (_, place) =>
    store.submit(createNewRun({ id: `r-${place}`, key: `${place}`, bodyHash: 'b' })),
  )
  await execute(url, END_ALL)
  const results = await Promise.all(submitting)
  assert.ok(results.every((result) => result.kind === 'created'))
  assert.is((await store.listRuns()).length, 51)
  await store.close()
})

add('a statement at fault fails alone, and the others of its turn are written', async () => {
  const server = await startPostgres()
  const url = await server.createDatabase()
  const store = await openPostgresStore({ url })
  const [good, bad] = [await startRun(store), await startRun(store)]
  const writes = await Promise.allSettled([
    store.write(good, { rows: [createRow(2)] }),
    store.write(bad, { rows: [createRow(2, { visit: 3_000_000_000 })] }),
    store.post(good.runId, { id: 'm', kind: 'signal', body: 1 }),
  ])
  assert.equal(
    writes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  assert.is((await store.readJournal(bad.runId)).length, 1)
  await store.close()
})

add('what a server that is gone for long cannot write is refused as passing', async () => {
  const { CommitQueue } = await import('../../../src/store/postgres/commit-queue.ts')
  const queue = new CommitQueue({ connectionString: 'postgres://a@127.0.0.1:1/b' }, { location: 'there', giveUpMs: 50 })
  const refused = await catchRejection(
    new Promise((resolve, fail) => {
      queue.add({
        kind: 'statement',
        send: (session) => session.all({ name: 's', text: 'select 1' }),
        succeed: resolve,
        fail,
      })
    }),
  )
  assert.ok(isPassing(refused), String(refused))
  await queue.close()
})

test.run()
