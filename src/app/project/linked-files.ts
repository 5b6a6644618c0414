import { readdirSync, realpathSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { LinkReader } from '../../compiler/links.ts'
import { createSource } from '../../compiler/source.ts'
import { isInside } from './grant-place.ts'
import { readBounded } from './read-bounded.ts'

/**
 * Reads the files that workflows name: files in a workflow's own folder and below it, and other workflows by path, or by name in
 * the same folder. File names in sources are relative to `workingFolder`.
 */
export const createLinkReader = (workingFolder: string): LinkReader => ({
  file: (path, from) => readInside(dirname(resolve(workingFolder, from)), path),
  workflow(reference, from) {
    const folder = dirname(resolve(workingFolder, from))
    const name = /\.ya?ml$/.test(reference) ? reference : findByName(folder, reference)
    const text = name === undefined ? undefined : readText(resolve(folder, name))
    return name === undefined || text === undefined ? undefined : createSource(join(dirname(from), name), text)
  },
})

const readInside = (folder: string, path: string): string | undefined => {
  try {
    const file = realpathSync(resolve(folder, path))
    return isInside(file, realpathSync(folder)) ? readBounded(file).toString() : undefined
  } catch {
    return undefined
  }
}

const readText = (file: string): string | undefined => {
  try {
    return readBounded(file).toString()
  } catch {
    return undefined
  }
}

/** Finds the file in the folder whose `workflow:` has this name. A file with this name is read first. */
const findByName = (folder: string, name: string): string | undefined => {
  const files = readFolder(folder).filter((file) => /\.ya?ml$/.test(file))
  const likely = files.filter((file) => file.replace(/\.ya?ml$/, '') === name)
  const pattern = new RegExp(`^workflow:[ \\t]*(['"]?)${RegExp.escape(name)}\\1[ \\t]*(#.*)?$`, 'm')
  return [...likely, ...files].find((file) => pattern.test(readText(join(folder, file)) ?? ''))
}

const readFolder = (folder: string): string[] => {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}
