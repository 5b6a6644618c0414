import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import type { Actor } from '../../../core/actor.ts'
import { Cancelled } from '../../../core/cancelled.ts'
import { Fault } from '../../../core/fault.ts'
import type { ReadJsonOptions } from '../../../core/finite-json.ts'
import { type JsonValue, ownValue } from '../../../core/json.ts'
import { formatSize } from '../../../core/size.ts'
import { defineTool } from '../define-tool.ts'
import { parseForeignJson } from '../parse-foreign-json.ts'
import type { ToolOptions } from '../tool-options.ts'
import { toFileFault } from './file-fault.ts'
import { type FileRoots, locate } from './file-roots.ts'
import { FILES_READ } from './files-description.ts'
import { openRegularFile } from './open-file.ts'

const MAX_BYTES = 5 * 1024 ** 2
const PIECE_BYTES = 262_144

type ReadAs = 'text' | 'json' | 'base64' | 'blob'
type ReadInput = { path: string; as?: ReadAs; numbers?: ReadJsonOptions['numbers']; max_bytes?: number }
type ReadOutput = { path: string; size: number; content: JsonValue }

export const createReadTool = ({ files }: ToolOptions): Actor => {
  const roots: FileRoots = { roots: files.read, protected: files.protected, access: 'read' }
  return defineTool(FILES_READ, async (input: ReadInput, { signal, blob }): Promise<ReadOutput> => {
    const { path, as = 'text', numbers, max_bytes: maxBytes = MAX_BYTES } = input
    try {
      const place = await locate(path, roots)
      const handle = await openRegularFile(place, { flags: constants.O_RDONLY, roots })
      const bytes = await readAll(handle, { path, maxBytes, signal }).finally(() => handle.close())
      const content =
        as === 'blob'
          ? await blob({ bytes, media_type: guessMediaType(path), name: basename(path) })
          : await toContent(bytes, { path, as, numbers, signal })
      return { path, size: bytes.length, content }
    } catch (error) {
      throw toFileFault(error, path)
    }
  })
}

/** Counts the bytes as they are read. The size of the file may grow meanwhile, and some files report 0. */
const readAll = async (
  handle: FileHandle,
  { path, maxBytes, signal }: { path: string; maxBytes: number; signal: AbortSignal },
): Promise<Buffer> => {
  const pieces: Buffer[] = []
  let size = 0
  const first = Math.min((await handle.stat()).size + 1, maxBytes + 1)
  for (let length = first; ; length = Math.min(PIECE_BYTES, maxBytes + 1 - size)) {
    if (signal.aborted) throw new Cancelled()
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, null)
    if (bytesRead === 0) return Buffer.concat(pieces)
    pieces.push(buffer.subarray(0, bytesRead))
    size += bytesRead
    if (size > maxBytes)
      throw new Fault('too_large', `'${path}' is too large: expected at most ${formatSize(maxBytes)}`, {
        details: { path, max_bytes: maxBytes },
      })
  }
}

interface ContentOptions extends ReadJsonOptions {
  path: string
  as: Exclude<ReadAs, 'blob'>
  signal: AbortSignal
}

const toContent = async (bytes: Buffer, { path, as, numbers, signal }: ContentOptions): Promise<JsonValue> => {
  if (as === 'base64') return bytes.toString('base64')
  const text = decodeUtf8(bytes, path)
  return as === 'json' ? parseForeignJson(text, { subject: path, numbers, signal }) : text
}

/** Drops a byte order mark. */
const decodeUtf8 = (bytes: Buffer, path: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    const message = `'${path}' is not UTF-8 text\nsave it as UTF-8, or read it with as: base64 or as: blob`
    throw new Fault('invalid_input', message, { details: { path }, cause })
  }
}

/** Types that models and web pages take: https://www.iana.org/assignments/media-types */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.avif': 'image/avif',
  '.bmp': 'image/bmp',
  '.csv': 'text/csv',
  '.gif': 'image/gif',
  '.heic': 'image/heic',
  '.html': 'text/html',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.json': 'application/json',
  '.md': 'text/markdown',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
  '.txt': 'text/plain',
  '.wav': 'audio/wav',
  '.webp': 'image/webp',
  '.zip': 'application/zip',
}

/** Guesses by the ending of a file's name. Default: bytes of any kind. */
const guessMediaType = (path: string): string =>
  ownValue(MEDIA_TYPES, extname(path).toLowerCase()) ?? 'application/octet-stream'
