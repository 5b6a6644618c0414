/** The heads of journals in SQL. */
import type { HeadQuery, JournalHead } from '../head-store.ts'
import { toStatus } from './codes.ts'
import { type ColumnTypes, decodeRow, expectTypes } from './damaged-rows.ts'
import { ROWS_PER_RUN, toSeq } from './journal-key.ts'

export interface StoredHead {
  key: number
  id: string
  workflow: string
  status: number
  last: number
  at: number
}

const TYPES: ColumnTypes = {
  key: 'integer',
  id: 'text',
  workflow: 'text',
  status: 'integer',
  last: 'integer',
  at: 'integer',
}

/** @throws StoreError `corrupt` */
export const toHead = (row: StoredHead): JournalHead =>
  decodeRow(`run '${row.id}'`, () => {
    expectTypes(row, TYPES)
    const { key, id, workflow, status, last, at } = row
    return { key, id, workflow, isOver: toStatus(status) !== 'running', seq: toSeq(last), at }
  })

/** Keys of the listed runs: each part is found by an index of its own, but the runs that have ended since. */
export const toHeadKeys = ({ endedSince }: HeadQuery, place: { after: string; since: string }): string =>
  [
    'select key from run where status = 0',
    `select key from run where key > ${place.after}`,
    ...(endedSince === undefined ? [] : [`select key from run where ended_at >= ${place.since}`]),
  ].join(' union ')

/** Bounds of the keys of the rows of one run, both excluded. `run` is the column of its key. */
export const toRowBounds = (run: string): { low: string; high: string } => ({
  low: `${run} * ${ROWS_PER_RUN}`,
  high: `(${run} + 1) * ${ROWS_PER_RUN}`,
})
