/**
 * The command line as files. Start-up is what its user waits for, so a module that is imported with `import()` is a file
 * of its own, read only when it is needed, and what a start always reads stands in a few files.
 */
import { build } from 'esbuild'
import { BUNDLE, type Bundle, toBundle } from './bundle.ts'
import { closureOf, findOutput, mergeChunks, type Split } from './merge-chunks.ts'
import { nodeBuiltins } from './node-builtins.ts'
import { INSTALLED_FOR_CLI, vendoredPackages } from './packages.ts'
import { englishZod } from './zod-locales.ts'

const MAIN = 'src/cli/main.ts'

/** Modules that are loaded one after the other when a workflow is checked, and then run with a mock model. */
const START = [
  ['src/cli/commands/validate/validate.ts'],
  ['src/cli/commands/run/run.ts', 'src/store/sqlite/open-sqlite-store.ts', 'src/actors/llm/mock/mock-provider.ts'],
]

export const bundleCli = async (): Promise<Bundle> => {
  const split = await splitCli()
  return toBundle(await mergeChunks(split, { entry: MAIN, groups: START }), split.metafile)
}

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
    external: INSTALLED_FOR_CLI,
    plugins: [vendoredPackages, nodeBuiltins, englishZod],
    minifyWhitespace: true,
    minifySyntax: true,
  })
