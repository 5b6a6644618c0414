import { Defect } from '../../core/defect.ts'
import type { JournalRow } from '../journal-row.ts'
import type { NewRun } from '../run-store.ts'

interface SeqRange {
  /** Id of the run. */
  id: string
  /** The last seq that exists. */
  after: number
  /** The highest seq that a run may have. */
  last?: number
}

/** Returns a defect unless the rows follow `after` without a gap (J2). */
export const findSeqDefect = (
  rows: readonly Pick<JournalRow, 'seq'>[],
  { id, after, last = Number.MAX_SAFE_INTEGER }: SeqRange,
): Defect | undefined => {
  let expected = after
  for (const { seq } of rows) {
    expected += 1
    if (seq !== expected || seq < 1 || seq > last) return seqDefect({ id, seq }, `seq ${expected}`)
  }
  return undefined
}

export const seqDefect = ({ id, seq }: { id: string; seq: number }, expected: string): Defect =>
  new Defect(`J2: row ${seq} of run '${id}': expected ${expected}`)

/** Returns all rows of a new run. @throws Defect J2 */
export const rowsOf = ({ id, created, rows = [] }: NewRun, options: { last?: number } = {}): readonly JournalRow[] => {
  const all = [created, ...rows]
  const defect = findSeqDefect(all, { id, after: 0, ...options })
  if (defect !== undefined) throw defect
  return all
}
