/** Rows of CSV text, as `csv.parse` gives them. */
import { losesDigits } from '../../../core/exact-number.ts'
import { Fault } from '../../../core/fault.ts'
import type { JsonValue } from '../../../core/json.ts'
import { type CsvCell, type CsvRecord, findColumnProblem, parseCsv, toColumns, toRow } from './csv.ts'

export interface CsvForm {
  delimiter: string
  /** True: the first row names the columns. */
  header: boolean
  /** True: cells without quotes may be numbers, true, false and null. */
  types: boolean
}

export type CsvRows = { rows: JsonValue[]; columns: string[] }

/** Matches numbers as JSON writes them, so that `007` and `1_000` stay text. A number that would lose digits, most often an id, stays text too. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

/** @throws Fault `invalid_input` for a wrong quote, a row of another width, or a column without a name of its own */
export const readRows = (text: string, { delimiter, header, types }: CsvForm): CsvRows => {
  const records = parseCsv(text, delimiter)
  assertEven(records)
  const toValue = types ? toTyped : toText
  if (!header) return { rows: records.map(({ cells }) => cells.map(toValue)), columns: [] }
  const columns = readColumns(records[0])
  return { rows: records.slice(1).map(({ cells }) => toRow(columns, cells.map(toValue))), columns }
}

const toText = ({ text }: CsvCell): JsonValue => text

const toTyped = ({ text, quoted }: CsvCell): JsonValue => {
  if (quoted) return text
  if (text === '') return null
  if (text === 'true' || text === 'false') return text === 'true'
  return NUMBER.test(text) && !losesDigits(text) && Number.isFinite(Number(text)) ? Number(text) : text
}

const assertEven = (records: CsvRecord[]): void => {
  const width = records[0]?.cells.length ?? 0
  const ragged = records.find(({ cells }) => cells.length !== width)
  if (ragged === undefined) return
  throw new Fault(
    'invalid_input',
    `line ${ragged.line}: the row has another number of cells than the first: expected ${width}, got ${ragged.cells.length}`,
    { details: { line: ragged.line } },
  )
}

const readColumns = (first: CsvRecord | undefined): string[] => {
  const names = first === undefined ? [] : toColumns(first)
  const problem = findColumnProblem(names)
  if (problem === undefined) return names
  throw new Fault('invalid_input', `line ${first?.line ?? 1}: ${problem}\nwith header: false rows are lists of cells`, {
    details: { line: first?.line ?? 1 },
  })
}
