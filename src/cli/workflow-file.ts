import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { findNearest } from '../core/nearest.ts'
import { CliError } from './cli-error.ts'
import type { Context } from './context.ts'

/** The name of standard input among files. */
export const STDIN = '-'

/** Bytes of a file that the user named, `-` for standard input. @throws CliError that suggests a file with a similar name */
export const readNamedFile = async (file: string, { workingFolder, readStdin }: Context): Promise<Uint8Array> => {
  if (file === STDIN) return readStdin()
  const path = resolve(workingFolder, file)
  try {
    return readFileSync(path)
  } catch (cause) {
    throw toFileError(file, { path, cause: cause as NodeJS.ErrnoException })
  }
}

/** The name of the file in diagnostics. */
export const shownName = (file: string): string => (file === STDIN ? '<stdin>' : file)

const toFileError = (file: string, { path, cause }: { path: string; cause: NodeJS.ErrnoException }): CliError => {
  switch (cause.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new CliError(`'${file}' does not exist`, { hint: suggestFile(file, path), cause })
    case 'EISDIR':
      return new CliError(`'${file}' is a folder: expected a file`, { hint: suggestContent(file, path), cause })
    case 'EACCES':
      return new CliError(`'${file}' can't be read: this user may not`, { hint: 'check its permissions', cause })
    default:
      return new CliError(`'${file}' can't be read: ${cause.message}`, { cause })
  }
}

const suggestFile = (file: string, path: string): string | undefined => {
  const folder = dirname(path)
  const names = listFiles(folder)
  if (names === undefined) return `there is no folder '${dirname(file)}' either`
  const nearest = findNearest(basename(path), names) ?? findSameStem(basename(path), names)
  if (nearest !== undefined) return `did you mean '${join(dirname(file), nearest)}'?`
  const workflows = names.filter((name) => /\.ya?ml$/.test(name))
  return workflows.length === 0
    ? undefined
    : `in ${dirname(file) === '.' ? 'this folder' : `'${dirname(file)}'`} are ${workflows.slice(0, 5).join(', ')}`
}

/** Finds `hello.yaml` for `hello` and for `hello.yml`. */
const findSameStem = (name: string, names: readonly string[]): string | undefined => {
  const stem = name.replace(/\.\w*$/, '')
  return names.find((candidate) => candidate === `${stem}.yaml` || candidate === `${stem}.yml`)
}

const suggestContent = (file: string, path: string): string | undefined => {
  const workflow = listFiles(path)?.find((name) => /\.ya?ml$/.test(name))
  return workflow === undefined ? undefined : `name a file in it, such as '${join(file, workflow)}'`
}

const listFiles = (folder: string): string[] | undefined => {
  try {
    return readdirSync(folder)
      .filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile())
      .sort()
  } catch {
    return undefined
  }
}

/** The path in messages: relative if it lies below the working folder. */
export const shownPath = (path: string, workingFolder: string): string => {
  const way = relative(workingFolder, path)
  return way === '' ? '.' : way.startsWith('..') ? path : way
}
