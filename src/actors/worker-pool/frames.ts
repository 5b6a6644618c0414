/**
 * Messages over a pipe: a head of JSON and a body of bytes, each behind its length. A body of 16 MB is neither quoted nor copied twice,
 * as it would be inside JSON.
 */
import type { Writable } from 'node:stream'
import { Defect } from '../../core/defect.ts'
import type { JsonObject } from '../../core/json.ts'

export interface Frame {
  head: JsonObject
  body: Buffer
}

/** Two lengths of four bytes. */
const PREFIX_BYTES = 8

/** Bodies are bounded by the tasks. A longer one is a broken stream. */
const MOST_BYTES = 512 * 1024 ** 2

export const writeFrame = (stream: Writable, head: JsonObject, body: Uint8Array): void => {
  const headBytes = Buffer.from(JSON.stringify(head))
  const prefix = Buffer.alloc(PREFIX_BYTES)
  prefix.writeUInt32BE(headBytes.length, 0)
  prefix.writeUInt32BE(body.length, 4)
  stream.cork()
  for (const part of [prefix, headBytes, body]) if (part.length > 0) stream.write(part)
  stream.uncork()
}

/** Puts frames together from pieces of any length. Pieces are joined once, when a frame is complete. */
export class FrameReader {
  #pieces: Buffer[] = []
  #length = 0
  /** Bytes of the frame that is being read; before its lengths are known, those of the prefix. */
  #needed = PREFIX_BYTES

  /** Returns the frames that the piece completes. @throws Defect for lengths that no frame has */
  push(piece: Buffer): Frame[] {
    this.#pieces.push(piece)
    this.#length += piece.length
    const frames: Frame[] = []
    while (this.#length >= this.#needed) {
      const bytes = this.#join()
      const bodyAt = PREFIX_BYTES + bytes.readUInt32BE(0)
      const end = bodyAt + bytes.readUInt32BE(4)
      if (end > MOST_BYTES) throw new Defect('the stream of a worker is broken: expected a frame')
      this.#needed = end
      if (bytes.length < end) break
      frames.push({ head: JSON.parse(bytes.toString('utf8', PREFIX_BYTES, bodyAt)), body: bytes.subarray(bodyAt, end) })
      this.#keep(bytes.subarray(end))
      this.#needed = PREFIX_BYTES
    }
    return frames
  }

  #join(): Buffer {
    const [only, second] = this.#pieces
    const bytes = only !== undefined && second === undefined ? only : Buffer.concat(this.#pieces)
    this.#keep(bytes)
    return bytes
  }

  #keep(bytes: Buffer): void {
    this.#pieces = [bytes]
    this.#length = bytes.length
  }
}
