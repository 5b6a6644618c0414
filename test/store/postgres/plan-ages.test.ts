import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openPostgresStore } from '../../../src/store/postgres/open-postgres-store.ts'
import { PlanAges } from '../../../src/store/postgres/plan-ages.ts'
import { onPostgres, startPostgres } from '../../support/postgres-server.ts'
import { createDefinition, createFarOwner, createNewRun, T0 } from '../../support/store-values.ts'

const test = suite('plans of a connection')

const add = onPostgres(test)

/** The times at which the plans of a connection that is used each `everyMs` are made again. */
const listTimes = ({ everyMs, untilMs }: { everyMs: number; untilMs: number }): number[] => {
  let now = 1_000
  const ages = new PlanAges(() => now)
  const connection = {}
  const times: number[] = []
  for (let ms = 0; ms <= untilMs; ms += everyMs) {
    now = 1_000 + ms
    if (ages.areOld(connection)) times.push(ms)
  }
  return times
}

test('a young connection plans anew each time that its age has doubled, an old one never', () => {
  assert.equal(
    listTimes({ everyMs: 100, untilMs: 3_600_000 }),
    [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000],
  )
})

test('a connection that was idle plans anew once', () => {
  assert.equal(listTimes({ everyMs: 10_000, untilMs: 30_000 }), [10_000, 20_000])
})

test('each connection has an age of its own', () => {
  let now = 0
  const ages = new PlanAges(() => now)
  const [first, second] = [{}, {}]
  ages.areOld(first)
  now = 600
  assert.equal([ages.areOld(second), ages.areOld(first), ages.areOld(first)], [false, true, false])
})

add('a store whose plans are made again between its statements goes on', async () => {
  const store = await openPostgresStore({ url: await (await startPostgres()).createDatabase() })
  await store.saveDefinition(createDefinition())
  const until = performance.now() + 1_200
  let count = 0
  for (; performance.now() < until; count++) {
    await store.submit(createNewRun({ id: `r-${count}` }))
    await Promise.all([store.listDueRuns(T0), store.claim(`r-${count}`, createFarOwner())])
  }
  assert.is(await store.countRuns(), count)
  await store.close()
})

test.run()
