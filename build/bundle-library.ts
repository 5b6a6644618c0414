/**
 * The library: one file, and chunks of what it loads late. It leaves XState in node_modules, so that a program has one copy of
 * it, and is not minified, so that stack traces can be read.
 */
import { build } from 'esbuild'
import { BUNDLE, type Bundle, toBundle } from './bundle.ts'
import { nodeBuiltins } from './node-builtins.ts'
import { INSTALLED, vendoredPackages } from './packages.ts'

export const bundleLibrary = async (): Promise<Bundle> => {
  const { outputFiles, metafile } = await build({
    ...BUNDLE,
    entryPoints: { 'library/index': 'src/index.ts' },
    chunkNames: 'library/[name]-[hash]',
    external: [...INSTALLED],
    plugins: [vendoredPackages, nodeBuiltins],
  })
  return toBundle(outputFiles, metafile)
}
