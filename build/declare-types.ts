/** The declarations of the library: those of its entry and of what it mentions, as `tsc` writes them. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path'

/** Texts by path, such as `core/fault.d.ts`. */
export const declareTypes = async (): Promise<Map<string, string>> => {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-types-'))
  try {
    await emit(folder)
    return collect(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Writes the declarations of all modules. What `tsc` complains of is judged by what it wrote: most modules are not mentioned
 * by the library's entry, and whether types are right is the concern of `tsc --noEmit`.
 */
const emit = (folder: string): Promise<void> => {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
  const options = ['--declaration', '--emitDeclarationOnly', '--noCheck', '--rootDir', 'src', '--outDir', folder]
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc, '--project', 'build/tsconfig.types.json', ...options], () => resolve())
  })
}

const IMPORT = /(\bfrom |\bimport\()(['"])(\.[^'"]+)\.ts\2/g

/** The entry and what it leads to. Imports name the file that stands beside the declaration, as programs expect it. */
const collect = (folder: string): Map<string, string> => {
  const texts = new Map<string, string>()
  const add = (file: string): void => {
    if (texts.has(file)) return
    const text = readFileSync(join(folder, file), 'utf8')
    texts.set(file, text.replaceAll(IMPORT, '$1$2$3.js$2'))
    for (const [, , , target = ''] of text.matchAll(IMPORT))
      add(`${normalize(join(dirname(file), target))}.d.ts`.replaceAll('\\', '/'))
  }
  add('index.d.ts')
  return texts
}
