/**
 * Files of a foreach: the file that its items come from, and the file that takes its results. The runtime asks for one page and for one
 * batch at a time; the actors that perform this are in src/actors/tools/files/.
 */
import type { JsonValue } from './json.ts'

export const FILE_FORMATS = ['csv', 'jsonl'] as const

export type FileFormat = (typeof FILE_FORMATS)[number]

/** The format by the ending of a path. */
export const formatOfPath = (path: string): FileFormat | undefined =>
  FILE_FORMATS.find((format) => path.toLowerCase().endsWith(`.${format}`))

/** Names of the two actors. */
export const READ_ITEMS = 'read_items'
export const WRITE_RESULTS = 'write_results'

/** Reads a page of items. `from`: where the page before it ended. */
export type PageRequest = { path: string; format: FileFormat; from?: FilePosition }

/** `line` counts from 1. `size` and `modified` (milliseconds since the epoch) tell a file that has changed. */
export type FilePosition = { offset: number; line: number; size: number; modified: number; columns?: string[] }

/** `next`: where the next page begins; absent: this is the last one. */
export type ItemPage = { items: JsonValue[]; bad?: BadItem[]; next?: FilePosition }

/** An item that can't be read: `at` is its index in `items`, which has null there. */
export type BadItem = { at: number; line: number; code: string; message: string }

/**
 * Writes results behind `offset`, and cuts off what is there: a lost attempt may have written some of them. Without it the file begins
 * anew. `rows` are results with the indexes of their items. `columns` are those that the header has. `reads`: the file that the items
 * come from. `is_settled`: results are `{ ok, value }` or `{ ok, error }`.
 */
export type ResultsRequest = {
  path: string
  format: FileFormat
  offset?: number
  rows: [index: number, result: JsonValue][]
  columns?: string[]
  reads?: string
  is_settled?: true
}

/** `offset`: the size of the file now. */
export type ResultsWritten = { offset: number; columns?: string[] }
