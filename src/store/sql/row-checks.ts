/** The decoding of all rows by `db check`: of every table, as readers do. The statements are the same in both databases. */
import type { JsonValue } from '../../core/json.ts'
import { isDamage } from '../store-error.ts'
import { toOpenApproval } from './approval-columns.ts'
import { COLUMN_TYPES, type Table } from './column-types.ts'
import { expectTypes } from './damaged-rows.ts'
import { toDefinition, toMessage } from './decode-content.ts'
import { toCloudEvent } from './event-columns.ts'
import { ROWS_PER_RUN } from './journal-key.ts'
import { toJournalRow, toRunRecord } from './run-record.ts'
import { FROM_RUN, RUN_COLUMNS } from './run-row.ts'
import { toSchedule } from './schedule-columns.ts'
import { toToken } from './token-columns.ts'

type Unpack = (text: string) => JsonValue

export interface RowCheck {
  table: Table
  /** Selects all rows. */
  select: string
  /** The column of an index by which large tables are read part by part, and a value before all others. */
  key?: { column: string; before: number | string }
  // biome-ignore lint/suspicious/noExplicitAny: each statement returns the row that its decoder takes.
  decode(row: any, unpack: Unpack): unknown
}

/** @param selects The statements of the readers of a database. */
export const createRowChecks = (selects: { approvals: string; events: string; schedules: string }): RowCheck[] => [
  {
    table: 'run',
    key: { column: 'run.key', before: 0 },
    select: `select ${RUN_COLUMNS} ${FROM_RUN}`,
    decode: toRunRecord,
  },
  {
    table: 'journal',
    key: { column: 'journal.key', before: 0 },
    select: `select journal.*, run.id from journal join run on run.key = journal.key / ${ROWS_PER_RUN}`,
    decode: ({ id: runId, ...row }, unpack) => toJournalRow(row, { runId, unpack }),
  },
  {
    table: 'inbox',
    key: { column: 'inbox.key', before: 0 },
    select: 'select id, kind, body from (select * from inbox where taken = 0) as inbox',
    decode: toMessage,
  },
  {
    table: 'definition',
    key: { column: 'definition.key', before: 0 },
    select: 'select * from definition',
    decode: toDefinition,
  },
  { table: 'approval', select: selects.approvals, decode: toOpenApproval },
  { table: 'outbox', key: { column: 'outbox.key', before: 0 }, select: selects.events, decode: toCloudEvent },
  { table: 'schedule', select: selects.schedules, decode: toSchedule },
  { table: 'access_token', select: 'select * from access_token', decode: toToken },
  {
    table: 'cached_answer',
    key: { column: 'cached_answer.key', before: '' },
    select: 'select * from cached_answer',
    decode: ({ answer }, unpack) => unpack(answer),
  },
]

/** Returns the problem of a row. Columns of a wrong type, and missing or changed blobs, have checks of their own. */
export const findRowProblem = (
  row: Record<string, unknown>,
  { check: { table, decode }, unpack }: { check: RowCheck; unpack: Unpack },
): string | undefined =>
  findDamage(() => {
    if (hasTypes(row, table)) decode(row, unpack)
  })

/** The message of the damage that `decode` throws. */
export const findDamage = (decode: () => unknown): string | undefined => {
  try {
    decode()
    return undefined
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown
    return MENTIONS_BLOB.test(thrown.message) ? undefined : thrown.message
  }
}

const MENTIONS_BLOB = /blob '[^']*'/

const hasTypes = (row: Record<string, unknown>, table: Table): boolean => {
  try {
    expectTypes(row, COLUMN_TYPES[table])
    return true
  } catch {
    return false
  }
}
