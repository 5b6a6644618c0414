/**
 * Splits a file into records without loading it: lines of JSON, or rows of CSV, whose quoted cells may hold line breaks.
 *
 * 1. No more than one record of 1 MB and one piece of the file are in memory.
 * 2. A longer line is passed over, and told as a record without bytes.
 * 3. A quote that is not closed ends with its line, so that one stray quote does not swallow the rest of the file.
 */
import type { FileFormat } from '../../../core/item-file.ts'
import { LIMITS } from '../../../core/limits.ts'

const LF = 10
const CR = 13
const QUOTE = 34
const COMMA = 44
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

export interface FileRecord {
  /** Undefined: longer than 1 MB. */
  bytes: Buffer | undefined
  /** The line that it begins on, from 1. */
  line: number
}

export interface RecordReaderOptions {
  format: FileFormat
  /** Byte at which the first record begins, and its line. */
  offset: number
  line: number
  /** Reads the next piece of the file, which is empty at its end. */
  read(offset: number): Promise<Buffer>
}

/** End of a record, and begin of the next one. `more`: the record goes on behind these bytes. */
type Ending = { end: number; next: number } | 'more'

export class RecordReader {
  readonly #options: RecordReaderOptions
  /** Bytes of the file from `#base` on; those before `#at` are done with. */
  #bytes: Buffer = Buffer.alloc(0)
  #base: number
  #at = 0
  #line: number
  #isWhole = false
  /** Where the last record began. */
  #lastAt = 0

  constructor(options: RecordReaderOptions) {
    this.#options = options
    this.#base = options.offset
    this.#line = options.line
  }

  /** Byte at which the next record begins, and its line. */
  get position(): { offset: number; line: number } {
    return { offset: this.#base + this.#at, line: this.#line }
  }

  /** True when no byte is left, as far as the file has been read. */
  async isAtEnd(): Promise<boolean> {
    while (this.#at >= this.#bytes.length && !this.#isWhole) await this.#readOn()
    return this.#at >= this.#bytes.length
  }

  /** The next record; undefined at the end of the file. */
  async next(): Promise<FileRecord | undefined> {
    if (await this.isAtEnd()) return undefined
    if (this.position.offset === 0) await this.#passByteOrderMark()
    const { format } = this.#options
    for (;;) {
      const ending = FIND_END[format](this.#bytes, this.#at, this.#isWhole)
      const length = (ending === 'more' ? this.#bytes.length : ending.end) - this.#at
      if (length > LIMITS.line.most) return this.#takeLine()
      if (ending !== 'more') return this.#take(ending)
      await this.#readOn()
    }
  }

  /** Goes back to the second line of a malformed record of several lines, so that these are read by themselves. */
  rewind({ line }: FileRecord): void {
    if (this.#line - line < 2) return
    const first = FIND_LINE_END[this.#options.format](this.#bytes, this.#lastAt, true)
    if (first === 'more') return
    this.#at = first.next
    this.#line = line + 1
  }

  #take({ end, next }: Exclude<Ending, 'more'>): FileRecord {
    const record = { bytes: this.#bytes.subarray(this.#at, end), line: this.#line }
    this.#line += this.#options.format === 'csv' ? countLines(this.#bytes.subarray(this.#at, next)) : 1
    this.#lastAt = this.#at
    this.#at = next
    return record
  }

  /** Takes the first line of a record of more than 1 MB; a line as long as that is passed over piece by piece. */
  async #takeLine(): Promise<FileRecord> {
    const find = FIND_LINE_END[this.#options.format]
    for (let isLong = false; ; ) {
      const ending = find(this.#bytes, this.#at, this.#isWhole)
      if (ending !== 'more') {
        isLong ||= ending.end - this.#at > LIMITS.line.most
        const record = this.#take(ending)
        return isLong ? { ...record, bytes: undefined } : record
      }
      if (this.#bytes.length - this.#at > LIMITS.line.most) {
        isLong = true
        // The last byte stays: it may be the first half of a line break.
        this.#at = this.#bytes.length - 1
      }
      await this.#readOn()
    }
  }

  async #passByteOrderMark(): Promise<void> {
    while (this.#bytes.length < BYTE_ORDER_MARK.length && !this.#isWhole) await this.#readOn()
    if (this.#bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)) this.#at = BYTE_ORDER_MARK.length
  }

  /** Drops the bytes that are done with, and reads a further piece. */
  async #readOn(): Promise<void> {
    const piece = await this.#options.read(this.#base + this.#bytes.length)
    if (piece.length === 0) this.#isWhole = true
    const rest = this.#bytes.subarray(this.#at)
    this.#base += this.#at
    this.#at = 0
    this.#bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
  }
}

/** Finds the end of what begins at `start`. `isWhole`: the file ends behind these bytes. */
type FindEnd = (bytes: Buffer, start: number, isWhole: boolean) => Ending

const findLineFeed: FindEnd = (bytes, start, isWhole) => {
  const end = bytes.indexOf(LF, start)
  if (end !== -1) return { end, next: end + 1 }
  return isWhole ? { end: bytes.length, next: bytes.length } : 'more'
}

/** Lines end with LF, CRLF or CR. */
const findLineBreak: FindEnd = (bytes, start, isWhole) => {
  for (let at = start; at < bytes.length; at++) {
    const ending = isBreak(bytes[at]) ? endAt(bytes, at, isWhole) : undefined
    if (ending !== undefined) return ending
  }
  return isWhole ? { end: bytes.length, next: bytes.length } : 'more'
}

const findRowEnd: FindEnd = (bytes, start, isWhole) => {
  let isCellStart = true
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === QUOTE && isCellStart) {
      const close = findClosingQuote(bytes, at, isWhole)
      if (close === 'more') return 'more'
      if (close === 'none') return findLineBreak(bytes, start, true)
      at = close
      isCellStart = false
    } else if (isBreak(byte)) return endAt(bytes, at, isWhole)
    else isCellStart = byte === COMMA
  }
  return isWhole ? { end: bytes.length, next: bytes.length } : 'more'
}

const FIND_END: Record<FileFormat, FindEnd> = { csv: findRowEnd, jsonl: findLineFeed }
const FIND_LINE_END: Record<FileFormat, FindEnd> = { csv: findLineBreak, jsonl: findLineFeed }

const isBreak = (byte: number | undefined): boolean => byte === LF || byte === CR

const endAt: FindEnd = (bytes, at, isWhole) => {
  if (bytes[at] === LF) return { end: at, next: at + 1 }
  if (at + 1 === bytes.length && !isWhole) return 'more'
  return { end: at, next: bytes[at + 1] === LF ? at + 2 : at + 1 }
}

const findClosingQuote = (bytes: Buffer, open: number, isWhole: boolean): number | 'more' | 'none' => {
  for (let from = open + 1; ; ) {
    const close = bytes.indexOf(QUOTE, from)
    if (close === -1) return isWhole ? 'none' : 'more'
    if (close + 1 === bytes.length && !isWhole) return 'more'
    if (bytes[close + 1] !== QUOTE) return close
    from = close + 2
  }
}

/** Counts line breaks: LF, CRLF and CR alone; text behind the last one counts as a line. */
const countLines = (bytes: Buffer): number => {
  let lines = 0
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] !== LF)) lines++
  const last = bytes.at(-1)
  return last === LF || last === CR || bytes.length === 0 ? lines : lines + 1
}
