/** The stored form of open approvals. */
import { isJsonObject, type JsonValue } from '../../core/json.ts'
import type { ApprovalRecord, GivenApproval, OpenApproval } from '../approval-record.ts'
import { StoreError } from '../store-error.ts'
import { COLUMN_TYPES } from './column-types.ts'
import { type ColumnTypes, cut, type Decoding, decodeRow, expectTypes } from './damaged-rows.ts'
import { type LargeText, packJson } from './large-text.ts'

/** The columns of an approval that hold its values as they are. */
export type PlainColumns = Omit<ApprovalRecord, 'show' | 'form' | 'by' | 'decisions'>

/** An approval, with its large values as text. */
export interface PackedApproval {
  record: ApprovalRecord
  shown: string
  form: string
  /** Null: none is given. */
  given: string | null
}

export interface StoredApproval extends PlainColumns {
  runId: string
  workflow: string
  show: string
  form: string
  by: string | null
  decisions: string | null
}

export const packApproval = (record: ApprovalRecord, large: LargeText[]): PackedApproval => ({
  record,
  shown: packJson(record.show, large),
  form: packJson(record.form, large),
  given: record.decisions.length === 0 ? null : packJson([...record.decisions], large),
})

export type OpenedColumns = PlainColumns & {
  run: number
  shown: string
  form: string
  deciders: string | null
  given: string | null
}

/** The columns of an approval that is opened. */
export const toOpened = (run: number, { record, shown, form, given }: PackedApproval): OpenedColumns => {
  const { show: _, by, decisions: __, ...plain } = record
  return { ...plain, run, shown, form, given, deciders: by === null ? null : JSON.stringify(by) }
}

/** @throws StoreError `corrupt` */
export const toOpenApproval = (stored: StoredApproval, unpack: Decoding['unpack']): OpenApproval =>
  decodeRow(`approval '${stored.path}' of run '${stored.runId}'`, () => {
    expectTypes(stored, APPROVAL_TYPES)
    const by = stored.by === null ? null : unpack(stored.by)
    const form = unpack(stored.form)
    if (by !== null && !isTexts(by))
      throw new StoreError('corrupt', `column 'deciders' has '${cut(stored.by ?? '')}': expected names`)
    if (form !== null && !isJsonObject(form))
      throw new StoreError('corrupt', `column 'form' has '${cut(stored.form)}': expected a schema`)
    const decisions = stored.decisions === null ? [] : toGiven(unpack(stored.decisions))
    return { ...stored, show: unpack(stored.show), form, by, decisions }
  })

const isTexts = (value: JsonValue): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')

const APPROVAL_TYPES: ColumnTypes = {
  ...COLUMN_TYPES.approval,
  runId: 'text',
  workflow: 'text',
  show: 'text',
  by: 'text?',
  count: 'integer',
  decisions: 'text?',
  dueAt: 'integer?',
  requestedAt: 'integer',
  requestHash: 'text',
}

const toGiven = (value: JsonValue): GivenApproval[] =>
  (Array.isArray(value) ? value : []).flatMap((one) =>
    isJsonObject(one) ? [{ by: String(one.by), at: String(one.at), values: one.values ?? null }] : [],
  )
