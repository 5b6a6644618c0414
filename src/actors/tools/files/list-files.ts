import type { Stats } from 'node:fs'
import { lstat, readdir, stat } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Actor } from '../../../core/actor.ts'
import { Cancelled } from '../../../core/cancelled.ts'
import { Fault, isFault } from '../../../core/fault.ts'
import { defineTool } from '../define-tool.ts'
import type { ToolOptions } from '../tool-options.ts'
import { toFileFault } from './file-fault.ts'
import { isInside, isProtected, locate, type RealRoots, toReadRoots, toRealRoots } from './file-roots.ts'
import { FILES_LIST } from './files-description.ts'
import { fitsWildcard } from './wildcard.ts'

/** Bounds the depth of a tree, as a circle of mounts would have no end. */
const MAX_DEPTH = 32

/** Names that fit nothing are passed over without a pause between them. */
const NAMES_PER_TURN = 500

type ListInput = { path?: string; recursive?: boolean; pattern?: string; limit?: number }
type Item = { path: string; name: string; kind: 'file' | 'folder'; size: number; modified_at: string }
type ListOutput = { items: Item[]; truncated: boolean }

interface Walk {
  roots: RealRoots
  recursive: boolean
  pattern: string | undefined
  limit: number
  signal: AbortSignal
  found: Item[]
}

export const createListTool = ({ files }: ToolOptions): Actor => {
  const roots = toReadRoots(files)
  return defineTool(FILES_LIST, async (input: ListInput, { signal }): Promise<ListOutput> => {
    const { path = '.', recursive = false, pattern, limit = 1000 } = input
    const walk: Walk = { roots: await toRealRoots(roots), recursive, pattern, limit, signal, found: [] }
    try {
      const { real } = await locate(path, roots)
      if (!(await lstat(real)).isDirectory())
        throw new Fault('invalid_input', `'${path}' is a file: expected a folder`, { details: { path } })
      await walkFolder(real, 0, walk)
    } catch (error) {
      throw toFileFault(error, path)
    }
    return { items: walk.found.slice(0, limit), truncated: walk.found.length > limit }
  })
}

/** Walks in the order of paths, so that a cut list is the beginning of the whole one. */
const walkFolder = async (folder: string, depth: number, walk: Walk): Promise<void> => {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort()
  for (const [index, name] of names.entries()) {
    if (index % NAMES_PER_TURN === NAMES_PER_TURN - 1) await nextTurn()
    if (walk.signal.aborted) throw new Cancelled()
    if (walk.found.length > walk.limit) return
    const fits = walk.pattern === undefined || fitsWildcard(name, walk.pattern)
    // The most of a large folder may fit nothing: it is not asked for.
    if (!fits && !walk.recursive) continue
    const path = join(folder, name)
    const stats = await inspect(path, walk.roots)
    if (stats === undefined || !(stats.isFile() || stats.isDirectory())) continue
    if (fits) walk.found.push(toItem(path, { stats, roots: walk.roots }))
    if (walk.recursive && stats.isDirectory() && depth < MAX_DEPTH && !(await isLink(path)))
      await walkFolder(path, depth + 1, walk).catch(skipUnreadable)
  }
}

/** Skips a folder that may not be read, that has just been removed, or whose path is too long for the system. */
const skipUnreadable = (error: unknown): void => {
  if (
    !(error instanceof Error) ||
    !['EACCES', 'ENOENT', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '')
  )
    throw error
}

/** Describes an entry that a tool could read or list. Undefined for any other, such as a link out of the roots. */
const inspect = async (path: string, roots: RealRoots): Promise<Stats | undefined> => {
  try {
    const own = await lstat(path)
    if (own.isSymbolicLink()) return await stat((await locate(path, roots)).real)
    return isProtected(path, roots) ? undefined : own
  } catch (error) {
    // A refused link, or an entry that was removed after the folder was read.
    if (isFault(error) || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

const isLink = async (path: string): Promise<boolean> => (await lstat(path)).isSymbolicLink()

const toItem = (path: string, { stats, roots }: { stats: Stats; roots: RealRoots }): Item => {
  const [root = '/'] = roots.real.roots
  return {
    path: isInside(path, root) ? relative(root, path) : path,
    name: basename(path),
    kind: stats.isDirectory() ? 'folder' : 'file',
    size: stats.isDirectory() ? 0 : stats.size,
    modified_at: stats.mtime.toISOString(),
  }
}
