/** The packages of dist/vendor/: one file each, and chunks of what they share. */
import { build, type Plugin } from 'esbuild'
import { BUNDLE, type Bundle, toBundle } from './bundle.ts'
import { nodeBuiltins } from './node-builtins.ts'
import { INSTALLED, VENDORED } from './packages.ts'

/** Optional peers of these packages, which must not come from a user's node_modules by chance. Their `import()` fails, as where they are missing. */
const leftOut: Plugin = {
  name: 'left-out',
  setup(build) {
    build.onResolve({ filter: /^(dataloader|tinyglobby)$/ }, ({ path }) => ({ path, namespace: 'left-out' }))
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
      contents: `throw new Error("'${path}' is no part of Troupe")`,
    }))
    // MikroORM streams rows by it, which migrations do not. It requires files of `pg`, which stays in node_modules: a bundled module can't.
    build.onResolve({ filter: /^pg-cursor$/ }, ({ path }) => ({ path, namespace: 'unused' }))
    build.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'export default undefined' }))
  },
}

export const bundleVendor = async (): Promise<Bundle> => {
  const { outputFiles, metafile } = await build({
    ...BUNDLE,
    entryPoints: Object.fromEntries(VENDORED.map((name) => [name, name])),
    entryNames: 'vendor/[dir]/[name]',
    chunkNames: 'vendor/chunks/[name]-[hash]',
    external: [...INSTALLED],
    plugins: [leftOut, nodeBuiltins],
    minifyWhitespace: true,
    minifySyntax: true,
    // The sources of these packages are not packed, so that their names would help no reader of a stack trace.
    minifyIdentifiers: true,
    // MikroORM and the SDKs tell classes by their names, which a bundle may change.
    keepNames: true,
  })
  return toBundle(outputFiles, metafile)
}
