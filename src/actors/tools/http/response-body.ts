/** Reads a response's bytes: decoded, counted as they come, and never more than the limit. */
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { pipeline, type Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, type Zlib } from 'node:zlib'
import { Fault } from '../../../core/fault.ts'
import { formatSize } from '../../../core/size.ts'

/** The part of a refusal's body that is read, as a message needs the first lines alone. */
const FAULT_BODY_BYTES = 16_384

/**
 * Decodes the body by its Content-Encoding. With `cut` it returns the first 16 KB, and no fault.
 * @throws Fault `too_large` above `maxBytes`, `tool_failed` for an encoding that can't be decoded
 */
export const readBody = async (
  response: IncomingMessage,
  { maxBytes, cut }: { maxBytes: number; cut: boolean },
): Promise<Buffer> => {
  const limit = cut ? FAULT_BODY_BYTES : maxBytes
  if (!cut && Number(response.headers['content-length']) > limit) throw tooLarge(response, limit)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of await decode(response)) {
    chunks.push(chunk)
    size += chunk.length
    if (size <= limit) continue
    if (cut) break
    throw tooLarge(response, limit)
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
}

const tooLarge = (response: IncomingMessage, limit: number): Fault => {
  response.destroy()
  return new Fault('too_large', `the answer is larger than ${formatSize(limit)}`, { details: { max_bytes: limit } })
}

const decode = async (response: IncomingMessage): Promise<Readable> => {
  const encoding = (response.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding === 'identity' || encoding === '' || hasNoBody(response)) return response
  const decoder = await createDecoder(encoding, response)
  // Errors and the end of either stream reach the reader of the last one.
  return pipeline(response, decoder, () => undefined)
}

const hasNoBody = ({ statusCode, headers, req }: IncomingMessage & { req?: { method?: string } }): boolean =>
  statusCode === 204 || statusCode === 304 || headers['content-length'] === '0' || req?.method === 'HEAD'

const createDecoder = async (
  encoding: string,
  response: IncomingMessage,
): Promise<Readable & Zlib & NodeJS.WritableStream> => {
  if (encoding === 'gzip' || encoding === 'x-gzip') return createGunzip()
  if (encoding === 'br') return createBrotliDecompress()
  if (encoding === 'deflate') return (await isZlibWrapped(response)) ? createInflate() : createInflateRaw()
  response.destroy()
  throw new Fault(
    'tool_failed',
    `the answer's Content-Encoding is unknown: expected gzip, deflate or br, got ${encoding}`,
  )
}

/** Servers send `deflate` with and without the zlib header, whose low four bits are 8 (RFC 1950). */
const isZlibWrapped = async (response: IncomingMessage): Promise<boolean> => {
  await once(response, 'readable')
  const first: Buffer | null = response.read()
  if (first === null) return true
  response.unshift(first)
  return ((first[0] ?? 0) & 0x0f) === 8
}
