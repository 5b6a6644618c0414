/**
 * One row of a run's journal: a union that is discriminated by `kind`. Events are folded into the state of the run, in the order of
 * `seq`. Notes tell people and the supervision of attempts what happened; they are never folded. Rows name steps and visits and no
 * states of XState, so that a newer lowering folds an older journal.
 */
import { Defect } from '../core/defect.ts'
import type { AttemptFigures, JournalData } from './journal-data.ts'

export const EVENT_KINDS = ['created', 'begun', 'outcome', 'timer', 'signal', 'decision', 'cancel', 'budget'] as const
export const NOTE_KINDS = [
  'attempt',
  'lost',
  'placement',
  'late',
  'stopped',
  'undo',
  'pause',
  'left',
  'warning',
  'summary',
  'finally',
] as const

export type EventKind = (typeof EVENT_KINDS)[number]
export type NoteKind = (typeof NOTE_KINDS)[number]
export type RowKind = EventKind | NoteKind

export interface RowPlace {
  /** From 1, without gaps, given by the lease holder of the run. */
  seq: number
  /** Epoch milliseconds. */
  at: number
  /** Path of the step, with the foreach items around it: `grades[3]/grade`. Empty for rows about the whole run. */
  path: string
  /** How often the fold had started that step by then. 0 for rows about the whole run. */
  visit: number
}

/** A row of one kind, as `JournalRow<'outcome'>`, or of any kind. */
export type JournalRow<K extends RowKind = RowKind> = {
  [Kind in K]: RowPlace & { kind: Kind; data: JournalData[Kind] }
}[K]

/** A row before its number is given. */
export type RowDraft<K extends RowKind = RowKind> = {
  [Kind in K]: Omit<RowPlace, 'seq'> & { kind: Kind; data: JournalData[Kind] }
}[K]

export type Untimed<K extends RowKind> = { [Kind in K]: Omit<RowDraft<Kind>, 'at'> }[K]

/** Every event behind `created`. */
export type EventRow = JournalRow<Exclude<EventKind, 'created'>>

const FOLDED: ReadonlySet<string> = new Set(EVENT_KINDS.filter((kind) => kind !== 'created'))

export const isEventRow = (row: JournalRow): row is EventRow => FOLDED.has(row.kind)

/** True for an approval that is followed by others: its step still waits. */
export const isPartial = ({ data: { given, count } }: JournalRow<'decision'>): boolean =>
  given !== undefined && count !== undefined && given < count

/** Figures of the attempt that a row accounts for; empty for rows that account for none. */
export const figuresOf = (row: JournalRow): Partial<AttemptFigures> => {
  switch (row.kind) {
    case 'outcome':
    case 'attempt':
    case 'late':
    case 'stopped':
    case 'lost':
      return row.data
    default:
      return NO_FIGURES
  }
}

const NO_FIGURES: Partial<AttemptFigures> = {}

/**
 * Time at which a run began, in epoch milliseconds: of the row `created`, or of `begun` for a run that was queued. Undefined: it has
 * not begun.
 */
export const begunAtOf = (rows: readonly JournalRow[]): number | undefined => {
  const created = rows[0]
  if (created?.kind !== 'created' || created.data.queued !== true) return created?.at
  return rows.find(({ kind }) => kind === 'begun')?.at
}

/** Data of the first row; undefined for a journal that is empty or does not begin with `created`. */
export const createdOf = ([row]: readonly JournalRow[]): JournalData['created'] | undefined =>
  row?.kind === 'created' ? row.data : undefined

/** @throws Defect J4 for a journal that does not begin with `created` */
export const expectCreated = ([row]: readonly JournalRow[], runId: string): JournalRow<'created'> => {
  if (row?.kind === 'created') return row
  throw new Defect(`J4: the journal of run '${runId}' does not begin with 'created'`)
}
