/** Decodes every row of every table, as readers do, and lists those that can't be decoded. */
import type { StoreProblem } from '../../maintenance.ts'
import { toOpenApproval } from '../../sql/approval-columns.ts'
import { COLUMN_TYPES, type Table } from '../../sql/column-types.ts'
import { decodeRow, expectTypes } from '../../sql/damaged-rows.ts'
import { toDefinition, toMessage } from '../../sql/decode-content.ts'
import { toCloudEvent } from '../../sql/event-columns.ts'
import { ROWS_PER_RUN } from '../../sql/journal-key.ts'
import { toJournalRow, toRunRecord } from '../../sql/run-record.ts'
import { FROM_RUN, RUN_COLUMNS } from '../../sql/run-row.ts'
import { toSchedule } from '../../sql/schedule-columns.ts'
import { isDamage } from '../../store-error.ts'
import type { Connection } from '../connection.ts'
import { SELECT_APPROVALS } from '../sqlite-approvals.ts'
import { SELECT_EVENTS } from '../sqlite-outbox.ts'
import { SELECT_SCHEDULES } from '../sqlite-schedules.ts'
import type { MaintainedStore } from './maintained-store.ts'

/** Most problems of one table that are listed. */
const MOST_PROBLEMS = 100

type Unpack = MaintainedStore['unpack']

export const checkRows = ({ connection: db, unpack }: MaintainedStore): StoreProblem[] => [
  ...checkTypes(db),
  ...DECODINGS.flatMap((decoding) => checkDecoding(db, { decoding, unpack })),
]

/** Columns that no reader decodes count too. */
const checkTypes = (db: Connection): StoreProblem[] =>
  Object.entries(COLUMN_TYPES).flatMap(([table, types]) => {
    const key = Object.keys(types)[0] ?? ''
    return collect(db, {
      sql: `select ${Object.keys(types).join(', ')} from ${table}`,
      decode: (row: Record<string, unknown>) => decodeRow(`row ${row[key]} of ${table}`, () => expectTypes(row, types)),
    })
  })

interface Decoding {
  table: Table
  sql: string
  // biome-ignore lint/suspicious/noExplicitAny: each statement returns the row that its decoder takes.
  decode(row: any, unpack: Unpack): unknown
}

const DECODINGS: readonly Decoding[] = [
  { table: 'run', sql: `select ${RUN_COLUMNS} ${FROM_RUN}`, decode: toRunRecord },
  {
    table: 'journal',
    sql: `select journal.*, run.id from journal join run on run.key = journal.key / ${ROWS_PER_RUN}`,
    decode: ({ id: runId, ...row }, unpack) => toJournalRow(row, { runId, unpack }),
  },
  { table: 'inbox', sql: 'select id, kind, body from inbox where taken = 0', decode: toMessage },
  { table: 'definition', sql: 'select * from definition', decode: toDefinition },
  { table: 'approval', sql: SELECT_APPROVALS, decode: toOpenApproval },
  { table: 'outbox', sql: SELECT_EVENTS, decode: toCloudEvent },
  { table: 'schedule', sql: SELECT_SCHEDULES, decode: toSchedule },
  { table: 'cached_answer', sql: 'select * from cached_answer', decode: ({ answer }, unpack) => unpack(answer) },
]

/** A row whose columns have the wrong types is listed by its table already. */
const checkDecoding = (
  db: Connection,
  { decoding, unpack }: { decoding: Decoding; unpack: Unpack },
): StoreProblem[] => {
  const { table, sql, decode } = decoding
  return collect(db, {
    sql,
    decode: (row: Record<string, unknown>) => {
      if (hasTypes(row, table)) decode(row, unpack)
    },
  })
}

const hasTypes = (row: Record<string, unknown>, table: Table): boolean => {
  try {
    expectTypes(row, COLUMN_TYPES[table])
    return true
  } catch {
    return false
  }
}

const collect = <Row>(db: Connection, { sql, decode }: { sql: string; decode(row: Row): unknown }): StoreProblem[] => {
  const problems: StoreProblem[] = []
  for (const row of db.prepare<[], Row>(sql).iterate()) {
    const message = problemOf(() => decode(row))
    if (message !== undefined) problems.push({ kind: 'row', message })
    if (problems.length === MOST_PROBLEMS) break
  }
  return problems
}

const problemOf = (decode: () => unknown): string | undefined => {
  try {
    decode()
    return undefined
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown
    return MENTIONS_BLOB.test(thrown.message) ? undefined : thrown.message
  }
}

/** Missing and changed blobs have a check of their own. */
const MENTIONS_BLOB = /blob '[^']*'/
