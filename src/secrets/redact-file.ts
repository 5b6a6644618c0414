import { isUtf8 } from 'node:buffer'
import { StringDecoder } from 'node:string_decoder'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { startSlice } from '../core/slice.ts'
import type { TextRedactor } from './secret-pattern.ts'

/** Bytes between two looks at the clock: a millisecond or two of searching. */
const PIECE_BYTES = 131_072

/** Redacts the bytes of a file in slices. Returns `bytes` itself when it holds no secret. */
export const redactFile = async (bytes: Uint8Array, text: TextRedactor): Promise<Uint8Array> => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1'
  const decoder = new StringDecoder(encoding)
  const told: Buffer[] = []
  let goesOn = startSlice()
  for (let at = 0; at < buffer.length; at += PIECE_BYTES) {
    told.push(Buffer.from(text.push(decoder.write(buffer.subarray(at, at + PIECE_BYTES))), encoding))
    if (goesOn()) continue
    await nextTurn()
    goesOn = startSlice()
  }
  told.push(Buffer.from(text.push(decoder.end()) + text.end(), encoding))
  return holdsSame(told, buffer) ? bytes : Buffer.concat(told)
}

/** True when the parts together are the whole. */
const holdsSame = (parts: readonly Buffer[], whole: Buffer): boolean => {
  let at = 0
  for (const part of parts) {
    const end = at + part.length
    if (end > whole.length || whole.compare(part, 0, part.length, at, end) !== 0) return false
    at = end
  }
  return at === whole.length
}
