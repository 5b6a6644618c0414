/**
 * `npm run build`, also run by `npm ci` and `npm pack`: bundles the command line, the library and the packages that both
 * use into dist/, with the types of the library and the licences of the packages. `node build/build.ts FOLDER` builds into another folder.
 *
 * package.json says which packages are bundled (packages.ts). V8's compile cache of the command line is kept in dist/.cache. Both
 * programs read data files, which lie beside them.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { bundleCli } from './bundle-cli.ts'
import { bundleLibrary } from './bundle-library.ts'
import { bundleVendor } from './bundle-vendor.ts'
import { bundleWorker } from './bundle-worker.ts'
import { declareTypes } from './declare-types.ts'
import { CLI_ENTRY, LIBRARY_ENTRY, renderNodeCheck } from './entries.ts'
import { MANIFEST } from './packages.ts'
import { PRICE_LIST, PRICE_PACKAGE } from './prices.ts'
import { renderNotices, toPackageFolders } from './third-party.ts'

/** Files that modules read beside themselves (core/shipped-file.ts). */
const DATA_FILES = [PRICE_LIST, 'src/service/codes/diagnostics.md', 'src/service/codes/faults.md']

const main = async (folder: string): Promise<void> => {
  const started = performance.now()
  const [types, ...bundles] = await Promise.all([
    declareTypes(),
    bundleCli(),
    bundleLibrary(),
    bundleVendor(),
    bundleWorker(),
  ])
  const packages = bundles.flatMap(({ sources }) => toPackageFolders(sources))
  const files = new Map<string, string | Uint8Array>([
    ...bundles.flatMap((bundle) => bundle.files.map(({ path, contents }) => [path, contents] as const)),
    ...[...types].map(([file, text]) => [`types/${file}`, text] as const),
    ...DATA_FILES.map((file) => [basename(file), readFileSync(file)] as const),
    ['cli.js', CLI_ENTRY],
    ['index.js', LIBRARY_ENTRY],
    ['node-version.js', renderNodeCheck(MANIFEST.engines.node)],
    ['THIRD_PARTY.txt', renderNotices([...packages, `node_modules/${PRICE_PACKAGE}`])],
  ])
  // Only now: a build that fails leaves the old one as it is.
  rmSync(folder, { recursive: true, force: true })
  for (const [path, contents] of files) write(join(folder, path), contents)
  const sizeBytes = [...files.values()].reduce((total, { length }) => total + length, 0)
  console.log(
    `${folder}: ${files.size} files, ${Math.round(sizeBytes / 1024)} KB in ${Math.round(performance.now() - started)} ms`,
  )
}

const write = (file: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}

try {
  await main(process.argv[2] ?? 'dist')
} catch (error) {
  // Where the source is wrong, esbuild has said so, with the place.
  if (!(error instanceof Error && 'errors' in error)) throw error
  process.exitCode = 1
}
