import { readFileSync, realpathSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import type { ReadLinkedFile } from '../compiler/inline-files.ts'

/** Reads what a workflow in this folder names by a relative path: files of the folder itself and those below it. */
export const createLinkedFileReader =
  (folder: string): ReadLinkedFile =>
  (path) => {
    try {
      const file = realpathSync(resolve(folder, path))
      const way = relative(realpathSync(folder), file)
      return /^(\.\.([/\\]|$)|[/\\]|[a-z]:)/i.test(way) ? undefined : readFileSync(file, 'utf8')
    } catch {
      return undefined
    }
  }
