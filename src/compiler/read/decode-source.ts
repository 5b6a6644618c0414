/** Decodes the bytes of a file. A file that is not UTF-8 text never becomes a `Source` with content. */
import { isUtf8 } from 'node:buffer'
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

/** Length of the longest valid UTF-8 prefix: behind it, the bytes are not those that decoding and encoding again give. */
const countValidBytes = (bytes: Uint8Array): number => {
  if (isUtf8(bytes)) return bytes.length
  const again = new TextEncoder().encode(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))
  let end = again.findIndex((byte, index) => byte !== bytes[index])
  // Back to the beginning of the character that replaces the wrong bytes, some of which may be those of the wrong ones.
  while (((again[end] ?? 0) & 0xc0) === 0x80) end--
  return end
}
