import type Database from 'better-sqlite3'

/** Steps of EXPLAIN QUERY PLAN, in order: https://sqlite.org/eqp.html */
export const explainQuery = (database: Database.Database, sql: string): string => {
  const plan = database.prepare<unknown[], { detail: string }>(`explain query plan ${sql}`)
  const values = Array.from({ length: sql.split('?').length - 1 }, () => 1)
  return plan
    .all(...values)
    .map(({ detail }) => detail)
    .join(', ')
}
