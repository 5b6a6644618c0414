/** Tells how far the journals of many runs have come, for those who follow all of them. */

/** The end of the journal of a run. */
export interface JournalHead {
  /** Greater for a run that was created later. */
  key: number
  /** Id of the run. */
  id: string
  workflow: string
  isOver: boolean
  /** The last row, and its time in epoch milliseconds. */
  seq: number
  at: number
}

export interface HeadQuery {
  /** Key: runs that were created later are listed too, whatever became of them. */
  after: number
  /** Epoch milliseconds: runs that ended then or later are listed too. Reads all runs. */
  endedSince?: number
}

export interface HeadStore {
  /** Key of the run that was created last; 0 without one. */
  readNewestKey(): Promise<number>
  /** Lists the heads of all runs that have not ended, and of those that the query adds, in the order of their creation. */
  listHeads(query: HeadQuery): Promise<JournalHead[]>
}
