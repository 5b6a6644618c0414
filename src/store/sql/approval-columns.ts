/** The stored form of open approvals. */
import { isJsonObject, type JsonValue } from '../../core/json.ts'
import type { ApprovalRecord, GivenApproval, OpenApproval } from '../approval-record.ts'
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

export const toOpenApproval = (stored: StoredApproval, unpack: (text: string) => JsonValue): OpenApproval => {
  const by = stored.by === null ? null : JSON.parse(stored.by)
  const decisions = stored.decisions === null ? [] : toGiven(unpack(stored.decisions))
  return { ...stored, show: unpack(stored.show), form: unpack(stored.form), by, decisions }
}

const toGiven = (value: JsonValue): GivenApproval[] =>
  (Array.isArray(value) ? value : []).flatMap((one) =>
    isJsonObject(one) ? [{ by: String(one.by), at: String(one.at), values: one.values ?? null }] : [],
  )
