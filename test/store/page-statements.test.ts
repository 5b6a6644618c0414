/** A page of runs takes a few SQL statements, however many runs it shows. */
import Database from 'better-sqlite3'
import pg from 'pg'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { openPostgresStore } from '../../src/store/postgres/open-postgres-store.ts'
import type { Store } from '../../src/store/store.ts'
import { onPostgres, startPostgres } from '../support/postgres-server.ts'
import { createEnd, createRow, startRun, T0 } from '../support/store-values.ts'

const MOST_STATEMENTS = 3
const RUNS = 30

/** Counts the calls of these methods while `act` runs. */
const countCalls = async (target: object, names: readonly string[], act: () => Promise<unknown>): Promise<number> => {
  let count = 0
  const originals = names.map((name) => [name, Reflect.get(target, name)] as const)
  for (const [name, original] of originals)
    Reflect.set(target, name, function (this: unknown, ...given: unknown[]) {
      count++
      return Reflect.apply(original, this, given)
    })
  try {
    await act()
  } finally {
    for (const [name, original] of originals) Reflect.set(target, name, original)
  }
  return count
}

/** Every other output has this length. */
const fill = async (store: Store, length: number): Promise<void> => {
  for (let n = 0; n < RUNS; n++) {
    const claim = await startRun(store, { run: { id: `r-${n}` } })
    await store.write(claim, {
      rows: [createRow(2)],
      end: createEnd({ output: 'x'.repeat(n % 2 === 0 ? 10 : length) }),
    })
  }
}

const listPage = (store: Store) => async (): Promise<void> => {
  const filter = { status: 'completed', workflow: 'greet', since: 0, until: T0 * 2 } as const
  const [runs, count] = await Promise.all([store.listRuns({ ...filter, limit: RUNS }), store.countRuns(filter)])
  assert.equal([runs.length, count], [RUNS, RUNS])
}

const test = suite('statements of a page')

test(`a page of runs on SQLite, with its count, takes at most ${MOST_STATEMENTS}`, async () => {
  const store = createMemoryStore()
  // A large output is one more look-up by key, in this process.
  await fill(store, 1_000)
  const statements = Object.getPrototypeOf(new Database(':memory:').prepare('select 1'))
  const count = await countCalls(statements, ['all', 'get', 'iterate', 'run'], listPage(store))
  assert.ok(count > 0 && count <= MOST_STATEMENTS, `${count} statements`)
  await store.close()
})

onPostgres(test)(
  `a page of runs on Postgres, with its count, and large outputs, takes at most ${MOST_STATEMENTS}`,
  async () => {
    const store = await openPostgresStore({ url: await (await startPostgres()).createDatabase() })
    await fill(store, 100_000)
    const count = await countCalls(pg.Client.prototype, ['query'], listPage(store))
    assert.ok(count > 0 && count <= MOST_STATEMENTS, `${count} statements`)
    await store.close()
  },
)

test.run()
