/**
 * One row of a run's journal. Events are folded into the run's state, in the order of `seq`; notes are for people and for
 * the supervision of attempts, and are never folded. Rows name steps and visits, never states of XState, so that a newer
 * lowering folds an older journal.
 */
import type { JsonValue } from '../core/json.ts'

export const EVENT_KINDS = ['created', 'outcome', 'timer', 'signal', 'decision', 'cancel', 'budget'] as const
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
] as const

export type EventKind = (typeof EVENT_KINDS)[number]
export type NoteKind = (typeof NOTE_KINDS)[number]

export interface JournalRow {
  /** From 1, without gaps, given by the run's owner. */
  seq: number
  /** Epoch milliseconds. */
  at: number
  kind: EventKind | NoteKind
  /** Of the step, with the foreach items it runs in: `grades[3]/grade`; empty for rows about the whole run. */
  path: string
  /** How often the fold had started that step when this happened; 0 for rows about the whole run. */
  visit: number
  data: JsonValue
}

export const isEventKind = (kind: string): kind is EventKind => (EVENT_KINDS as readonly string[]).includes(kind)
