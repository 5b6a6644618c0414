/**
 * Decides which files the tools may touch. It decides on the real path: after `..` and every symbolic link, those of parent folders
 * included, also for a file that does not exist yet.
 *
 * 1. A path is inside a root.
 * 2. No name below the root begins with a dot.
 * 3. No path leads to a protected file, under any name, in any case: the file system may ignore it. A hard link to one is recognised by
 *    its inode.
 *
 * A file that passes can still be swapped for a link before it is opened, so open-file.ts checks the open file again.
 */
import { lstat, realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { Fault } from '../../../core/fault.ts'
import type { ToolOptions } from '../tool-options.ts'
import { toFileFault } from './file-fault.ts'

export interface FileRoots {
  /** Absolute folders; a relative path is relative to the first. */
  roots: readonly string[]
  protected: readonly string[]
  /** For messages. */
  access: 'read' | 'written'
}

type Folders = ToolOptions['files']

export const toReadRoots = ({ read, protected: own }: Folders): FileRoots => ({
  roots: read,
  protected: own,
  access: 'read',
})

export const toWriteRoots = ({ write, protected: own }: Folders): FileRoots => ({
  roots: write,
  protected: own,
  access: 'written',
})

export interface FilePlace {
  /** The path that the workflow wrote. */
  given: string
  /** Absolute, without links. */
  real: string
  /** The root that holds it, absolute, without links. */
  root: string
  exists: boolean
}

/** Resolves roots and protected paths now, as both may come and go while the project runs. */
export interface RealRoots extends FileRoots {
  real: { roots: readonly string[]; protected: readonly string[] }
}

export const toRealRoots = async (options: FileRoots): Promise<RealRoots> => ({
  ...options,
  real: { roots: await toRealPaths(options.roots), protected: await toRealPaths(options.protected) },
})

/** @throws Fault `unauthorized` for a forbidden path, `invalid_input` or `conflict` for an impossible one */
export const locate = async (given: string, options: FileRoots): Promise<FilePlace> => {
  if (given.includes('\0')) throw new Fault('invalid_input', `'${given.replaceAll('\0', '\\0')}' is not a path`)
  const [first] = options.roots
  if (first === undefined)
    throw refuse(given, options, 'no folder is open to tools\nname one in troupe.config.yaml: files: { roots: [data] }')
  const roots = await toRealRoots(options)
  const lexical = resolve(first, given)
  // Checked before the file system is read, which would tell whether a file outside exists.
  assertTouchable(given, { path: lexical, within: [...roots.real.roots, ...roots.roots], options })
  const { real, exists } = await resolveReal(given, lexical)
  const root = assertTouchable(given, { path: real, within: roots.real.roots, options })
  if (isProtected(real, roots)) throw refuse(given, options, 'it belongs to Troupe itself')
  return { given, real, root, exists }
}

/** Finds the root that holds `path`. Below it no name begins with a dot. */
const assertTouchable = (
  given: string,
  { path, within, options }: { path: string; within: readonly string[]; options: FileRoots },
): string => {
  const root = within.find((folder) => isInside(path, folder))
  if (root === undefined) throw refuse(given, options, 'it is outside')
  const names = relative(root, path).split(sep)
  if (names.some((name) => name.startsWith('.'))) throw refuse(given, options, 'it is hidden by a dot')
  return root
}

/** True: an open file is a protected one under another name. */
export const isProtectedInode = async (
  file: { dev: number; ino: number },
  protectedPaths: readonly string[],
): Promise<boolean> => {
  for (const path of protectedPaths) {
    const own = await stat(path).catch(() => undefined)
    if (own !== undefined && own.ino === file.ino && own.dev === file.dev) return true
  }
  return false
}

export const refuse = (given: string, { roots, access }: FileRoots, reason: string): Fault => {
  const folders = roots.map((root) => `'${root}'`).join(', ')
  const rule = roots.length === 0 ? '' : `\nfiles may be ${access} in ${folders}`
  return new Fault('unauthorized', `'${given}' may not be ${access}: ${reason}${rule}`, { details: { path: given } })
}

/** True: `path` is `folder` or below it. Both are absolute and without `..`. */
export const isInside = (path: string, folder: string): boolean => {
  const way = relative(folder, path)
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way))
}

/** Resolves the existing part of `path`, and appends the names below it. */
const resolveReal = async (given: string, path: string): Promise<{ real: string; exists: boolean }> => {
  const missing: string[] = []
  for (let at = path; ; at = dirname(at)) {
    try {
      const real = await realpath(at)
      return { real: join(real, ...missing), exists: missing.length === 0 }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(at) === at) throw toFileFault(error, given)
    }
    if (await isLink(at))
      throw new Fault('unauthorized', `'${given}' is a link that leads nowhere`, { details: { path: given } })
    missing.unshift(basename(at))
  }
}

const isLink = async (path: string): Promise<boolean> =>
  (await lstat(path).catch(() => undefined))?.isSymbolicLink() ?? false

/** @param real absolute, without links */
export const isProtected = (real: string, roots: RealRoots): boolean =>
  roots.real.protected.some((path) => isInside(fold(real), fold(path)))

/** Equal for names that a file system may hold to be the same. */
const fold = (path: string): string => path.normalize('NFC').toLowerCase()

const toRealPaths = (paths: readonly string[]): Promise<string[]> =>
  Promise.all(paths.map((path) => realpath(path).catch(() => resolve(path))))
