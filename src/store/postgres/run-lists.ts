/**
 * Lists and counts of runs in SQL. A statement has the conditions that are asked for and no others, and its limit as a number: it is
 * planned once for all values, and a plan for any limit would read and sort all runs.
 */
import { toStatusCode } from '../sql/codes.ts'
import { FROM_RUN, RUN_COLUMNS, type RunRow } from '../sql/run-row.ts'
import type { RunFilter } from '../store.ts'
import { one, type Session, sql, type Value } from './session.ts'

/** Newest first. */
export const listRuns = async (session: Session, filter: RunFilter): Promise<RunRow[]> => {
  const { text, values } = whereOf(filter)
  const { limit } = filter
  const keys = `select key from run where ${text} order by key desc ${limit === undefined ? '' : `limit ${roundUp(limit)}`}`
  const query = sql<RunRow>(
    `select ${RUN_COLUMNS} ${FROM_RUN} where run.key = any(array(${keys})) order by run.key desc`,
  )
  const rows = await session.all(query, values)
  return limit === undefined ? rows : rows.slice(0, limit)
}

export const countRuns = async (session: Session, filter: RunFilter): Promise<number> => {
  const { text, values } = whereOf(filter)
  return (await one(session, sql<{ count: number }>(`select count(*) from run where ${text}`), values))?.count ?? 0
}

/** To a power of two, so that few statements are prepared. */
const roundUp = (limit: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, limit)))

const whereOf = (filter: RunFilter): { text: string; values: Value[] } => {
  const values: Value[] = []
  const place = (value: Value): string => `$${values.push(value)}`
  const { workflow, since, until, before } = filter
  const conditions = [
    ...familyOf(filter, place),
    ...statusOf(filter, place),
    ...(workflow === undefined ? [] : [`run.workflow = ${place(workflow)}`]),
    ...(since === undefined ? [] : [`run.created_at >= ${place(since)}`]),
    ...(until === undefined ? [] : [`run.created_at < ${place(until)}`]),
    ...(before === undefined ? [] : [`run.key < (select last.key from run last where last.id = ${place(before)})`]),
  ]
  return { text: conditions.length === 0 ? 'true' : conditions.join(' and '), values }
}

const familyOf = ({ parent, isAnyDepth = false }: RunFilter, place: (value: Value) => string): string[] => {
  if (parent !== undefined) return [`run.parent = (select above.key from run above where above.id = ${place(parent)})`]
  return isAnyDepth ? [] : ['run.parent is null']
}

/** The literal `status = 0` lets the database use the index of runs that have not ended. */
const statusOf = ({ status }: RunFilter, place: (value: Value) => string): string[] => {
  if (status === undefined) return []
  return [status === 'running' ? 'run.status = 0' : `run.status = ${place(toStatusCode(status))}`]
}
