/** Reads a response's bytes: decoded, counted as they come, and never more than the limit. */
import type { IncomingMessage } from 'node:http'
import { finished, pipeline, Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, type Zlib } from 'node:zlib'
import { Fault } from '../../../core/fault.ts'
import { formatSize } from '../../../core/size.ts'

/** The part of a refusal's body that is read, as a message needs the first lines alone. */
const FAULT_BODY_BYTES = 16_384

export interface BodyOptions {
  maxBytes: number
  /** True: the first 16 KB will do. */
  cut: boolean
  /** Called for each piece that arrives. */
  onPiece(): void
}

/**
 * Decodes the body by its Content-Encoding. With `cut` it returns the first 16 KB, and no fault.
 * @throws Fault `too_large` above `maxBytes`, `tool_failed` for an encoding that can't be decoded
 */
export const readBody = async (response: IncomingMessage, { maxBytes, cut, onPiece }: BodyOptions): Promise<Buffer> => {
  const limit = cut ? FAULT_BODY_BYTES : maxBytes
  if (!cut && Number(response.headers['content-length']) > limit) throw tooLarge(response, limit)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of await decode(response)) {
    onPiece()
    chunks.push(chunk)
    size += chunk.length
    if (size <= limit) continue
    if (cut) break
    throw tooLarge(response, limit)
  }
  // A connection that closes ends a body without a length, also where this process closed it.
  if (size <= limit && !response.complete) throw new Error('the connection closed within the body')
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
}

const tooLarge = (response: IncomingMessage, limit: number): Fault => {
  response.destroy()
  return new Fault('too_large', `the answer is larger than ${formatSize(limit)}`, { details: { max_bytes: limit } })
}

const decode = async (response: IncomingMessage): Promise<AsyncIterable<Buffer>> => {
  const encoding = (response.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding === 'identity' || encoding === '' || hasNoBody(response)) return response
  const first = await peek(response)
  // An empty body is no compressed one, whatever its header says. Decoders refuse it.
  if (first === undefined) return Readable.from([])
  // Errors and the end of either stream reach the reader of the last one.
  return pipeline(response, createDecoder(encoding, { first, response }), () => undefined)
}

const hasNoBody = ({ statusCode, headers, req }: IncomingMessage & { req?: { method?: string } }): boolean =>
  statusCode === 204 || statusCode === 304 || headers['content-length'] === '0' || req?.method === 'HEAD'

const createDecoder = (
  encoding: string,
  { first, response }: { first: Buffer; response: IncomingMessage },
): Readable & Zlib & NodeJS.WritableStream => {
  if (encoding === 'gzip' || encoding === 'x-gzip') return createGunzip()
  if (encoding === 'br') return createBrotliDecompress()
  if (encoding === 'deflate') return isZlibWrapped(first) ? createInflate() : createInflateRaw()
  response.destroy()
  throw new Fault(
    'tool_failed',
    `the answer's Content-Encoding is unknown: expected gzip, deflate or br, got ${encoding}`,
  )
}

/** Servers send `deflate` with and without the zlib header, whose low four bits are 8 (RFC 1950). */
const isZlibWrapped = (first: Buffer): boolean => ((first[0] ?? 0) & 0x0f) === 8

/** Waits for the first bytes, and leaves them in the stream. Undefined for a body that ends without any; rejects with the error of the stream. */
const peek = (response: IncomingMessage): Promise<Buffer | undefined> =>
  new Promise((resolve, reject) => {
    const look = (): void => {
      const first: Buffer | null = response.read()
      if (first === null) return
      forget()
      response.off('readable', look)
      response.unshift(first)
      resolve(first)
    }
    const forget = finished(response, (error) => {
      response.off('readable', look)
      if (error) reject(error)
      else resolve(undefined)
    })
    response.on('readable', look)
  })
