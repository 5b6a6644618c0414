/**
 * The program of worker processes as files of their own: it must start quickly, and shares nothing with the command line or the library
 * but the folder that it may read.
 */
import { build } from 'esbuild'
import { BUNDLE, type Bundle, toBundle } from './bundle.ts'
import { nodeBuiltins } from './node-builtins.ts'

export const bundleWorker = async (): Promise<Bundle> => {
  const { outputFiles, metafile } = await build({
    ...BUNDLE,
    entryPoints: { 'worker/worker': 'src/actors/worker-pool/worker.ts' },
    chunkNames: 'worker/[name]-[hash]',
    plugins: [nodeBuiltins],
    minifyWhitespace: true,
    minifySyntax: true,
  })
  return toBundle(outputFiles, metafile)
}
