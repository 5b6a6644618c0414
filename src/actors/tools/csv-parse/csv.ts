/**
 * Reads CSV by RFC 4180 in one pass: quoted cells may hold delimiters, line breaks and doubled quotes; lines end with LF, CRLF or CR. A
 * byte order mark and empty lines are dropped.
 */
import { Fault } from '../../../core/fault.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'

export interface CsvCell {
  text: string
  quoted: boolean
}

export interface CsvRecord {
  /** The line of its first cell, from 1. */
  line: number
  cells: CsvCell[]
}

/** @throws Fault `invalid_input` for a quote that is not closed, or text beside a quoted cell. */
export const parseCsv = (text: string, delimiter: string): CsvRecord[] => {
  const reader: Reader = { text, delimiter, at: text.startsWith('\uFEFF') ? 1 : 0, line: 1 }
  const records: CsvRecord[] = []
  while (reader.at < text.length) {
    const record = readRecord(reader)
    if (!isBlank(record)) records.push(record)
  }
  return records
}

/** Names of the columns, by the first row. */
export const toColumns = ({ cells }: CsvRecord): string[] => cells.map(({ text }) => text.trim())

/** A column without a name, or with that of another one; undefined: there is none. */
export const findColumnProblem = (columns: readonly string[]): string | undefined => {
  const seen = new Set(['']) // a set grows by one with each other name
  const wrong = columns.findIndex((name, index) => seen.add(name).size !== index + 2)
  if (wrong === -1) return undefined
  return columns[wrong] === '' ? `column ${wrong + 1} has no name` : `'${columns[wrong]}' names two columns`
}

/** The cells by the names of their columns. */
export const toRow = (columns: readonly string[], values: readonly JsonValue[]): JsonObject =>
  Object.fromEntries(columns.map((column, index) => [column, values[index] ?? null]))

const isBlank = ({ cells: [first, second] }: CsvRecord): boolean =>
  second === undefined && first?.text === '' && !first.quoted

interface Reader {
  text: string
  delimiter: string
  at: number
  line: number
}

const readRecord = (reader: Reader): CsvRecord => {
  const record: CsvRecord = { line: reader.line, cells: [] }
  for (;;) {
    record.cells.push(reader.text[reader.at] === '"' ? readQuoted(reader) : readPlain(reader))
    if (reader.text[reader.at] !== reader.delimiter) break
    reader.at++
  }
  if (reader.text[reader.at] === '\r') reader.at++
  if (reader.text[reader.at] === '\n') reader.at++
  reader.line++
  return record
}

const readPlain = (reader: Reader): CsvCell => {
  const { text, delimiter, at: start } = reader
  let at = start
  for (; at < text.length; at++) {
    const character = text[at]
    if (character === delimiter || character === '\n' || character === '\r') break
  }
  reader.at = at
  return { text: text.slice(start, at), quoted: false }
}

const readQuoted = (reader: Reader): CsvCell => {
  const { text, delimiter, line } = reader
  let cell = ''
  for (let start = reader.at + 1; ; ) {
    const close = text.indexOf('"', start)
    if (close === -1)
      throw new Fault('invalid_input', `line ${line}: a quote is opened and not closed`, { details: { line } })
    const piece = text.slice(start, close)
    reader.line += countLineBreaks(piece)
    cell += piece
    reader.at = close + 1
    if (text[close + 1] !== '"') break
    cell += '"'
    start = close + 2
  }
  const next = text[reader.at]
  if (next !== undefined && next !== delimiter && next !== '\n' && next !== '\r')
    throw new Fault(
      'invalid_input',
      `line ${reader.line}: text follows a closing quote: expected ${JSON.stringify(delimiter)} or the end of the line, got ${JSON.stringify(next)}\na quote inside a quoted cell is written twice`,
      { details: { line: reader.line } },
    )
  return { text: cell, quoted: true }
}

const countLineBreaks = (text: string): number => text.match(/\r\n|\n|\r/g)?.length ?? 0
