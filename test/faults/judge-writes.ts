/** Finds in a journal the rows of a server that had lost the run. */
import type { JournalRow } from '../../src/store/journal-row.ts'

export interface JudgedWrites {
  /** Rows of a server that had lost the run. */
  accepted: number
  /** Second outcomes of one effect. */
  doubled: number
}

/**
 * Judges the journal of an ended run. Each take-over begins with a `lost` row; a row of the earlier holder would stand behind it, and be
 * an outcome of an attempt that is said to be lost.
 */
export const judgeWrites = (rows: readonly JournalRow[]): JudgedWrites => {
  const outcomes = rows.filter((row) => row.kind === 'outcome')
  const lost = rows.filter((row) => row.kind === 'lost')
  return {
    accepted: lost.filter((row) =>
      outcomes.some((outcome) => isOfOneEffect(outcome, row) && outcome.data.attempt === row.data.attempt),
    ).length,
    doubled: outcomes.length - new Set(outcomes.map(({ path, visit }) => `${path}#${visit}`)).size,
  }
}

const isOfOneEffect = (one: JournalRow, other: JournalRow): boolean =>
  one.path === other.path && one.visit === other.visit
