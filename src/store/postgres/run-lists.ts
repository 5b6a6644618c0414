/** Lists and counts of runs in SQL. */
import { toStatusCode } from '../sql/codes.ts'
import { FROM_RUN, RUN_COLUMNS, type RunRow } from '../sql/run-row.ts'
import type { RunFilter } from '../store.ts'
import { one, type Session, sql, type Value } from './session.ts'

/** Newest first. */
export const listRuns = (session: Session, filter: RunFilter): Promise<RunRow[]> => {
  const query = sql<RunRow>(
    `select ${RUN_COLUMNS} ${FROM_RUN} where ${whereOf(filter)} order by run.key desc limit $7::bigint`,
  )
  return session.all(query, [...toValues(filter), filter.limit ?? null])
}

export const countRuns = async (session: Session, filter: RunFilter): Promise<number> =>
  (await one(session, sql<{ count: number }>(`select count(*) from run where ${whereOf(filter)}`), toValues(filter)))
    ?.count ?? 0

const toValues = ({ parent, workflow, status, since, until, before }: RunFilter): Value[] => [
  parent ?? null,
  workflow ?? null,
  status === undefined ? null : toStatusCode(status),
  since ?? 0,
  until ?? Number.MAX_SAFE_INTEGER,
  before ?? null,
]

const whereOf = (filter: RunFilter): string => `${placeOf(filter)} and run.workflow = coalesce($2, run.workflow)
  and run.status = coalesce($3::int, run.status) and run.created_at >= $4 and run.created_at < $5
  and ${filter.before === undefined ? '$6::text is null' : 'run.key < (select last.key from run last where last.id = $6::text)'}`

/** Names each parameter: the type of one that is not used cannot be told. */
const placeOf = ({ parent, isAnyDepth = false, status }: RunFilter): string => {
  if (parent !== undefined) return 'run.parent = (select above.key from run above where above.id = $1::text)'
  // The literal `status = 0` lets the database use the index of runs that have not ended.
  const going = `$1::text is null${status === 'running' ? ' and run.status = 0' : ''}`
  return isAnyDepth ? going : `${going} and run.parent is null`
}
