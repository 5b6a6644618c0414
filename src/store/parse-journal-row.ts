/** Parses rows that another process may have written: their data is checked once, when they are read. */
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts'
import type { JournalRow, RowKind, RowPlace } from './journal-row.ts'
import { StoreError } from './store-error.ts'

export interface RawRow extends RowPlace {
  kind: RowKind
  data: JsonValue
}

export const isRawRow = (value: JsonObject): value is JsonObject & RawRow =>
  isNumber(value.seq) &&
  isNumber(value.at) &&
  isText(value.path) &&
  isNumber(value.visit) &&
  Object.hasOwn(CHECKS, String(value.kind)) &&
  value.data !== undefined

/** Checks the fields that the fold and the views rely on. @throws StoreError `corrupt` that names the run and the row */
export const parseJournalRow = (row: RawRow, runId: string): JournalRow => {
  if (isJournalRow(row)) return row
  throw new StoreError(
    'corrupt',
    `row ${row.seq} of run '${runId}' is malformed: expected the data of kind '${row.kind}'`,
    {
      hint: 'was it written by a newer release, or changed by hand?',
    },
  )
}

const isJournalRow = (row: RawRow): row is JournalRow => isJsonObject(row.data) && CHECKS[row.kind](row.data)

const isNumber = (value: unknown): boolean => typeof value === 'number'
const isText = (value: unknown): boolean => typeof value === 'string'

const hasFault = ({ fault }: JsonObject): boolean => isJsonObject(fault) && isText(fault.code) && isText(fault.message)

/** Optional fields: absent, or of their type. */
const hasAccount = ({ usage, charged }: JsonObject): boolean =>
  (usage === undefined || (Array.isArray(usage) && usage.every(isJsonObject))) &&
  (charged === undefined || (isJsonObject(charged) && isNumber(charged.costUsd) && isNumber(charged.tokens)))

const hasFigures = (data: JsonObject): boolean =>
  isNumber(data.attempt) &&
  isNumber(data.started) &&
  isNumber(data.ms) &&
  (data.waited_ms === undefined || isNumber(data.waited_ms)) &&
  hasAccount(data)

const CHECKS: { [K in RowKind]: (data: JsonObject) => boolean } = {
  created: ({ input, lowering, models, env }) =>
    input !== undefined && isNumber(lowering) && isJsonObject(models) && isJsonObject(env),
  begun: () => true,
  outcome: (data) => hasFigures(data) && (data.output !== undefined || hasFault(data)),
  timer: ({ timer }) => isText(timer),
  signal: ({ id, name }) => isText(id) && isText(name),
  decision: ({ verdict, by }) => isText(verdict) && isText(by),
  cancel: ({ by }) => isText(by),
  budget: ({ limit }) => isText(limit),
  attempt: (data) => hasFigures(data) && hasFault(data),
  lost: (data) => isNumber(data.attempt) && hasAccount(data),
  placement: () => true,
  late: (data) => hasAccount(data) && (data.fault === undefined || hasFault(data)),
  stopped: hasFigures,
  undo: (data) => data.input !== undefined || hasFault(data),
  pause: ({ is_paused }) => typeof is_paused === 'boolean',
  left: ({ is_left }) => typeof is_left === 'boolean',
  warning: ({ limit, amount, allowed }) => isText(limit) && isNumber(amount) && isNumber(allowed),
  summary: () => true,
  finally: (data) => isText(data.status) || data.is_cancelled === true || hasFault(data),
}
