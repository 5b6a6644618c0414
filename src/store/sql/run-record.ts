import { isJsonObject, type JsonValue, tryParseJson } from '../../core/json.ts'
import type { JournalRow } from '../journal-row.ts'
import { parseJournalRow } from '../parse-journal-row.ts'
import type { Owner, RunError, RunOrigin, RunRecord } from '../store.ts'
import { StoreError } from '../store-error.ts'
import { toKind, toPhase, toStatus } from './codes.ts'
import { COLUMN_TYPES } from './column-types.ts'
import { type ColumnTypes, cut, decodeRow, expectTypes } from './damaged-rows.ts'
import { toSeq } from './journal-key.ts'
import { type LargeText, packJson } from './large-text.ts'
import { packRowData, unpackRowData } from './row-data.ts'
import type { RunRow, StoredRow } from './run-row.ts'
import { toNeeds } from './server-columns.ts'

type Unpack = (text: string) => JsonValue

/** Converts a stored run. @throws StoreError `corrupt` for a value that this program never writes */
export const toRunRecord = (row: RunRow, unpack: Unpack): RunRecord =>
  decodeRow(`run '${row.id}'`, () => {
    expectTypes(row, RUN_TYPES)
    return toRecord(row, unpack)
  })

const RUN_TYPES: ColumnTypes = { ...COLUMN_TYPES.run, hash: 'text', parent: 'text?' }

const toRecord = (row: RunRow, unpack: Unpack): RunRecord => ({
  id: row.id,
  workflow: row.workflow,
  definition: row.hash,
  parent: row.parent,
  status: toStatus(row.status) ?? fail(`status ${row.status}`),
  phase: toPhase(row.phase) ?? fail(`phase ${row.phase}`),
  isPaused: row.is_paused === 1,
  needs: toNeeds(row.needs),
  origin: row.origin === null ? null : toOrigin(row.origin),
  key: row.idempotency_key,
  replacedBy: row.replaced_by,
  createdAt: row.created_at,
  begunAt: row.begun_at === 0 ? null : (row.begun_at ?? row.created_at),
  endedAt: row.ended_at,
  output: row.output === null ? null : unpack(row.output),
  error: row.error === null ? null : toRunError(unpack(row.error)),
  usage: {
    input_tokens: row.input_tokens,
    output_tokens: row.output_tokens,
    cost_usd: row.cost_usd,
    ...(row.cache_hits === null ? {} : { cache_hits: row.cache_hits }),
  },
  holder: row.holder === null ? null : { ...toOwner(row.holder), leaseUntil: row.lease_until ?? 0 },
  epoch: row.epoch,
})

export const toJournalRow = (row: StoredRow, { runId, unpack }: { runId: string; unpack: Unpack }): JournalRow =>
  parseJournalRow(
    decodeRow(`row ${toSeq(row.key)} of run '${runId}'`, () => {
      expectTypes(row, COLUMN_TYPES.journal)
      return {
        seq: toSeq(row.key),
        at: row.at,
        kind: toKind(row.kind) ?? fail(`kind ${row.kind}`),
        path: row.path,
        visit: row.visit,
        data: unpackRowData(unpack(row.data), row.at),
      }
    }),
    runId,
  )

/** A row with its data as text. */
export interface PackedRow {
  row: JournalRow
  text: string
}

export const packRow = (row: JournalRow, large: LargeText[]): PackedRow => ({
  row,
  text: packJson(packRowData(row.data, row.at), large),
})

export const toHolderText = ({ id, host, pid, processStart }: Owner): string =>
  JSON.stringify({ id, host, pid, processStart })

export const toOriginText = ({ kind, of }: RunOrigin): string => `${kind} ${of}`

const ORIGINS: readonly string[] = [
  'fork',
  'restart',
  'schedule',
  'rerun',
  'again',
  'step',
] satisfies RunOrigin['kind'][]

const toOrigin = (text: string): RunOrigin => {
  const end = text.indexOf(' ')
  const kind = text.slice(0, end)
  return ORIGINS.includes(kind)
    ? { kind: kind as RunOrigin['kind'], of: text.slice(end + 1) }
    : fail(`origin '${cut(text)}'`)
}

/** @throws StoreError `corrupt` */
export const toOwner = (text: string): Owner => {
  const value = tryParseJson(text)
  return isOwner(value) ? value : fail(`holder '${cut(text)}'`)
}

const isOwner = (value: unknown): value is Owner =>
  isJsonObject(value) &&
  typeof value.id === 'string' &&
  typeof value.host === 'string' &&
  typeof value.pid === 'number' &&
  typeof value.processStart === 'number'

const toRunError = (value: JsonValue): RunError => (isRunError(value) ? value : fail('its error'))

const isRunError = (value: unknown): value is RunError =>
  isJsonObject(value) &&
  typeof value.code === 'string' &&
  typeof value.message === 'string' &&
  (value.step === null || typeof value.step === 'string')

const fail = (what: string): never => {
  throw new StoreError('corrupt', `${what} is not known to this program`, {
    hint: 'was it written by a newer release?',
  })
}
