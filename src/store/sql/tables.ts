/** The tables and columns that maintenance goes through. */
import { countOf } from '../../core/count.ts'
import type { StoreProblem } from '../maintenance.ts'

export const TABLES = [
  'run',
  'journal',
  'timer',
  'inbox',
  'approval',
  'approval_id',
  'outbox',
  'schedule',
  'schedule_failure',
  'definition',
  'workflow_version',
  'access_token',
  'server',
  'cached_answer',
  'snapshot',
  'blob',
] as const

/** Most problems of one kind that are listed. */
export const MOST_PROBLEMS = 100

/** Columns that hold the key of another table. */
export const REFERENCES: [table: string, column: string, target: string][] = [
  ['run', 'definition', 'definition'],
  ['run', 'parent', 'run'],
  ['timer', 'run', 'run'],
  ['inbox', 'run', 'run'],
  ['approval', 'run', 'run'],
  ['approval_id', 'run', 'run'],
  ['outbox', 'run', 'run'],
  ['schedule', 'definition', 'definition'],
  ['workflow_version', 'definition', 'definition'],
]

/** Columns with JSON text, or the hash of a blob in place of a large text. */
export const TEXT_COLUMNS: [table: string, column: string][] = [
  ['journal', 'data'],
  ['run', 'output'],
  ['run', 'error'],
  ['inbox', 'body'],
  ['approval', 'shown'],
  ['approval', 'form'],
  ['approval', 'given'],
  ['outbox', 'data'],
]

/** The rows of one journal, by the key of its run. `id`: null when the run is missing. */
export interface JournalSum {
  id: string | null
  key: number
  rows: number
  /** The highest seq. */
  last: number
}

/** Explains a journal without a run, or with gaps. */
export const toJournalProblem = ({ id, key, rows, last }: JournalSum): StoreProblem =>
  id === null
    ? {
        kind: 'reference',
        message: `${countOf(rows, 'journal row')} ${rows === 1 ? 'belongs' : 'belong'} to run ${key}, which is missing`,
      }
    : { kind: 'journal', message: `journal of run '${id}' has gaps: expected ${countOf(last, 'row')}, got ${rows}` }
