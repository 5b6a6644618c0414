import type { JsonValue } from '../../core/json.ts'
import type { JournalRow } from '../journal-row.ts'
import { parseJournalRow } from '../parse-journal-row.ts'
import type { Owner, RunError, RunOrigin, RunRecord } from '../store.ts'
import { StoreError } from '../store-error.ts'
import { toKind, toPhase, toStatus } from './codes.ts'
import { toSeq } from './journal-key.ts'
import { type LargeText, packJson } from './large-text.ts'
import { packRowData, unpackRowData } from './row-data.ts'
import type { RunRow, StoredRow } from './run-row.ts'

type Unpack = (text: string) => JsonValue

/** Converts a stored run. @throws StoreError `corrupt` for a value that this program never writes */
export const toRunRecord = (row: RunRow, unpack: Unpack): RunRecord => ({
  id: row.id,
  workflow: row.workflow,
  definition: row.hash,
  parent: row.parent,
  status: toStatus(row.status) ?? fail(`status ${row.status} of run '${row.id}'`),
  phase: toPhase(row.phase) ?? fail(`phase ${row.phase} of run '${row.id}'`),
  isPaused: row.is_paused === 1,
  origin: row.origin === null ? null : toOrigin(row.origin),
  key: row.idempotency_key,
  replacedBy: row.replaced_by,
  createdAt: row.created_at,
  begunAt: row.begun_at === 0 ? null : (row.begun_at ?? row.created_at),
  endedAt: row.ended_at,
  output: row.output === null ? null : unpack(row.output),
  error: row.error === null ? null : toRunError(unpack(row.error), row.id),
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
    {
      seq: toSeq(row.key),
      at: row.at,
      kind: toKind(row.kind) ?? fail(`kind ${row.kind} of a journal row`),
      path: row.path,
      visit: row.visit,
      data: unpackRowData(unpack(row.data), row.at),
    },
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

const toOrigin = (text: string): RunOrigin => {
  const end = text.indexOf(' ')
  return { kind: text.slice(0, end) as RunOrigin['kind'], of: text.slice(end + 1) }
}

export const toOwner = (text: string): Owner => JSON.parse(text)

const toRunError = (value: JsonValue, runId: string): RunError =>
  isRunError(value) ? value : fail(`error of run '${runId}'`)

const isRunError = (value: unknown): value is RunError =>
  typeof value === 'object' && value !== null && 'code' in value && 'message' in value

const fail = (what: string): never => {
  throw new StoreError('corrupt', `${what} is not known to this program`, {
    hint: 'was it written by a newer release?',
  })
}
