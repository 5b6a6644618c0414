import { statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { openWorkflow } from '../opened-workflow.ts'
import { repeat } from '../pace.ts'
import { LINE } from '../sources.ts'
import { fileOf, openDurableStore, withFolder } from '../stores.ts'
import type { Workload } from '../workload.ts'

const RUNS = 2_000

export const databaseSize: Workload = {
  id: 'W8',
  note: `a finished run of 10 steps with its full trace, of ${RUNS} runs, indexes included`,
  measure: () =>
    withFolder(async (folder) => {
      const file = fileOf(folder)
      const { run, close } = openWorkflow(await openDurableStore(folder), LINE)
      await repeat(run, { times: 100, atOnce: 100 })
      const before = measureFile(file)
      await repeat(run, { times: RUNS, atOnce: 100 })
      const after = measureFile(file)
      await close()
      return [{ metric: 'a run', unit: 'bytes', value: (after - before) / RUNS }]
    }),
}

/** Bytes, with all of the write-ahead log taken into the file. */
export const measureFile = (file: string): number => {
  const database = new Database(file)
  database.pragma('wal_checkpoint(TRUNCATE)')
  database.close()
  return statSync(file).size
}
