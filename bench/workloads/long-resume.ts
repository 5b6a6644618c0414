import { cpuUsage } from 'node:process'
import Database from 'better-sqlite3'
import { ROWS_PER_RUN } from '../../src/store/sql/journal-key.ts'
import type { Store } from '../../src/store/store.ts'
import { openWorkflow } from '../opened-workflow.ts'
import { LONG_FOREACH, LONG_LOOP } from '../sources.ts'
import { DURABLE_NOTE, fileOf, openDurableStore, withFolder } from '../stores.ts'
import type { Figure, Workload } from '../workload.ts'

const LONG_ROWS = 50_000
const MANY_RUNS = 1_000
const MANY_ROWS = 1_000

/** How soon a process has a long run, and many of some length, where they were left. */
export const longResume: Workload = {
  id: 'W13',
  note: `from the claim until the run waits again in this process, for runs that wait for an event; CPU time of the process; ${DURABLE_NOTE}`,
  measure: async () => [
    ...(await withFolder((folder) => measureLong(folder, { name: 'a loop', source: LONG_LOOP }))),
    ...(await withFolder((folder) => measureLong(folder, { name: 'a foreach', source: LONG_FOREACH }))),
    ...(await withFolder(measureMany)),
  ],
}

const measureLong = async (folder: string, { name, source }: { name: string; source: string }): Promise<Figure[]> => {
  await leaveRun(folder, source, LONG_ROWS)
  const label = `${LONG_ROWS} rows of ${name}`
  const figures = await measureResume(folder, { source, label })
  const database = new Database(fileOf(folder))
  const bytes = Number(database.prepare('select coalesce(sum(length(bytes)), 0) from snapshot').pluck().get())
  database.exec('delete from snapshot')
  database.close()
  return [
    ...figures,
    { metric: `${label}, snapshot`, unit: 'KiB', value: bytes / 1_024 },
    ...(await measureResume(folder, { source, label: `${label}, without a snapshot` })),
  ]
}

const measureMany = async (folder: string): Promise<Figure[]> => {
  await leaveRun(folder, LONG_LOOP, MANY_ROWS)
  copyRun(fileOf(folder), MANY_RUNS - 1)
  return measureResume(folder, { source: LONG_LOOP, label: `${MANY_RUNS} runs of ${MANY_ROWS} rows` })
}

/** Runs until only an event is missing, and leaves. */
const leaveRun = async (folder: string, source: string, rows: number): Promise<void> => {
  const { startWaiting, close } = openWorkflow(await openDurableStore(folder), source)
  await startWaiting({ times: rows })
  await close()
}

/** Copies the only run of a database. */
const copyRun = (file: string, copies: number): void => {
  const database = new Database(file)
  const columns = (table: string): string[] =>
    database.prepare<[string], string>('select name from pragma_table_info(?)').pluck().all(table)
  const rest = columns('run').filter((name) => name !== 'key' && name !== 'id')
  const copy = database.prepare<[nth: number]>(
    `insert into run (id, ${rest}) select id || ?, ${rest} from run order by key limit 1`,
  )
  const rows = columns('journal').filter((name) => name !== 'key')
  const copyRows = database.prepare<[to: number]>(
    `insert into journal (key, ${rows}) select key % ${ROWS_PER_RUN} + ?, ${rows} from journal
     where key < (select min(key) + 1 from run) * ${ROWS_PER_RUN}`,
  )
  database.transaction(() => {
    for (let nth = 1; nth <= copies; nth++) copyRows.run(Number(copy.run(nth).lastInsertRowid) * ROWS_PER_RUN)
  })()
  database.close()
}

const measureResume = async (
  folder: string,
  { source, label }: { source: string; label: string },
): Promise<Figure[]> => {
  const store = await openDurableStore(folder)
  const { resume, close } = openWorkflow(store, source)
  const ids = await listIds(store)
  const begun = { at: performance.now(), cpu: cpuUsage() }
  await Promise.all(ids.map(resume))
  const { user, system } = cpuUsage(begun.cpu)
  const seconds = (performance.now() - begun.at) / 1_000
  await close()
  return [
    { metric: label, unit: 's', value: seconds },
    { metric: `${label}, CPU`, unit: 's', value: (user + system) / 1_000_000 },
  ]
}

const listIds = async (store: Store): Promise<string[]> =>
  (await store.listRuns({ limit: MANY_RUNS })).map(({ id }) => id)
