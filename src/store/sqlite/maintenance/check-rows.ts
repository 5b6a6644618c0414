/** Decodes every row of every table, as readers do, and lists those that can't be decoded. */
import type { StoreProblem } from '../../maintenance.ts'
import { COLUMN_TYPES } from '../../sql/column-types.ts'
import { decodeRow, expectTypes } from '../../sql/damaged-rows.ts'
import { createRowChecks, findDamage, findRowProblem } from '../../sql/row-checks.ts'
import { SELECT_SCHEDULES } from '../../sql/schedule-columns.ts'
import { MOST_PROBLEMS } from '../../sql/tables.ts'
import type { Connection } from '../connection.ts'
import { SELECT_APPROVALS } from '../sqlite-approvals.ts'
import { SELECT_EVENTS } from '../sqlite-outbox.ts'
import type { MaintainedStore } from './maintained-store.ts'

const CHECKS = createRowChecks({ approvals: SELECT_APPROVALS, events: SELECT_EVENTS, schedules: SELECT_SCHEDULES })

type Row = Record<string, unknown>

export const checkRows = ({ connection: db, unpack }: MaintainedStore): StoreProblem[] => [
  ...checkTypes(db),
  ...CHECKS.flatMap((check) =>
    collect(db, { sql: check.select, find: (row) => findRowProblem(row, { check, unpack }) }),
  ),
]

/** Columns that no reader decodes count too. */
const checkTypes = (db: Connection): StoreProblem[] =>
  Object.entries(COLUMN_TYPES).flatMap(([table, types]) => {
    const key = Object.keys(types)[0] ?? ''
    return collect(db, {
      sql: `select ${Object.keys(types).join(', ')} from ${table}`,
      find: (row) => findDamage(() => decodeRow(`row ${row[key]} of ${table}`, () => expectTypes(row, types))),
    })
  })

const collect = (
  db: Connection,
  { sql, find }: { sql: string; find(row: Row): string | undefined },
): StoreProblem[] => {
  const problems: StoreProblem[] = []
  for (const row of db.prepare<[], Row>(sql).iterate()) {
    const message = find(row)
    if (message !== undefined) problems.push({ kind: 'row', message })
    if (problems.length === MOST_PROBLEMS) break
  }
  return problems
}
