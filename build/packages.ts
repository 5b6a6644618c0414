/**
 * Places of npm packages: package.json decides. `dependencies` and `peerDependencies` are installed with Troupe and stay in
 * node_modules; all other packages are bundled. Those that only few programs load, and all at once, are files of their
 * own in dist/vendor/ (bundle-vendor.ts), which the command line and the library share.
 */
import { readFileSync } from 'node:fs'
import type { Plugin } from 'esbuild'

interface Manifest {
  engines: { node: string }
  dependencies: Record<string, string>
  peerDependencies: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
}

export const MANIFEST: Manifest = JSON.parse(readFileSync('package.json', 'utf8'))

const { dependencies, peerDependencies, peerDependenciesMeta = {} } = MANIFEST

/** Packages that the library imports from node_modules. */
export const INSTALLED: readonly string[] = Object.keys({ ...dependencies, ...peerDependencies })

/** Peers that npm installs by itself. The command line has them in its bundle, for a quick start. */
const INSTALLED_PEERS = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true)

/** Packages that the command line imports from node_modules. */
export const INSTALLED_FOR_CLI = INSTALLED.filter((name) => !INSTALLED_PEERS.includes(name))

/** The packages in dist/vendor/. */
export const VENDORED: readonly string[] = [
  '@anthropic-ai/sdk',
  '@google/generative-ai',
  '@mikro-orm/core',
  '@mikro-orm/migrations',
  '@mikro-orm/postgresql',
  '@mikro-orm/sqlite',
  'ollama',
  'openai',
  're2js',
]

/** Imports the packages of dist/vendor/ from there, by the `imports` of package.json: the path is the same for all chunks. */
export const vendoredPackages: Plugin = {
  name: 'vendored-packages',
  setup(build) {
    build.onResolve({ filter: /^[@a-z]/ }, ({ path }) =>
      VENDORED.includes(path) ? { path: `#vendor/${path}`, external: true } : undefined,
    )
  },
}
