/** Decodes the bytes of a file. A file that is not UTF-8 text never becomes a `Source` with content. */
import { Diagnostics } from '../diagnostic.ts'
import { createSource, type Source } from '../source.ts'
import { MAX_SOURCE_BYTES, reportExcess } from './scan.ts'

export interface DecodedSource {
  source: Source
  /** Has errors if the bytes are not text; the source is then empty, or ends before the first wrong byte. */
  diagnostics: Diagnostics
}

/** Decodes UTF-8 with or without a byte order mark; reports UTF-16, other encodings and files over 256 KiB. */
export const decodeSource = (file: string, bytes: Uint8Array): DecodedSource => {
  if (bytes.length > MAX_SOURCE_BYTES) {
    const diagnostics = new Diagnostics(createSource(file, ''))
    reportExcess(diagnostics, 0, `has ${bytes.length} bytes: expected at most ${MAX_SOURCE_BYTES} (256 KiB)`)
    return { source: diagnostics.source, diagnostics }
  }
  const utf16 = findUtf16(bytes)
  if (utf16 !== undefined) return reject(file, '', `the file is encoded in ${utf16}: expected UTF-8`)
  const length = countValidBytes(bytes)
  const text = new TextDecoder().decode(bytes.subarray(0, length))
  if (length === bytes.length) {
    const source = createSource(file, text)
    return { source, diagnostics: new Diagnostics(source) }
  }
  const byte = `0x${(bytes[length] ?? 0).toString(16).padStart(2, '0')}`
  return reject(file, text, `the file is not UTF-8: byte ${length + 1} is ${byte}, which can't stand there`)
}

const reject = (file: string, text: string, message: string): DecodedSource => {
  const diagnostics = new Diagnostics(createSource(file, text))
  diagnostics.error('not_utf8', { start: text.length, end: text.length }, message, 'save the file as UTF-8')
  return { source: diagnostics.source, diagnostics }
}

/** Detects UTF-16 by its byte order mark, or without one by the NUL bytes beside ASCII letters. */
const findUtf16 = (bytes: Uint8Array): string | undefined => {
  const [first, second, third, fourth] = bytes
  if (first === 0xff && second === 0xfe) return 'UTF-16 (little endian)'
  if (first === 0xfe && second === 0xff) return 'UTF-16 (big endian)'
  if (first !== 0 && second === 0 && third !== 0 && fourth === 0) return 'UTF-16 (little endian)'
  if (first === 0 && second !== 0 && third === 0 && fourth !== 0) return 'UTF-16 (big endian)'
  return undefined
}

/** The longest valid UTF-8 prefix, found by bisection, since only the decoder can tell. */
const countValidBytes = (bytes: Uint8Array): number => {
  if (isUtf8(bytes, false)) return bytes.length
  let valid = 0
  let invalid = bytes.length
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1
    if (isUtf8(bytes.subarray(0, middle), true)) valid = middle
    else invalid = middle
  }
  return wholeCharacters(bytes, valid)
}

const isUtf8 = (bytes: Uint8Array, mayEndEarly: boolean): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: mayEndEarly })
    return true
  } catch {
    return false
  }
}

/** `length` without the bytes of an incomplete last character. */
const wholeCharacters = (bytes: Uint8Array, length: number): number => {
  let end = length
  while (end > 0 && !isUtf8(bytes.subarray(0, end), false)) end--
  return end
}
