/** Reads one page of the items of a foreach from a file. It keeps nothing: the request says where the page before it ended. */
import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { Actor } from '../../../core/actor.ts'
import { Cancelled } from '../../../core/cancelled.ts'
import { Fault, isFault } from '../../../core/fault.ts'
import {
  type BadItem,
  FILE_FORMATS,
  type FileFormat,
  type FilePosition,
  type ItemPage,
  type PageRequest,
  READ_ITEMS,
} from '../../../core/item-file.ts'
import type { JsonValue } from '../../../core/json.ts'
import { closedObject } from '../../../core/json-schema.ts'
import { formatLimit, LIMITS } from '../../../core/limits.ts'
import { findColumnProblem, parseCsv, toColumns, toRow } from '../csv-parse/csv.ts'
import { defineTool } from '../define-tool.ts'
import { parseJson } from '../parse-json.ts'
import type { ToolOptions } from '../tool-options.ts'
import { toFileFault } from './file-fault.ts'
import { type FileRoots, locate } from './file-roots.ts'
import { openRegularFile } from './open-file.ts'
import { type FileRecord, RecordReader } from './record-reader.ts'

const PAGE_ITEMS = 100
const PAGE_BYTES = 256 * 1024
const PIECE_BYTES = 64 * 1024

const DESCRIPTION = {
  name: READ_ITEMS,
  description: 'Reads a page of the items of a foreach.',
  writes: false,
  input: closedObject(
    { path: { type: 'string', minLength: 1 }, format: { enum: [...FILE_FORMATS] }, from: { type: 'object' } },
    ['path', 'format'],
  ),
  output: { type: 'object' },
} as const

export const createItemReader = ({ files }: ToolOptions): Actor => {
  const roots: FileRoots = { roots: files.read, protected: files.protected, access: 'read' }
  return defineTool(DESCRIPTION, async (request: PageRequest, { signal }): Promise<ItemPage> => {
    const { path } = request
    try {
      const place = await locate(path, roots)
      const handle = await openRegularFile(place, { flags: constants.O_RDONLY, roots })
      try {
        return await readPage(handle, { request, signal })
      } finally {
        await handle.close()
      }
    } catch (error) {
      throw toFileFault(error, path)
    }
  })
}

interface Reading {
  request: PageRequest
  signal: AbortSignal
}

const readPage = async (handle: FileHandle, { request, signal }: Reading): Promise<ItemPage> => {
  const { path, format, from } = request
  const stamp = await expectUnchanged(handle, { path, before: from })
  const { offset = 0, line = 1 } = from ?? {}
  const reader = new RecordReader({
    format,
    offset,
    line,
    async read(position) {
      if (signal.aborted) throw new Cancelled()
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(PIECE_BYTES), 0, PIECE_BYTES, position)
      return buffer.subarray(0, bytesRead)
    },
  })
  const columns = format === 'csv' ? (from?.columns ?? (await readHeader(reader, path))) : undefined
  const page = await readItems(reader, { path, format, columns, end: offset + PAGE_BYTES })
  const isLast = await reader.isAtEnd()
  await expectUnchanged(handle, { path, before: stamp })
  return isLast ? page : { ...page, next: { ...reader.position, ...stamp, ...(columns && { columns }) } }
}

type Stamp = Pick<FilePosition, 'size' | 'modified'>

/** @throws Fault `conflict` if the file is another one than before */
const expectUnchanged = async (
  handle: FileHandle,
  { path, before }: { path: string; before: Stamp | undefined },
): Promise<Stamp> => {
  const { size, mtimeMs: modified } = await handle.stat()
  if (before === undefined || (before.size === size && before.modified === modified)) return { size, modified }
  const was = describeStamp(before)
  throw new Fault(
    'conflict',
    `'${path}' has changed while its items were read: expected ${was}, got ${describeStamp({ size, modified })}\nbegin the run anew, and let nothing write to the file meanwhile`,
    { details: { path } },
  )
}

const describeStamp = ({ size, modified }: Stamp): string => `${size} bytes of ${new Date(modified).toISOString()}`

interface Items {
  path: string
  format: FileFormat
  columns: readonly string[] | undefined
  /** Byte at which the page ends, with the record that stands there. */
  end: number
}

const readItems = async (reader: RecordReader, { end, ...given }: Items): Promise<ItemPage> => {
  const items: JsonValue[] = []
  const bad: BadItem[] = []
  while (items.length < PAGE_ITEMS && reader.position.offset < end) {
    const record = await reader.next()
    if (record === undefined) break
    const at = items.length
    try {
      const item = readItem(record, given)
      if (item !== undefined) items.push(item)
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown
      if (thrown instanceof MalformedRow) reader.rewind(record)
      items.push(null)
      bad.push({ at, line: record.line, code: thrown.code, message: thrown.message })
    }
  }
  return { items, ...(bad.length === 0 ? {} : { bad }) }
}

/** The row ends nowhere: further lines may stand in it. */
class MalformedRow extends Fault {}

type Given = Pick<Items, 'path' | 'format' | 'columns'>

/** The item of a record; undefined for a blank line. @throws Fault of the item */
const readItem = ({ bytes, line }: FileRecord, { path, columns }: Given): JsonValue | undefined => {
  const subject = `${path}:${line}`
  if (bytes === undefined) {
    const message = `'${subject}' is too long: expected at most ${formatLimit(LIMITS.line.most, LIMITS.line)} a line`
    throw new Fault('too_large', message)
  }
  const text = decode(bytes, subject)
  if (columns === undefined) return text.trim() === '' ? undefined : parseLine(text, subject)
  const [row] = parseRow(text, subject)
  if (row === undefined) return undefined
  const { length } = row.cells
  if (length === columns.length)
    return toRow(
      columns,
      row.cells.map((cell) => cell.text),
    )
  const counts = `expected ${columns.length}, got ${length}`
  throw new Fault('invalid_input', `'${subject}' has another number of cells than the header: ${counts}`)
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const decode = (bytes: Buffer, subject: string): string => {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new Fault('invalid_input', `'${subject}' is not UTF-8 text`, { cause })
  }
}

const parseLine = (text: string, subject: string): JsonValue => {
  try {
    return parseJson(text, subject)
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown
    // The second line is a hint for tools with a choice of numbers.
    const [message = ''] = thrown.message.split('\n')
    throw new Fault(thrown.code === 'invalid_output' ? 'invalid_input' : thrown.code, message, { cause: thrown })
  }
}

const parseRow = (text: string, subject: string): ReturnType<typeof parseCsv> => {
  try {
    return parseCsv(text, ',')
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown
    const [message = ''] = thrown.message.replace(/^line \d+: /, '').split('\n')
    throw new MalformedRow('invalid_input', `'${subject}': ${message}`, { cause: thrown })
  }
}

/** @throws Fault `invalid_input` for a header that names no columns */
const readHeader = async (reader: RecordReader, path: string): Promise<string[]> => {
  for (let record = await reader.next(); record !== undefined; record = await reader.next()) {
    const subject = `${path}:${record.line}`
    if (record.bytes === undefined) throw new Fault('too_large', `the header in '${subject}' is too long`)
    const [row] = parseRow(decode(record.bytes, subject), subject)
    if (row === undefined) continue
    const columns = toColumns(row)
    const problem = findColumnProblem(columns)
    if (problem === undefined) return columns
    const message = `the header in '${subject}': ${problem}\nthe first row of a CSV file names its columns`
    throw new Fault('invalid_input', message, { details: { path, line: record.line } })
  }
  return []
}
