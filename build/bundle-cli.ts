/**
 * The command line as files. Start-up is what its user waits for, so a module that is imported with `import()` is a file
 * of its own, read only when it is needed; what a start always reads stands in a few files; and packages that are native,
 * or large and seldom needed, stay in node_modules.
 */
import { relative } from 'node:path'
import { type BuildOptions, build, type OutputFile } from 'esbuild'
import { closureOf, findOutput, mergeChunks, type Split } from './merge-chunks.ts'
import { nodeBuiltins } from './node-builtins.ts'

/** Native, loading files of their own by name, or large and seldom needed; imported from node_modules at run time. */
const EXTERNAL = [
  'better-sqlite3',
  '@mikro-orm/*',
  '@statelyai/inspect',
  'elkjs/*',
  'openai',
  '@anthropic-ai/sdk',
  '@google/generative-ai',
  'ollama',
]

/** The same code of the same package as ES modules: a start runs 70 wrappers fewer, and leaves out unused code. */
const YAML = './node_modules/yaml/browser/index.js'

const MAIN = 'src/cli/main.ts'

/** Modules that are loaded one after the other when a workflow is checked, and then run with a mock model. */
const START = [
  ['src/cli/commands/validate/validate.ts'],
  ['src/cli/commands/run/run.ts', 'src/store/sqlite/open-sqlite-store.ts', 'src/actors/llm/mock/mock-provider.ts'],
]

/** Options of every bundle. */
export const BUNDLE = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  legalComments: 'linked',
  logLevel: 'warning',
  /** Nothing is written there: the paths in a bundle are the same wherever it shall stand. */
  outdir: 'dist',
  write: false,
} as const satisfies BuildOptions

export interface BundledFile {
  /** Relative to the folder of the bundle. */
  path: string
  contents: Uint8Array
}

export const toBundled = (files: readonly OutputFile[]): BundledFile[] =>
  files.map(({ path, contents }) => ({ path: relative(BUNDLE.outdir, path), contents }))

export const bundleCli = async (): Promise<BundledFile[]> =>
  toBundled(await mergeChunks(await splitCli(), { entry: MAIN, groups: START }))

/** Paths of all source files that `troupe run` of a workflow with a model at hand has loaded when it has ended. */
export const findStartSources = async (): Promise<string[]> => {
  const { outputs } = (await splitCli()).metafile
  const roots = [MAIN, ...START.flat()].map((source) => findOutput(outputs, source))
  return [...closureOf(outputs, roots)].flatMap((path) => {
    const { inputs = {}, imports = [] } = outputs[path] ?? {}
    const external = imports.filter((imported) => imported.external && imported.kind === 'import-statement')
    return [...Object.keys(inputs), ...external.map((imported) => `node_modules/${imported.path}`)]
  })
}

const splitCli = (): Promise<Split> =>
  build({
    ...BUNDLE,
    entryPoints: { main: MAIN, 'compile-worker': 'src/app/definitions/compile-worker.ts' },
    chunkNames: 'chunks/[name]-[hash]',
    external: EXTERNAL,
    plugins: [nodeBuiltins],
    alias: { yaml: YAML },
    minifyWhitespace: true,
    minifySyntax: true,
    metafile: true,
  })
