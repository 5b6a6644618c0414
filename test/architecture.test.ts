/** The direction of dependencies, and the limits of size, for all modules under src/. A new package needs a line here. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findCycles, findImports, readSourceModules } from './support/imports.ts'

/** The folders of src/ that each folder may import, besides itself. */
const DIRECTION: Record<string, readonly string[]> = {
  core: [],
  secrets: ['core'],
  compiler: ['core'],
  machines: ['core'],
  store: ['core'],
  actors: ['core'],
  cluster: ['core'],
  chart: ['core', 'compiler'],
  runtime: ['core', 'secrets', 'compiler', 'machines', 'store'],
  service: ['core', 'secrets', 'compiler', 'chart', 'machines', 'store', 'runtime'],
  triggers: ['core', 'secrets', 'compiler', 'store', 'runtime', 'service'],
  web: ['core', 'secrets', 'compiler', 'chart', 'store', 'runtime', 'service'],
  library: ['core', 'secrets', 'compiler', 'machines', 'store', 'runtime', 'service'],
  telemetry: ['core', 'secrets', 'compiler', 'machines', 'store', 'runtime', 'service'],
  app: [
    ...['core', 'secrets', 'compiler', 'machines', 'store', 'actors', 'cluster'],
    ...['runtime', 'service', 'triggers', 'web', 'library', 'telemetry'],
  ],
  cli: ['core', 'secrets', 'compiler', 'chart', 'store', 'runtime', 'service', 'library', 'telemetry', 'web', 'app'],
  index: ['core', 'compiler', 'machines', 'store', 'runtime', 'service', 'library', 'app'],
}

/** Where each npm package may be imported: paths that start so. Types of XState may stand in all of the runtime. */
const PACKAGES: Record<string, readonly string[]> = {
  '@anthropic-ai/sdk': ['src/actors/llm/'],
  '@google/generative-ai': ['src/actors/llm/'],
  '@hono/node-server': ['src/web/'],
  '@hono/zod-openapi': ['src/web/'],
  '@marcbachmann/cel-js': ['src/compiler/expression/'],
  '@mikro-orm/core': ['src/store/'],
  '@mikro-orm/migrations': ['src/store/'],
  '@mikro-orm/postgresql': ['src/store/'],
  '@mikro-orm/sqlite': ['src/store/'],
  '@statelyai/inspect': ['src/telemetry/inspect/'],
  '@xstate/graph': ['src/service/simulation/'],
  ajv: ['src/core/', 'src/compiler/'],
  'ajv-formats': ['src/core/'],
  'better-sqlite3': ['src/store/'],
  commander: ['src/cli/'],
  croner: ['src/service/schedules/'],
  elkjs: ['src/chart/'],
  hono: ['src/web/'],
  jsonata: ['src/actors/tools/'],
  ollama: ['src/actors/llm/'],
  pg: ['src/store/postgres/'],
  openai: ['src/actors/llm/'],
  pino: ['src/telemetry/log/'],
  'prom-client': ['src/telemetry/metrics/'],
  re2js: ['src/core/', 'src/compiler/expression/', 'src/actors/tools/json-query/'],
  xstate: [
    'src/runtime/fold.ts',
    'src/machines/',
    'src/compiler/lower',
    'src/compiler/link',
    'src/library/',
    'src/service/simulation/',
  ],
  yaml: ['src/compiler/'],
}

/** Guards against a scan that finds nothing to judge. Raise it as the project grows. */
const FEWEST_MODULES = 200
const LONGEST_FILE = 350
const HIGHEST_MEDIAN = 130

const modules = readSourceModules()

/** `src/compiler/expression/type.ts` → `compiler`, `src/index.ts` → `index`. */
const folderOf = (path: string): string => /^src\/([^/.]+)/.exec(path)?.[1] ?? 'agents'

const test = suite('architecture')

test('the scan sees the modules and their imports', () => {
  const edges = modules.reduce((total, { imports }) => total + imports.length, 0)
  console.log(`${modules.length} modules, ${edges} imports`)
  assert.ok(modules.length >= FEWEST_MODULES, `expected at least ${FEWEST_MODULES} modules, got ${modules.length}`)
  assert.ok(edges >= modules.length / 2, `expected at least half as many imports as modules, got ${edges}`)
  assert.equal(
    modules.flatMap(({ path, broken }) => broken.map((target) => `${path} → ${target}`)),
    [],
  )
})

test('the scan reads every form of import, and none in a comment or string', () => {
  const text = `
import { a } from './a.ts'
import type { B } from "./b.ts"
import c, * as d from './c.ts'
import './d.ts'
export { e } from './e.ts'
export * from './f.ts'
import {
  g, // from './no.ts'
} from './g.ts'
const h = await import('./h.ts')
const i = require('./i.ts')
// import { x } from './no.ts'
/* import './no.ts' */
const quote = /['"]/
const text = \`import { x } from './no.ts'\`
type J = import('./j.ts').J
`
  assert.equal(
    findImports(text).map((specifier) => specifier.slice(2, -3)),
    ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'],
  )
})

test('imports follow the direction', () => {
  const wrong = modules.flatMap(({ path, imports }) =>
    imports
      .filter((target) => folderOf(target) !== folderOf(path))
      .filter((target) => folderOf(path) !== 'agents' && !DIRECTION[folderOf(path)]?.includes(folderOf(target)))
      .map((target) => `${path} → ${target}`),
  )
  assert.equal(wrong, [])
})

test('no import leads back to where it came from', () => {
  assert.equal(findCycles(modules), [])
})

test('each npm package is imported only where its work is done', () => {
  const wrong = modules.flatMap(({ path, packages, typePackages }) =>
    packages
      .filter((name) => !(name === 'xstate' && path.startsWith('src/runtime/') && typePackages.includes(name)))
      .filter((name) => !PACKAGES[name]?.some((place) => path.startsWith(place)))
      .map((name) => `${path} → ${name}`),
  )
  assert.equal(wrong, [])
})

test('the environment is read by the command line alone', () => {
  const readers = modules.filter(({ code }) =>
    /\bprocess\s*\??\.\s*env\b|\{[^}]*\benv\b[^}]*\}\s*(=\s*process\b|from\s*'')/.test(code),
  )
  assert.equal(
    readers.map(({ path }) => path).filter((path) => !/^(src\/cli|agents)\//.test(path)),
    [],
  )
})

test('nothing is exported by default', () => {
  const wrong = modules.filter(({ code }) => /\bexport\s+default\b|\bas\s+default\b/.test(code))
  assert.equal(
    wrong.map(({ path }) => path),
    [],
  )
})

test('the folders, their size and what they import', () => {
  const folders = Object.keys(DIRECTION).filter((folder) => modules.some(({ path }) => folderOf(path) === folder))
  const rows = folders.map((folder) => {
    const own = modules.filter(({ path }) => folderOf(path) === folder)
    const imports = new Set(own.flatMap((module) => module.imports.map(folderOf)))
    imports.delete(folder)
    const lines = own.reduce((total, { lineCount }) => total + lineCount, 0)
    return { folder, files: own.length, lines, imports: folders.filter((other) => imports.has(other)) }
  })
  for (const { folder, files, lines, imports } of rows)
    console.log(
      `${folder.padEnd(10)} ${`${files}`.padStart(4)} files ${`${lines}`.padStart(6)} lines  imports ${imports.join(' ')}`,
    )
  assert.equal(
    rows.reduce((total, { files }) => total + files, 0),
    modules.filter(({ path }) => path.startsWith('src/')).length,
    'a folder is missing in DIRECTION',
  )
})

/** At the border of a type that can't say more: a table of colours by name, and the context of a foreign machine. */
const CASTING = ['src/cli/paint.ts', 'src/service/control/undone-steps.ts']

test('no type is forced by as unknown as or as never, but in two files', () => {
  const casting = modules.filter(({ code }) => /\bas (unknown as|never)\b/.test(code)).map(({ path }) => path)
  assert.equal(
    casting.filter((path) => !CASTING.includes(path)),
    [],
  )
})

test('files are small', () => {
  const counts = modules.map(({ lineCount }) => lineCount).sort((a, b) => a - b)
  const at = (share: number): number => counts[Math.floor((counts.length - 1) * share)] ?? 0
  console.log(`lines a file: median ${at(0.5)}, nine in ten under ${at(0.9)}, longest ${at(1)}`)
  assert.equal(
    modules.filter(({ lineCount }) => lineCount > LONGEST_FILE).map(({ path, lineCount }) => `${path}: ${lineCount}`),
    [],
  )
  assert.ok(at(0.5) <= HIGHEST_MEDIAN, `expected a median of at most ${HIGHEST_MEDIAN} lines, got ${at(0.5)}`)
})

test.run()
