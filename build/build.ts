/**
 * `npm run build`, also run by `npm ci`: bundles the command line and the library into dist/, with the library's types.
 * `node build/build.ts FOLDER` builds into another folder.
 *
 * The command line is bundled with most packages it uses, for a quick start (bundle-cli.ts), and V8's compile cache is
 * kept in dist/.cache. The library leaves all of them in node_modules, so that a program has one XState. Both read
 * data files, which lie beside them.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { build } from 'esbuild'
import { BUNDLE, type BundledFile, bundleCli, toBundled } from './bundle-cli.ts'
import { declareTypes } from './declare-types.ts'
import { PRICE_LIST } from './prices.ts'

/** Imports are hoisted, so the cache must be on before the module that imports all else is named. Off, silently, where the folder can't be written. */
const CLI_ENTRY = `process.getBuiltinModule('node:module').enableCompileCache(import.meta.dirname + '/.cache')
await import('./main.js')
`

/** Files that modules read beside themselves (core/shipped-file.ts). */
const DATA_FILES = [PRICE_LIST, 'src/service/codes/diagnostics.md', 'src/service/codes/faults.md']

const main = async (folder: string): Promise<void> => {
  const started = performance.now()
  const [cli, library, types] = await Promise.all([bundleCli(), bundleLibrary(), declareTypes()])
  // Only now: a build that fails leaves the old one as it is.
  rmSync(folder, { recursive: true, force: true })
  for (const { path, contents } of [...cli, ...library]) write(join(folder, path), contents)
  for (const [file, text] of types) write(join(folder, 'types', file), text)
  write(join(folder, 'cli.js'), CLI_ENTRY)
  for (const file of DATA_FILES) write(join(folder, basename(file)), readFileSync(file))
  const sizeBytes = [...cli, ...library].reduce((total, { contents }) => total + contents.length, 0)
  const count = cli.length + library.length + types.size + DATA_FILES.length + 1
  console.log(
    `${folder}: ${count} files, ${Math.round(sizeBytes / 1024)} KB in ${Math.round(performance.now() - started)} ms`,
  )
}

const write = (file: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}

const bundleLibrary = async (): Promise<BundledFile[]> => {
  const { outputFiles } = await build({
    ...BUNDLE,
    entryPoints: { index: 'src/index.ts' },
    chunkNames: 'library/[name]-[hash]',
    packages: 'external',
  })
  return toBundled(outputFiles)
}

try {
  await main(process.argv[2] ?? 'dist')
} catch (error) {
  // Where the source is wrong, esbuild has said so, with the place.
  if (!(error instanceof Error && 'errors' in error)) throw error
  process.exitCode = 1
}
