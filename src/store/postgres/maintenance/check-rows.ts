/** Decodes every row of every table, as readers do, and lists those that can't be decoded. The database holds columns to their types. */
import type { StoreProblem } from '../../maintenance.ts'
import { createRowChecks, findRowProblem, type RowCheck } from '../../sql/row-checks.ts'
import { SELECT_SCHEDULES } from '../../sql/schedule-columns.ts'
import { MOST_PROBLEMS } from '../../sql/tables.ts'
import { SELECT_APPROVALS, SELECT_EVENTS } from '../record-statements.ts'
import { sql } from '../session.ts'
import type { StoreConnections } from '../store-connections.ts'

const CHECKS = createRowChecks({ approvals: SELECT_APPROVALS, events: SELECT_EVENTS, schedules: SELECT_SCHEDULES })

const ROWS_A_LOOK = 1_000

type Row = Record<string, unknown>

export const checkRows = async (db: StoreConnections): Promise<StoreProblem[]> => {
  const problems: StoreProblem[] = []
  for (const check of CHECKS) problems.push(...(await checkTable(db, check)))
  return problems
}

const checkTable = async (db: StoreConnections, check: RowCheck): Promise<StoreProblem[]> => {
  const problems: StoreProblem[] = []
  for await (const rows of readParts(db, check)) {
    const texts = rows.flatMap((row) => Object.values(row).filter((value) => typeof value === 'string'))
    const unpack = await db.unpacker(texts)
    for (const row of rows) {
      const message = findRowProblem(row, { check, unpack })
      if (message !== undefined) problems.push({ kind: 'row', message })
      if (problems.length === MOST_PROBLEMS) return problems
    }
  }
  return problems
}

async function* readParts(db: StoreConnections, { select, key }: RowCheck): AsyncGenerator<Row[]> {
  if (key === undefined) return yield await db.read((session) => session.all(sql<Row>(select)))
  const { column } = key
  const columns = select.replace(/^select /, `select ${column} as page_key, `)
  const query = sql<Row & { page_key: number | string }>(
    `${columns} where ${column} > $1 order by ${column} limit ${ROWS_A_LOOK}`,
  )
  for (let after = key.before; ; ) {
    const rows = await db.read((session) => session.all(query, [after]))
    yield rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < ROWS_A_LOOK) return
    after = last.page_key
  }
}
