import { LARGEST_RUNS, type StoreStats } from '../../maintenance.ts'
import { toPhase, toStatus } from '../../sql/codes.ts'
import { ROWS_PER_RUN } from '../../sql/journal-key.ts'
import { TABLES } from '../../sql/tables.ts'
import { one, type Session, sql } from '../session.ts'

/** Reads all keys of the journal: for people, not for a periodic check. */
export const readStats = async (session: Session): Promise<StoreStats> => {
  const counts = await session.all(SQL.tables)
  const size = await one(session, SQL.size)
  const runs = await session.all(SQL.runs)
  return {
    fileBytes: size?.bytes ?? 0,
    logBytes: 0,
    freeBytes: 0,
    rows: Object.fromEntries(counts.map(({ name, rows }) => [name, rows])),
    runs: runs.map(({ status, phase, count }) => ({
      status: toStatus(status) ?? 'running',
      phase: phase === null ? null : (toPhase(phase) ?? 'active'),
      count,
    })),
    blobs: { count: size?.blobs ?? 0, bytes: size?.blob_bytes ?? 0 },
    largest: await session.all(SQL.largest, [LARGEST_RUNS]),
  }
}

const SQL = {
  tables: sql<{ name: string; rows: number }>(
    TABLES.map((table) => `select '${table}' as name, count(*) as rows from ${table}`).join(' union all '),
  ),
  size: sql<{ bytes: number; blobs: number; blob_bytes: number }>(
    `select pg_database_size(current_database()) as bytes, count(*) as blobs,
       coalesce(sum(length(bytes)), 0)::bigint as blob_bytes from blob`,
  ),
  runs: sql<{ status: number; phase: number | null; count: number }>(
    'select status, case when status = 0 then phase end as phase, count(*) as count from run group by 1, 2 order by 1, 2',
  ),
  largest: sql<StoreStats['largest'][number]>(
    `select run.id, run.workflow, sums.rows, sums.bytes from (
       select key / ${ROWS_PER_RUN} as run, count(*) as rows, sum(length(data) + length(path)) as bytes from journal
       group by key / ${ROWS_PER_RUN}) as sums join run on run.key = sums.run
     order by sums.bytes desc, run.key limit $1`,
  ),
} as const
