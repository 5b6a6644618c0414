import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface TempFolder {
  /** Absolute, without symlinks. */
  path: string
  /** The absolute path of a name in it. */
  resolve(name: string): string
  /** Writes a file, making its folders; returns its absolute path. */
  write(name: string, content: string | Uint8Array): string
  read(name: string): string
  remove(): void
}

const folders = new Set<string>()

/** A new empty folder, removed when the process ends at the latest. */
export const createTempFolder = (files: Record<string, string> = {}): TempFolder => {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'troupe-test-')))
  folders.add(path)
  const resolve = (name: string): string => join(path, name)
  const write = (name: string, content: string | Uint8Array): string => {
    const file = resolve(name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
    return file
  }
  for (const [name, content] of Object.entries(files)) write(name, content)
  return { path, resolve, write, read: (name) => readFileSync(resolve(name), 'utf8'), remove: () => remove(path) }
}

const remove = (path: string): void => {
  rmSync(path, { recursive: true, force: true, maxRetries: 3 })
  folders.delete(path)
}

process.on('exit', () => {
  for (const path of folders) remove(path)
})
