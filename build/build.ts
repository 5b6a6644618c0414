/**
 * `npm run build`, also run by `npm ci`: bundles the command line and the library into dist/.
 *
 * Start-up is what a user of the command line waits for, so the bundle is split: a module that is imported with
 * `import()` is a file of its own, read only when it is needed, and V8's compile cache is kept in dist/.cache.
 * Packages that are native, or large and seldom needed, stay in node_modules.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'

/** Native, or loading files of their own by name; imported from node_modules at run time. */
const EXTERNAL = ['better-sqlite3', '@mikro-orm/*']

const ENTRIES: Record<string, string> = {
  main: 'src/cli/main.ts',
  // The library is there once its entry is.
  ...(existsSync('src/index.ts') && { index: 'src/index.ts' }),
}

/** Bundled CommonJS packages ask for Node's own modules by `require`, which an ES module lacks. */
const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);"

/** Imports are hoisted, so the cache must be on before the module that imports all else is named. Off, silently, where the folder can't be written. */
const CLI_ENTRY = `import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
enableCompileCache(fileURLToPath(new URL('.cache', import.meta.url)))
await import('./main.js')
`

const main = async (): Promise<void> => {
  const started = performance.now()
  const { outputFiles } = await bundle(ENTRIES)
  // Only now: a build that fails leaves the old one as it is.
  rmSync('dist', { recursive: true, force: true })
  mkdirSync('dist/chunks', { recursive: true })
  for (const { path, contents } of outputFiles) writeFileSync(path, contents)
  writeFileSync('dist/cli.js', CLI_ENTRY)
  const sizeBytes = outputFiles.reduce((total, { contents }) => total + contents.length, 0)
  const tookMs = Math.round(performance.now() - started)
  console.log(`dist: ${outputFiles.length} files, ${Math.round(sizeBytes / 1024)} KB in ${tookMs} ms`)
}

const bundle = (entryPoints: Record<string, string>) =>
  build({
    entryPoints,
    outdir: 'dist',
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node24',
    external: EXTERNAL,
    banner: { js: REQUIRE },
    legalComments: 'linked',
    minifyWhitespace: true,
    minifySyntax: true,
    write: false,
    logLevel: 'warning',
  })

try {
  await main()
} catch (error) {
  // Where the source is wrong, esbuild has said so, with the place.
  if (!(error instanceof Error && 'errors' in error)) throw error
  process.exitCode = 1
}
