import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { DamagedRow } from '../../../src/store/maintenance.ts'
import { openPostgresStore } from '../../../src/store/postgres/open-postgres-store.ts'
import { execute, onPostgres, startPostgres } from '../../support/postgres-server.ts'
import { createNewRun, createRow, startRun } from '../../support/store-values.ts'

const test = suite('Postgres: damaged rows')

const add = onPostgres(test)

/** A change to a row, and what the check says of it. */
const DAMAGES: [statement: string, says: RegExp][] = [
  [`update run set status = 77 where id = 'r-run'`, /^run 'r-run' is damaged: status 77 is not known/],
  [`update run set origin = 'magic x' where id = 'r-origin'`, /^run 'r-origin' is damaged: origin/],
  [
    `update journal set data = '{broken' where path = 'second'`,
    /^row 2 of run 'r-rows' is damaged: the text '{broken'/,
  ],
  [`update inbox set body = 'oops' where id = 'm-bad'`, /^message 'm-bad' is damaged: the text 'oops' is not JSON/],
  [`update definition set links = '[]' where hash like 'd%'`, /^definition 'd+' is damaged: its links/],
]

add('db check names each damaged row, and readers go on with the others', async () => {
  const url = await (await startPostgres()).createDatabase()
  const damaged: DamagedRow[] = []
  const store = await openPostgresStore({ url, onDamaged: (row) => damaged.push(row) })
  for (const id of ['r-run', 'r-origin', 'r-whole']) await startRun(store, { run: { id } })
  const claim = await startRun(store, { run: { id: 'r-rows' } })
  await store.write(claim, { rows: [createRow(2, { path: 'second' })] })
  for (const id of ['m-bad', 'm-good']) await store.post(claim.runId, { id, kind: 'signal', body: id })
  const maintenance = await store.maintenance()
  assert.equal(await maintenance.check(), [])
  for (const [statement] of DAMAGES) await execute(url, statement)
  const problems = await maintenance.check()
  for (const [statement, says] of DAMAGES)
    assert.ok(
      problems.some(({ kind, message }) => kind === 'row' && says.test(message)),
      `${statement}: ${JSON.stringify(problems)}`,
    )
  assert.is(problems.length, DAMAGES.length)
  assert.equal((await store.listRuns()).map(({ id }) => id).sort(), ['r-rows', 'r-whole'])
  assert.equal(
    (await store.readInbox([claim])).map(({ message }) => message.id),
    ['m-good'],
  )
  assert.is(damaged.length, 3)
  assert.equal(await store.sumUsage({ by: [] }), [])
  await store.close()
})

add('keys of idempotency, flows and messages may be longer than an index takes', async () => {
  const url = await (await startPostgres()).createDatabase()
  const store = await openPostgresStore({ url })
  // Random: what repeats would be compressed.
  const long = (name: string): string => name + Array.from({ length: 900 }, () => Math.random().toString(36)).join('')
  const [key, flowKey, message] = [long('key'), long('flow'), long('message')]
  const run = { key, bodyHash: 'b', flow: { key: flowKey, concurrency: 1 } }
  await startRun(store, { run: { id: 'r-first', flow: run.flow } })
  assert.is((await store.submit(createNewRun({ id: 'r-1', ...run }))).kind, 'created')
  assert.is((await store.submit(createNewRun({ id: 'r-2', ...run }))).kind, 'existing')
  assert.is((await store.submit(createNewRun({ id: 'r-3', ...run, key: `${key}.` }))).kind, 'created')
  const post = () => store.post('r-first', { id: message, kind: 'signal', body: 1 })
  assert.equal([await post(), await post()], [true, false])
  await store.close()
})

test.run()
