import { statSync } from 'node:fs'
import { LARGEST_RUNS, type StoreStats } from '../../maintenance.ts'
import { toPhase, toStatus } from '../../sql/codes.ts'
import { ROWS_PER_RUN } from '../../sql/journal-key.ts'
import { TABLES } from '../../sql/tables.ts'
import type { Connection } from '../connection.ts'

/** Reads all keys of the journal: for people, not for a periodic check. */
export const readStats = (db: Connection): StoreStats => {
  const read = (sql: string): number => Number(db.prepare(sql).pluck().get())
  const pragma = (name: string): number => Number(db.pragma(name, { simple: true }))
  return {
    fileBytes: pragma('page_count') * pragma('page_size'),
    logBytes: statSync(`${db.name}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    freeBytes: pragma('freelist_count') * pragma('page_size'),
    rows: Object.fromEntries(TABLES.map((table) => [table, read(`select count(*) from ${table}`)])),
    runs: readRunCounts(db),
    blobs: {
      count: read('select count(*) from blob'),
      bytes: read('select coalesce(sum(length(bytes)), 0) from blob'),
    },
    largest: readLargest(db),
  }
}

const readRunCounts = (db: Connection): StoreStats['runs'] =>
  db
    .prepare<[], { status: number; phase: number | null; count: number }>(
      `select status, case when status = 0 then phase end as phase, count(*) as count from run group by 1, 2 order by 1, 2`,
    )
    .all()
    .map(({ status, phase, count }) => ({
      status: toStatus(status) ?? 'running',
      phase: phase === null ? null : (toPhase(phase) ?? 'active'),
      count,
    }))

const readLargest = (db: Connection): StoreStats['largest'] =>
  db
    .prepare<[limit: number], StoreStats['largest'][number]>(
      `select cast(run.id as text) as id, cast(run.workflow as text) as workflow, sums.rows, sums.bytes from (
         select key / ${ROWS_PER_RUN} as run, count(*) as rows, sum(length(data) + length(path)) as bytes from journal
         group by key / ${ROWS_PER_RUN}) as sums join run on run.key = sums.run
       order by sums.bytes desc, run.key limit ?`,
    )
    .all(LARGEST_RUNS)
