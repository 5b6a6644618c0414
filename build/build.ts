/**
 * `npm run build`, also run by `npm ci`: bundles the command line and the library into dist/, with the library's types.
 * `node build/build.ts FOLDER` builds into another folder.
 *
 * Start-up is what a user of the command line waits for, so its bundle is split: a module that is imported with
 * `import()` is a file of its own, read only when it is needed, and V8's compile cache is kept in dist/.cache.
 * Packages that are native, or large and seldom needed, stay in node_modules. Those of the library all do, so that a
 * program has one XState.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type BuildOptions, build, type OutputFile } from 'esbuild'
import { declareTypes } from './declare-types.ts'

/** Native, loading files of their own by name, or large and seldom needed; imported from node_modules at run time. */
const EXTERNAL = ['better-sqlite3', '@mikro-orm/*', 'elkjs/*']

/** Bundled CommonJS packages ask for Node's own modules by `require`, which an ES module lacks. */
const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);"

/** Imports are hoisted, so the cache must be on before the module that imports all else is named. Off, silently, where the folder can't be written. */
const CLI_ENTRY = `import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
enableCompileCache(fileURLToPath(new URL('.cache', import.meta.url)))
await import('./main.js')
`

const main = async (folder: string): Promise<void> => {
  const started = performance.now()
  const [cli, library, types] = await Promise.all([bundleCli(folder), bundleLibrary(folder), declareTypes()])
  // Only now: a build that fails leaves the old one as it is.
  rmSync(folder, { recursive: true, force: true })
  for (const { path, contents } of [...cli, ...library]) write(path, contents)
  for (const [file, text] of types) write(join(folder, 'types', file), text)
  write(join(folder, 'cli.js'), CLI_ENTRY)
  const sizeBytes = [...cli, ...library].reduce((total, { contents }) => total + contents.length, 0)
  const count = cli.length + library.length + types.size + 1
  console.log(
    `${folder}: ${count} files, ${Math.round(sizeBytes / 1024)} KB in ${Math.round(performance.now() - started)} ms`,
  )
}

const write = (file: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}

const bundleCli = (folder: string): Promise<OutputFile[]> =>
  bundle(folder, {
    entryPoints: { main: 'src/cli/main.ts' },
    chunkNames: 'chunks/[name]-[hash]',
    external: EXTERNAL,
    banner: { js: REQUIRE },
    minifyWhitespace: true,
    minifySyntax: true,
  })

const bundleLibrary = (folder: string): Promise<OutputFile[]> =>
  bundle(folder, {
    entryPoints: { index: 'src/index.ts' },
    chunkNames: 'library/[name]-[hash]',
    packages: 'external',
  })

const bundle = async (outdir: string, options: BuildOptions): Promise<OutputFile[]> => {
  const { outputFiles } = await build({
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    legalComments: 'linked',
    write: false,
    logLevel: 'warning',
    outdir,
    ...options,
  })
  return outputFiles ?? []
}

try {
  await main(process.argv[2] ?? 'dist')
} catch (error) {
  // Where the source is wrong, esbuild has said so, with the place.
  if (!(error instanceof Error && 'errors' in error)) throw error
  process.exitCode = 1
}
