/** Reads what a TypeScript file imports, without a parser: comments and strings are told apart, the rest is a pattern. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { REPOSITORY_FOLDER } from './child-process.ts'

export interface SourceModule {
  /** From the repository's folder, such as `src/core/fault.ts`. */
  path: string
  lineCount: number
  /** The text without comments, and with every string but those of imports emptied. */
  code: string
  /** Paths like `path` of our own modules; type imports and `import()` count. */
  imports: string[]
  /** Names of npm packages, such as `@mikro-orm/core`. */
  packages: string[]
  /** Those of them that `import type` alone names: nothing of them is there at run time. */
  typePackages: string[]
  /** Relative imports that name no file. */
  broken: string[]
}

/** All modules under src/ and agents/, sorted by path. */
export const readSourceModules = (): SourceModule[] => {
  const paths = globSync('{src,agents}/**/*.ts', { cwd: REPOSITORY_FOLDER })
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
  const known = new Set(paths)
  return paths.map((path) => readModule(path, known))
}

const readModule = (path: string, known: ReadonlySet<string>): SourceModule => {
  const text = readFileSync(join(REPOSITORY_FOLDER, path), 'utf8')
  const specifiers = [...new Set(findImports(text))]
  const loaded = new Set(findImports(text.replaceAll(TYPE_IMPORTS, ' ')))
  const relativePaths = specifiers
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => relative('.', join(dirname(path), specifier)).replaceAll('\\', '/'))
  return {
    path,
    lineCount: text.replace(/\n$/, '').split('\n').length,
    code: stripTexts(text),
    imports: relativePaths.filter((target) => known.has(target)),
    packages: specifiers.filter(isPackage).map(toPackageName),
    typePackages: specifiers.filter((specifier) => isPackage(specifier) && !loaded.has(specifier)).map(toPackageName),
    broken: relativePaths.filter((target) => !known.has(target) && !target.endsWith('.json')),
  }
}

const isPackage = (specifier: string): boolean => !/^(\.|node:)/.test(specifier)

/** `@scope/name/part` → `@scope/name`, `name/part` → `name`. */
const toPackageName = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

/** Comments, strings, templates and regular expressions that could hold a quote, in the order in which they open. */
const TEXTS =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|(?<=[=(,:[!&|?{};\n]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g

const IMPORTS =
  /\b(?:import|export)\b(?:[\s\w$*{},]*?\bfrom)?\s*\(?\s*(['"])([^'"\n]+)\1|\brequire\w*\(\s*(['"])([^'"\n]+)\3/g

/** Whole statements that the stripping of types removes. */
const TYPE_IMPORTS = /^(?:import|export) type [^;'"]*from *(['"])[^'"\n]*\1/gm

/** The specifiers of `import`, `import type`, `export … from`, `import()` and `require()`. */
export const findImports = (text: string): string[] => {
  const code = text.replaceAll(TEXTS, (found) => (/^['"]/.test(found) ? found : ' '))
  return [...code.matchAll(IMPORTS)].map(([, , specifier = '', , required = '']) => specifier || required)
}

const stripTexts = (text: string): string =>
  text.replaceAll(TEXTS, (found) => (found.startsWith('/') ? ' ' : found.startsWith('`') ? found : "''"))

/** The shortest cycle through each module that is in one, as `a → b → a`; equal cycles once. */
export const findCycles = (modules: readonly SourceModule[]): string[] => {
  const graph = new Map(modules.map(({ path, imports }) => [path, imports]))
  const cycles = new Map<string, string>()
  for (const { path } of modules) {
    const cycle = findCycle(path, graph)
    if (cycle !== undefined) cycles.set([...cycle].sort().join(), [...cycle, path].join(' → '))
  }
  return [...cycles.values()]
}

const findCycle = (start: string, graph: ReadonlyMap<string, string[]>): string[] | undefined => {
  const seen = new Set<string>()
  let ways = [[start]]
  while (ways.length > 0) {
    const next: string[][] = []
    for (const way of ways) {
      for (const target of graph.get(way.at(-1) ?? '') ?? []) {
        if (target === start) return way
        if (!seen.has(target)) next.push([...way, target])
        seen.add(target)
      }
    }
    ways = next
  }
  return undefined
}
