/**
 * Writes a batch of the results of a foreach to a file. It keeps nothing: the request says how much of the file is recorded.
 *
 * A batch may be written again after a crash: the file is cut to its recorded size first, so that each result is in it once.
 */
import { constants } from 'node:fs'
import { type FileHandle, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Actor } from '../../../core/actor.ts'
import { Cancelled } from '../../../core/cancelled.ts'
import { Fault } from '../../../core/fault.ts'
import { FILE_FORMATS, type ResultsRequest, type ResultsWritten, WRITE_RESULTS } from '../../../core/item-file.ts'
import { isJsonObject, type JsonObject, type JsonValue, ownValue } from '../../../core/json.ts'
import { closedObject } from '../../../core/json-schema.ts'
import { defineTool } from '../define-tool.ts'
import type { ToolOptions } from '../tool-options.ts'
import { toFileFault } from './file-fault.ts'
import { type FilePlace, type FileRoots, locate } from './file-roots.ts'
import { openRegularFile } from './open-file.ts'

const DESCRIPTION = {
  name: WRITE_RESULTS,
  description: 'Writes a batch of the results of a foreach.',
  writes: true,
  input: closedObject(
    {
      path: { type: 'string', minLength: 1 },
      format: { enum: [...FILE_FORMATS] },
      offset: { type: 'integer', minimum: 0 },
      rows: { type: 'array' },
      columns: { type: 'array' },
      reads: { type: 'string' },
      is_settled: { enum: [true] },
    },
    ['path', 'format', 'rows'],
  ),
  output: { type: 'object' },
} as const

export const createResultWriter = ({ files }: ToolOptions): Actor => {
  const roots: FileRoots = { roots: files.write, protected: files.protected, access: 'written' }
  const readRoots: FileRoots = { roots: files.read, protected: files.protected, access: 'read' }
  return defineTool(DESCRIPTION, async (request: ResultsRequest, { signal }): Promise<ResultsWritten> => {
    const { path, reads } = request
    const { text, ...columns } = toText(request)
    try {
      const place = await locate(path, roots)
      if (reads !== undefined) expectOther(place, await locate(reads, readRoots))
      await mkdir(dirname(place.real), { recursive: true })
      if (signal.aborted) throw new Cancelled()
      const handle = await openRegularFile(place, { flags: constants.O_WRONLY | constants.O_CREAT, roots })
      try {
        return { offset: await writeBehind(handle, { request, bytes: Buffer.from(text) }), ...columns }
      } finally {
        await handle.close()
      }
    } catch (error) {
      throw toFileFault(error, path)
    }
  })
}

/** Returns the size of the file. @throws Fault `conflict` if it is smaller than what is recorded */
const writeBehind = async (
  handle: FileHandle,
  { request: { path, offset = 0 }, bytes }: { request: ResultsRequest; bytes: Buffer },
): Promise<number> => {
  const { size } = await handle.stat()
  if (size < offset)
    throw new Fault(
      'conflict',
      `'${path}' has changed while results were written to it: expected at least ${offset} bytes, got ${size}\nbegin the run anew, and let nothing else write to the file`,
      { details: { path } },
    )
  await handle.truncate(offset)
  for (let done = 0; done < bytes.length; )
    done += (await handle.write(bytes, done, bytes.length - done, offset + done)).bytesWritten
  // The row of the journal says that these results are in the file: they must survive a power cut, as the row does.
  await handle.datasync()
  return offset + bytes.length
}

const expectOther = ({ given, real }: FilePlace, reads: FilePlace): void => {
  if (real !== reads.real) return
  const message = `'results_to' names the file that the items come from: expected another file, got '${given}'`
  throw new Fault('invalid_input', message, { details: { path: given } })
}

const toText = (request: ResultsRequest): { text: string; columns?: string[] } => {
  const { format, rows } = request
  if (format === 'csv') return toCsv(request)
  return { text: rows.map(([, result]) => `${JSON.stringify(result)}\n`).join('') }
}

/** Columns of results that are `{ ok, value }` or `{ ok, error }`. */
const SETTLED_COLUMNS = ['ok', 'value', 'error']

/** Columns are the fields of the first result. */
const toCsv = (request: ResultsRequest): { text: string; columns?: string[] } => {
  const { rows, path, is_settled: isSettled } = request
  const [first] = rows
  if (first === undefined) return { text: '' }
  const columns = request.columns ?? (isSettled ? SETTLED_COLUMNS : Object.keys(toRow(first, path)))
  const header = request.columns === undefined ? [toLine(columns)] : []
  const lines = rows.map((row) => {
    const fields = toRow(row, path)
    expectKnown(fields, { columns, index: row[0], path })
    return toLine(columns.map((name) => ownValue(fields, name) ?? null))
  })
  return { text: [...header, ...lines].join(''), columns }
}

const toRow = ([index, result]: ResultsRequest['rows'][number], path: string): JsonObject => {
  if (isJsonObject(result) && Object.keys(result).length > 0) return result
  const got = JSON.stringify(result).slice(0, LONGEST_SHOWN)
  throw new Fault(
    'invalid_input',
    `the result of item ${index} makes no row of '${path}': expected an object with fields, got ${got}\ngive one with yields: "{'name': …}", or write to a file that ends with .jsonl`,
    { details: { path, index } },
  )
}

const LONGEST_SHOWN = 80

const expectKnown = (
  fields: JsonObject,
  { columns, index, path }: { columns: readonly string[]; index: number; path: string },
): void => {
  const unknown = Object.keys(fields).find((name) => !columns.includes(name))
  if (unknown === undefined) return
  throw new Fault(
    'invalid_input',
    `the result of item ${index} has the field '${unknown}', which '${path}' has no column for: expected ${columns.join(', ')}\nthe first result names the columns; with yields all results have the same fields`,
    { details: { path, index } },
  )
}

const toLine = (cells: readonly JsonValue[]): string => `${cells.map(toCell).join(',')}\n`

const toCell = (value: JsonValue): string => {
  if (value === null) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text === '' || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
