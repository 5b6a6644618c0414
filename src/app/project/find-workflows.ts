/** Finds the workflow files of a project, within a bound of entries and depth. */
import { type Dirent, existsSync, opendirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { MAX_SOURCE_BYTES } from '../../compiler/read/scan.ts'
import { CONFIG_NAME } from './find-config.ts'
import { readBounded } from './read-bounded.ts'

export interface FoundWorkflows {
  /** Absolute; the least deep come first. */
  files: string[]
  /** False: there may be more. */
  isWhole: boolean
}

const MOST_WORKFLOWS = 100
const MOST_ENTRIES = 5_000
const DEEPEST = 4

/** Folders of packages, builds and tests: their workflows are not the project's own. */
const SKIPPED: ReadonlySet<string> = new Set(['node_modules', 'dist', 'build', 'coverage', 'test', 'tests', 'fixtures'])

/** Looks in the folder and below it, but not in other projects. Unreadable entries are left out. */
export const findWorkflows = (folder: string): FoundWorkflows => {
  const files: string[] = []
  const waiting = [{ path: folder, depth: 0 }]
  let entriesLeft = MOST_ENTRIES
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { path, depth } = next
    const entries = readFolder(path, entriesLeft)
    entriesLeft -= entries.length
    for (const entry of entries) {
      if (entriesLeft === 0 || files.length === MOST_WORKFLOWS) return { files, isWhole: false }
      const place = join(path, entry.name)
      if (entry.isDirectory() && depth < DEEPEST && isOfProject(entry.name, place))
        waiting.push({ path: place, depth: depth + 1 })
      if (entry.isFile() && /\.ya?ml$/.test(entry.name) && isWorkflow(place)) files.push(place)
    }
  }
  return { files, isWhole: true }
}

/** Reads at most `most` entries, sorted by name. */
const readFolder = (folder: string, most: number): Dirent[] => {
  const entries: Dirent[] = []
  try {
    const open = opendirSync(folder)
    for (let entry = open.readSync(); entry !== null && entries.length < most; entry = open.readSync())
      entries.push(entry)
    open.closeSync()
  } catch {}
  return entries.sort((one, other) => (one.name < other.name ? -1 : 1))
}

const isOfProject = (name: string, path: string): boolean =>
  !name.startsWith('.') && !SKIPPED.has(name) && !existsSync(join(path, CONFIG_NAME))

const isWorkflow = (file: string): boolean => {
  try {
    return statSync(file).size <= MAX_SOURCE_BYTES && /^workflow:/m.test(readBounded(file).toString())
  } catch {
    return false
  }
}
