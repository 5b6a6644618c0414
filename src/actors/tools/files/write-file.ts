import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, link, lstat, mkdir, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Actor } from '../../../core/actor.ts'
import { Cancelled } from '../../../core/cancelled.ts'
import { Fault } from '../../../core/fault.ts'
import type { JsonValue } from '../../../core/json.ts'
import { formatSize } from '../../../core/size.ts'
import { defineTool } from '../define-tool.ts'
import type { ToolOptions } from '../tool-options.ts'
import { toFileFault } from './file-fault.ts'
import { type FilePlace, type FileRoots, isProtectedInode, locate, refuse, toWriteRoots } from './file-roots.ts'
import { FILES_APPEND, FILES_WRITE } from './files-description.ts'
import { assertRegular, withRegularFile } from './open-file.ts'

type WriteInput = { path: string; content: JsonValue; as?: 'text' | 'base64'; if_exists?: 'replace' | 'fail' }
type WriteOutput = { path: string; size: number }

interface Replacement {
  bytes: Buffer
  roots: FileRoots
  replace: boolean
  signal: AbortSignal
}

export const createWriteTool = ({ files }: ToolOptions): Actor => {
  const roots = toWriteRoots(files)
  return defineTool(FILES_WRITE, async (input: WriteInput, { signal }): Promise<WriteOutput> => {
    const { path, content, as = 'text', if_exists: ifExists = 'replace' } = input
    const bytes = toFileBytes(content, { path, as })
    try {
      const place = await locate(path, roots)
      await putFile(place, { bytes, roots, replace: ifExists === 'replace', signal })
      return { path, size: bytes.length }
    } catch (error) {
      throw toFileFault(error, path)
    }
  })
}

type AppendInput = { path: string; content: JsonValue }

const APPEND_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND

export const createAppendTool = ({ files }: ToolOptions): Actor => {
  const roots = toWriteRoots(files)
  return defineTool(FILES_APPEND, async ({ path, content }: AppendInput, { signal }): Promise<WriteOutput> => {
    const bytes = toAppendedBytes(content, path)
    try {
      const place = await locate(path, roots)
      await mkdir(dirname(place.real), { recursive: true })
      if (signal.aborted) throw new Cancelled()
      return await withRegularFile(place, { flags: APPEND_FLAGS, roots }, async (handle) => {
        // One system call, so that lines of several writers do not mix, and no write is cancelled half way.
        await handle.appendFile(bytes)
        return { path, size: (await handle.stat()).size }
      })
    } catch (error) {
      throw toFileFault(error, path)
    }
  })
}

/** Writes beside the target and then renames the file, which the file system does atomically. */
const putFile = async (place: FilePlace, replacement: Replacement): Promise<void> => {
  const mode = place.exists ? await inspectTarget(place, replacement) : undefined
  await mkdir(dirname(place.real), { recursive: true })
  const temporary: FilePlace = {
    ...place,
    // The name begins with a dot, so that no tool and no listing sees it.
    real: join(dirname(place.real), `.troupe-${randomBytes(8).toString('hex')}.tmp`),
    exists: false,
  }
  try {
    await fill(temporary, replacement)
    if (mode !== undefined) await chmod(temporary.real, mode)
    if (replacement.signal.aborted) throw new Cancelled()
    if (replacement.replace) await rename(temporary.real, place.real)
    else await link(temporary.real, place.real)
  } finally {
    await unlink(temporary.real).catch(() => undefined)
  }
}

/** Reads the permissions of the file that is replaced. */
const inspectTarget = async (place: FilePlace, { replace, roots }: Replacement): Promise<number> => {
  const stats = await lstat(place.real)
  assertRegular(place, stats)
  if (!replace) throw new Fault('conflict', `'${place.given}' exists already`, { details: { path: place.given } })
  if (await isProtectedInode(stats, roots.protected)) throw refuse(place.given, roots, 'it belongs to Troupe itself')
  return stats.mode & 0o7777
}

const fill = async (place: FilePlace, { bytes, roots, signal }: Replacement): Promise<void> => {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL
  await withRegularFile(place, { flags, roots }, async (handle) => {
    await handle.writeFile(bytes, { signal })
    // Without the sync, a power cut may keep the new name and lose the content.
    await handle.datasync()
  })
}

const MAX_BYTES = 10 * 1024 ** 2

/** @throws Fault `too_large` above 10 MB. */
const assertWritable = (bytes: Buffer, path: string): Buffer => {
  if (bytes.length <= MAX_BYTES) return bytes
  throw new Fault('too_large', `the content for '${path}' is too large: expected at most ${formatSize(MAX_BYTES)}`, {
    details: { path, max_bytes: MAX_BYTES },
  })
}

/** No blank may belong to two parts of it: the time would be the square of the length. */
const BASE_64 = /^[A-Za-z0-9+/\s]*(?:={1,2}\s*)?$/

/** Keeps text, and writes any other value as indented JSON. */
const toFileBytes = (content: JsonValue, { path, as }: { path: string; as: 'text' | 'base64' }): Buffer => {
  if (typeof content !== 'string') return assertWritable(Buffer.from(`${JSON.stringify(content, null, 2)}\n`), path)
  if (as === 'text') return assertWritable(Buffer.from(content), path)
  if (!BASE_64.test(content))
    throw new Fault('invalid_input', `the content for '${path}' is not base64`, { details: { path } })
  return assertWritable(Buffer.from(content, 'base64'), path)
}

/** Keeps text, and writes any other value as one line of JSON. */
const toAppendedBytes = (content: JsonValue, path: string): Buffer =>
  assertWritable(Buffer.from(typeof content === 'string' ? content : `${JSON.stringify(content)}\n`), path)
