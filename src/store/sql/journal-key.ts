/** The key of a row is the run's key × 2^24 + seq, exact up to 2^53. So the rows of a run are adjacent in the table. */
export const ROWS_PER_RUN = 2 ** 24

export const LAST_SEQ = ROWS_PER_RUN - 1

export const toJournalKey = (runKey: number, seq: number): number => runKey * ROWS_PER_RUN + seq

export const toSeq = (journalKey: number): number => journalKey % ROWS_PER_RUN
