import { openDatabase } from '../../src/store/open-database.ts'
import type { RunFilter, Store } from '../../src/store/store.ts'
import { medianOf } from '../rows.ts'
import { fileOf, withFolder } from '../stores.ts'
import type { Figure, Workload } from '../workload.ts'

const RUNS = 100_000
const LISTS = 200
const PAGE = 50
const FIRST_AT = 1_700_000_000_000

/** Ended runs of 50 workflows: one in 20 has failed, one in 400 still runs. */
const fillStatement = (numbers: string, padded: string): string => `insert into run
  (id, workflow, definition, status, created_at, ended_at, output, input_tokens, output_tokens, cost_usd, epoch, phase, is_paused)
  select 'r-' || ${padded}, 'flow-' || (n % 50), 1, case when n % 400 = 7 then 0 when n % 20 = 3 then 2 else 1 end,
    ${FIRST_AT} + n * 1000, case when n % 400 = 7 then null else ${FIRST_AT} + n * 1000 + 500 end,
    '{"text":"an output of some length"}', 10, 10, 0.001, 1, case when n % 400 = 7 then 2 else 0 end, 0 from ${numbers}`

const DEFINITION = { hash: 'd', workflow: 'flow', file: 'flow.yaml', source: '', links: {} }

/** A page and its count, for filters as a page of runs has them. */
const FILTERS: readonly RunFilter[] = [
  {},
  { status: 'failed' },
  { status: 'running' },
  { workflow: 'flow-7' },
  { workflow: 'flow-3', status: 'failed' },
  { since: FIRST_AT + 40_000_000, until: FIRST_AT + 50_000_000 },
  { workflow: 'flow-3', status: 'failed', since: FIRST_AT + 40_000_000, until: FIRST_AT + 60_000_000 },
  { workflow: 'missing' },
]

const measureLists = async (store: Store): Promise<number[]> => {
  const times: number[] = []
  for (let count = 0; count < LISTS; count++) {
    const filter = FILTERS[count % FILTERS.length] ?? {}
    const started = performance.now()
    await Promise.all([store.listRuns({ ...filter, limit: PAGE }), store.countRuns(filter)])
    times.push(performance.now() - started)
  }
  return times.slice(LISTS / 10).sort((a, b) => a - b)
}

const toFigures = (times: readonly number[], database: string): Figure[] => [
  { metric: `a page on ${database}, p50`, unit: 'ms', value: medianOf(times) },
  { metric: `a page on ${database}, p95`, unit: 'ms', value: times[Math.floor(times.length * 0.95)] ?? 0 },
]

const measureSqlite = (): Promise<Figure[]> =>
  withFolder(async (folder) => {
    const open = () => openDatabase({ database: { kind: 'sqlite', path: fileOf(folder) }, durability: 'process' })
    const empty = await open()
    await empty.saveDefinition(DEFINITION)
    await empty.close()
    const { default: Database } = await import('better-sqlite3')
    const connection = new Database(fileOf(folder))
    const numbers = `(with recursive r(n) as (select 1 union all select n + 1 from r where n < ${RUNS}) select n from r) as r`
    connection.exec(fillStatement(numbers, `printf('%06d', n)`))
    connection.close()
    const store = await open()
    const times = await measureLists(store)
    await store.close()
    return toFigures(times, 'SQLite')
  })

const measurePostgres = async (): Promise<Figure[]> => {
  const { execute, startPostgres, withoutPostgres } = await import('../../test/support/postgres-server.ts')
  if (withoutPostgres !== undefined) return []
  const url = await (await startPostgres()).createDatabase()
  const store = await openDatabase({ database: { kind: 'postgres', url }, durability: 'process' })
  await store.saveDefinition(DEFINITION)
  await execute(url, fillStatement(`generate_series(1, ${RUNS}) as r(n)`, `lpad(n::text, 6, '0')`))
  await execute(url, 'vacuum analyze run')
  const times = await measureLists(store)
  await store.close()
  return toFigures(times, 'Postgres')
}

/** Lists of many runs, filtered by status, workflow and time: two statements each. */
export const runList: Workload = {
  id: 'W12',
  note: `${RUNS} runs; a page of ${PAGE} and the count of all that fit, over ${FILTERS.length} filters; goal: p95 of 50 ms`,
  measure: async () => [...(await measureSqlite()), ...(await measurePostgres())],
}
