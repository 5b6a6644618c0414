/**
 * Bundles the modules that a start always loads into a few files instead of fifty.
 *
 * esbuild makes a chunk for each set of entry points that share a module, and with every `import()` an entry point that
 * is a great many; for Node each file costs half a millisecond. Here the chunks that belong to one group of entry points
 * are bundled once more, together. Each of them stays as a file that only hands on what it is now found under, for
 * chunks outside of the groups and for `import()`: a module still exists once.
 */
import { basename, dirname, join, relative } from 'node:path'
import { type BuildResult, build, type Metafile, type OutputFile, type Plugin } from 'esbuild'

/** Output of esbuild for the program. */
export type Split = BuildResult<{ write: false; metafile: true }>

export interface MergeOptions {
  /** Entry of the program; it stays a file of its own. */
  entry: string
  /** Source files behind an `import()`: those of a group are loaded together, and a later group has the earlier ones loaded. */
  groups: readonly (readonly string[])[]
}

interface Chunk {
  /** As in the metafile: relative to the working folder. */
  path: string
  text: string
  exports: string[]
  /** A word for it, to keep apart what different chunks call alike. */
  name: string
}

export const mergeChunks = async (split: Split, { entry, groups }: MergeOptions): Promise<OutputFile[]> => {
  const { outputs } = split.metafile
  const main = findOutput(outputs, entry)
  const roots = groups.map((sources) => [main, ...sources.map((source) => findOutput(outputs, source))])
  const chunks = collectChunks(split, closureOf(outputs, roots.flat()))
  const folder = dirname(main)
  const entries = roots.map((paths, index) => ({
    name: `${folder}/chunks/start-${index + 1}.js`,
    text: [...closureOf(outputs, paths)]
      .filter((path) => path !== main)
      .flatMap((path) => reexport(chunks.get(path)))
      .join('\n'),
  }))
  const merged = await bundleAgain(chunks, { main, entries })
  const owner = (path: string): string =>
    entries[roots.findIndex((paths) => closureOf(outputs, paths).has(path))]?.name ?? ''
  const handedOn = [...chunks.values()]
    .filter(({ path }) => path !== main)
    .map((chunk) => handOn(chunk, owner(chunk.path)))
  const replaced = new Set([...merged, ...handedOn].map(({ path }) => path))
  return [...split.outputFiles.filter(({ path }) => !replaced.has(path)), ...merged, ...handedOn]
}

/** The chunk that an `import()` of a source file loads. @throws when there is none */
export const findOutput = (outputs: Metafile['outputs'], source: string): string => {
  const found = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === source)
  if (found === undefined) throw new Error(`'${source}' is behind no import(): expected an entry point of the bundle`)
  return found
}

/** The chunks themselves, and all that they import statically. */
export const closureOf = (outputs: Metafile['outputs'], paths: readonly string[]): Set<string> => {
  const found = new Set<string>()
  const visit = (path: string): void => {
    const output = outputs[path]
    if (output === undefined || found.has(path)) return
    found.add(path)
    for (const { path: imported, kind } of output.imports) if (kind === 'import-statement') visit(imported)
  }
  for (const path of paths) visit(path)
  return found
}

const collectChunks = ({ metafile, outputFiles }: Split, paths: ReadonlySet<string>): Map<string, Chunk> => {
  const texts = new Map(
    outputFiles.map((file) => [relative(process.cwd(), file.path).replaceAll('\\', '/'), file.text]),
  )
  return new Map(
    [...paths].map((path, index) => [
      path,
      { path, text: texts.get(path) ?? '', exports: metafile.outputs[path]?.exports ?? [], name: `c${index}` },
    ]),
  )
}

const reexport = (chunk: Chunk | undefined): string[] => {
  if (chunk === undefined) return []
  const names = chunk.exports.map((name) => `${name} as ${chunk.name}_${name}`)
  return [
    `import "${chunk.path}"`,
    ...(names.length === 0 ? [] : [`export { ${names.join(', ')} } from "${chunk.path}"`]),
  ]
}

const handOn = ({ path, name, exports }: Chunk, owner: string): OutputFile => {
  const names = exports.map((exported) => `${name}_${exported} as ${exported}`)
  const text = `export{${names.join(',')}}from"./${basename(owner)}";\n`
  return { path: join(process.cwd(), path), contents: Buffer.from(text), hash: '', text }
}

const bundleAgain = async (
  chunks: ReadonlyMap<string, Chunk>,
  { main, entries }: { main: string; entries: readonly { name: string; text: string }[] },
): Promise<OutputFile[]> => {
  const texts = new Map([
    ...[...chunks.values()].map(({ path, text }) => [path, text] as const),
    ...entries.map(({ name, text }) => [name, text] as const),
  ])
  const folder = dirname(main)
  const { outputFiles } = await build({
    entryPoints: [main, ...entries.map(({ name }) => name)].map((path) => ({
      in: path,
      out: relative(folder, path).replace(/\.js$/, ''),
    })),
    outdir: folder,
    chunkNames: 'chunks/shared-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    legalComments: 'inline',
    minifyWhitespace: true,
    minifySyntax: true,
    write: false,
    logLevel: 'warning',
    plugins: [inMemory(texts)],
  })
  return outputFiles
}

/** Chunks come from memory; what is imported late, and packages, stay as they are named. */
const inMemory = (texts: ReadonlyMap<string, string>): Plugin => ({
  name: 'in-memory',
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
      const target = path.startsWith('.') ? join(dirname(importer), path).replaceAll('\\', '/') : path
      return kind !== 'dynamic-import' && texts.has(target)
        ? { path: target, namespace: 'chunk' }
        : { path, external: true }
    })
    build.onLoad({ filter: /.*/, namespace: 'chunk' }, ({ path }) => ({ contents: texts.get(path) ?? '' }))
  },
})
