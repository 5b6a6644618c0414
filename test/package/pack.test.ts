/** The package as its users get it: packed, installed from a registry into an empty project, and used as README.md says. */
import { cpSync, existsSync, globSync, lstatSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type ProcessResult, REPOSITORY_FOLDER, runProcess } from '../support/child-process.ts'
import { createTempFolder } from '../support/temp-folder.ts'

const TIMEOUT_MS = 240_000
/** MB of node_modules after `npm install troupe`. */
const LARGEST_INSTALLATION = 90
/** The Node that is pinned comes first, as in a project that has it. */
const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter)

const packed = createTempFolder()
const project = createTempFolder({ 'package.json': '{ "name": "empty", "private": true, "type": "module" }' })

const attempt = (command: readonly string[], cwd: string): Promise<ProcessResult> =>
  runProcess(command, { cwd, timeoutMs: TIMEOUT_MS, env: { PATH, NO_COLOR: '1' } })

/** A command that must succeed. */
const execute = async (command: readonly string[], cwd: string): Promise<ProcessResult> => {
  const result = await attempt(command, cwd)
  assert.is(result.exitCode, 0, `${command.join(' ')}\n${result.stdout}${result.stderr}`)
  return result
}

/** The text of a fenced block in the README's section about TypeScript. */
const readSnippet = (language: string): string => {
  const [, section = ''] = readFileSync(join(REPOSITORY_FOLDER, 'README.md'), 'utf8').split(
    '## Use it from TypeScript\n',
  )
  const [, snippet] = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'm').exec(section) ?? []
  assert.ok(snippet, `README.md has no block of ${language} in its section 'Use it from TypeScript'`)
  return snippet
}

interface PackedFile {
  path: string
  size: number
}

const pack = async (): Promise<{ files: PackedFile[]; tarball: string }> => {
  for (const name of ['package.json', 'README.md', 'LICENSE', 'bin', 'schema'])
    cpSync(join(REPOSITORY_FOLDER, name), packed.resolve(name), { recursive: true })
  // Not into dist/, which other tests run from at the same time.
  await execute([process.execPath, 'build/build.ts', packed.resolve('dist')], REPOSITORY_FOLDER)
  packed.write('dist/.cache/v24/entry', 'what the command line leaves behind')
  const { stdout } = await execute(['npm', 'pack', '--ignore-scripts', '--json'], packed.path)
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: PackedFile[] }]
  return { files, tarball: packed.resolve(filename) }
}

/** Errors of npm where no registry can be reached, and its cache lacks a package. */
const UNREACHABLE =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENOTCACHED)\b/

/** Npm's output; undefined where no registry can be reached. */
const install = async (tarball: string): Promise<string | undefined> => {
  const options = ['--prefer-offline', '--no-audit', '--no-fund', '--fetch-retries=1']
  const { exitCode, stdout, stderr } = await attempt(['npm', 'install', ...options, tarball], project.path)
  if (exitCode !== 0 && UNREACHABLE.test(stderr)) return undefined
  assert.is(exitCode, 0, stdout + stderr)
  return stdout + stderr
}

const { files, tarball } = await pack()
const installation = await install(tarball)

const test = suite('package')
const testInstalled: (title: string, run: () => void | Promise<void>) => void =
  installation === undefined ? test.skip : test
if (installation === undefined) console.log('Installed packages are not tested: no npm registry can be reached.')

test('what is packed is the program, its types and its schemas', () => {
  const folders = new Set(
    files.map(({ path }) => path.split('/').slice(0, -1).join('/').split('/').slice(0, 2).join('/')),
  )
  assert.equal([...folders].sort(), [
    '',
    'bin',
    'dist',
    'dist/chunks',
    'dist/library',
    'dist/types',
    'dist/vendor',
    'dist/worker',
    'schema',
  ])
  const sizeBytes = files.reduce((sum, { size }) => sum + size, 0)
  console.log(`${files.length} files, ${Math.round(sizeBytes / 1024)} KB`)
  assert.ok(sizeBytes < 9_000_000, `expected less than 9 MB, got ${sizeBytes} bytes`)
})

test('nothing that is packed runs when it is installed', () => {
  const { scripts } = JSON.parse(packed.read('package.json')) as { scripts: Record<string, string> }
  assert.equal(
    Object.keys(scripts).filter((name) => /^(pre|post)?(install|prepare)$/.test(name)),
    [],
  )
  if (installation !== undefined) assert.not.match(installation, /warn/)
})

test('the licences of bundled packages are packed', () => {
  const notices = packed.read('dist/THIRD_PARTY.txt')
  for (const name of ['openai', '@mikro-orm/core', 'ws', 'xstate', '@pydantic/genai-prices'])
    assert.match(notices, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+, (MIT|Apache-2.0)`, 'm'))
})

test('the types import no package but the peer', () => {
  const texts = globSync('dist/types/**/*.d.ts', { cwd: packed.path }).map((file) => packed.read(file))
  const imports = texts.flatMap((text) => [...text.matchAll(/(?:\bfrom |\bimport\()['"]([^.'"][^'"]*)['"]/g)])
  assert.equal([...new Set(imports.map(([, name]) => name))], ['xstate'])
})

testInstalled(`what npm installs is smaller than ${LARGEST_INSTALLATION} MB, with one XState`, () => {
  const folder = project.resolve('node_modules')
  const sizes = globSync('**', { cwd: folder }).map((path) => toDiskBytes(lstatSync(join(folder, path)).size))
  const sizeMb = sizes.reduce((sum, size) => sum + size, 0) / 1024 / 1024
  console.log(`${sizeMb.toFixed(1)} MB in node_modules`)
  assert.ok(sizeMb < LARGEST_INSTALLATION, `expected less than ${LARGEST_INSTALLATION} MB, got ${sizeMb}`)
  assert.ok(existsSync(join(folder, 'xstate')))
  assert.not(existsSync(join(folder, 'troupe/node_modules')))
})

/** As `du` counts. */
const toDiskBytes = (size: number): number => Math.ceil(size / 4096) * 4096

testInstalled("the README's program runs in an empty project, and its types hold", async () => {
  project.write('quote.yaml', readSnippet('yaml'))
  project.write('quote.ts', readSnippet('ts'))
  const { stdout, stderr } = await execute([process.execPath, 'quote.ts'], project.path)
  assert.is(stderr, '')
  const readme = readFileSync(join(REPOSITORY_FOLDER, 'README.md'), 'utf8')
  assert.ok(
    readme.includes(`\`npx node quote.ts\` prints \`${stdout.trim()}\``),
    `README.md promises something else than ${stdout}`,
  )
  await checkTypes('quote.ts')
})

testInstalled('the example program runs there too', async () => {
  cpSync(join(REPOSITORY_FOLDER, 'examples/embed'), project.resolve('embed'), { recursive: true })
  const { stdout } = await execute([process.execPath, 'embed/main.ts'], project.path)
  assert.match(stdout, "completed { urgent: [ 'T1' ], labels: [ 'bug', 'question', 'bug' ] }")
  assert.match(stdout, 'triage[0]/label failed, once more: the desk is busy')
  assert.match(stdout, "desk { T1: 'bug', T2: 'question', T3: 'bug' }")
  assert.match(stdout, 'journal 7 outcomes')
  await checkTypes('embed/main.ts')
})

testInstalled('the programs of docs/library.md have types that hold', async () => {
  const page = readFileSync(join(REPOSITORY_FOLDER, 'docs/library.md'), 'utf8')
  const blocks = [...page.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, block = '']) => block)
  assert.ok(blocks.length >= 4)
  const imports = blocks.flatMap((block) => block.match(/^import .*$/gm) ?? [])
  const programs = blocks.map((block) => `export const part = async () => {\n${block.replace(/^import .*$/gm, '')}}`)
  for (const [index, program] of programs.entries())
    project.write(`part${index}.ts`, `${LIBRARY}\n${imports.join('\n')}\n${program}\n`)
  await checkTypes(...programs.keys().map((index) => `part${index}.ts`))
})

testInstalled('npx troupe is there, and runs a workflow', async () => {
  const { version } = JSON.parse(packed.read('package.json')) as { version: string }
  assert.is((await execute(['npx', '--offline', 'troupe', '--version'], project.path)).stdout.trim(), version)
  project.write('hello.yaml', 'workflow: hello\nsteps:\n  - id: greet\n    set: { text: "\'hello\'" }\n')
  const { stdout } = await execute(['npx', '--offline', 'troupe', 'run', 'hello.yaml', '--quiet'], project.path)
  assert.equal(JSON.parse(stdout), { text: 'hello' })
})

testInstalled('only what package.json exports can be imported', async () => {
  project.write('inside.ts', "await import('troupe/dist/main.js').catch((error) => console.log(error.code))")
  assert.is(
    (await execute([process.execPath, 'inside.ts'], project.path)).stdout.trim(),
    'ERR_PACKAGE_PATH_NOT_EXPORTED',
  )
  project.write(
    'schema.ts',
    `import schema from 'troupe/schema/workflow.schema.json' with { type: 'json' }\nconsole.log(schema.title)`,
  )
  assert.is((await execute([process.execPath, 'schema.ts'], project.path)).stdout.trim(), 'Troupe workflow')
})

testInstalled('a CommonJS program can require it', async () => {
  project.write('required.cjs', "console.log(typeof require('troupe').compile)")
  assert.is((await execute([process.execPath, 'required.cjs'], project.path)).stdout.trim(), 'function')
})

testInstalled('on a Node that is too old an import says so, without a stack', async () => {
  project.write('old.cjs', "Object.defineProperty(process, 'versions', { value: { node: '20.1.0' } })")
  project.write('import.mjs', "import { compile } from 'troupe'\ncompile('')")
  const { exitCode, stderr } = await attempt([process.execPath, '-r', './old.cjs', 'import.mjs'], project.path)
  assert.is(exitCode, 1)
  assert.match(stderr, 'troupe: Node is too old: expected 24 or newer, got 20.1.0; install it from https://nodejs.org')
  assert.not.match(stderr, /^ +at /m)
})

/** Imports and names that the parts of a page rely on. */
const LIBRARY = `import * as troupe from 'troupe'
import { compile, decide, defineActor, defineTool, Fault, listApprovals, provideActors, run, signal, submit, toMachineInput } from 'troupe'
declare const store: troupe.Store
declare const workflow: troupe.Workflow
declare const secrets: Record<string, string>
declare const queue: {
  next(name: string, accepts: (data: troupe.JsonValue) => boolean, signal: AbortSignal): Promise<troupe.JsonValue>
}
declare const bus: { publish(event: object): void }
type Answer = { text: string; sent: number; received: number }`

/** As strict as a project may be. Declarations of other packages are not ours to judge. */
const checkTypes = (...files: readonly string[]): Promise<ProcessResult> => {
  const modules = join(REPOSITORY_FOLDER, 'node_modules')
  const options = [
    '--noEmit',
    '--strict',
    '--exactOptionalPropertyTypes',
    '--noUncheckedIndexedAccess',
    '--skipLibCheck',
  ]
  const syntax = ['--module', 'nodenext', '--target', 'es2025', '--allowImportingTsExtensions']
  const types = ['--typeRoots', join(modules, '@types'), '--types', 'node']
  return execute(
    [process.execPath, join(modules, 'typescript/bin/tsc'), ...options, ...syntax, ...types, ...files],
    project.path,
  )
}

test.run()
