/** The package as its users get it: packed, installed into an empty project, and used as README.md says. */
import { cpSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type ProcessResult, REPOSITORY_FOLDER, runProcess } from '../support/child-process.ts'
import { createTempFolder } from '../support/temp-folder.ts'

const TIMEOUT_MS = 240_000
/** The Node that is pinned comes first, as in a project that has it. */
const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter)

const packed = createTempFolder()
const project = createTempFolder({ 'package.json': '{ "name": "empty", "private": true, "type": "module" }' })

/** A command that must succeed. */
const execute = async (command: readonly string[], cwd: string): Promise<ProcessResult> => {
  const result = await runProcess(command, { cwd, timeoutMs: TIMEOUT_MS, env: { PATH, NO_COLOR: '1' } })
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

let files: PackedFile[] = []

const test = suite('package')

test.before(async () => {
  for (const name of ['package.json', 'README.md', 'LICENSE', 'bin', 'schema'])
    cpSync(join(REPOSITORY_FOLDER, name), packed.resolve(name), { recursive: true })
  // Not into dist/, which other tests run from at the same time.
  await execute([process.execPath, 'build/build.ts', packed.resolve('dist')], REPOSITORY_FOLDER)
  packed.write('dist/.cache/v24/entry', 'what the command line leaves behind')
  const { stdout } = await execute(['npm', 'pack', '--ignore-scripts', '--json'], packed.path)
  const [{ filename, files: list }] = JSON.parse(stdout) as [{ filename: string; files: PackedFile[] }]
  files = list
  await execute(
    ['npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', packed.resolve(filename)],
    project.path,
  )
})

test('what is packed is the program, its types and its schemas', () => {
  const folders = new Set(
    files.map(({ path }) => path.split('/').slice(0, -1).join('/').split('/').slice(0, 2).join('/')),
  )
  assert.equal([...folders].sort(), ['', 'bin', 'dist', 'dist/chunks', 'dist/library', 'dist/types', 'schema'])
  const sizeBytes = files.reduce((sum, { size }) => sum + size, 0)
  console.log(`${files.length} files, ${Math.round(sizeBytes / 1024)} KB`)
  assert.ok(sizeBytes < 4_000_000, `expected less than 4 MB, got ${sizeBytes} bytes`)
})

test("the README's program runs in an empty project, and its types hold", async () => {
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

test('the example program runs there too', async () => {
  cpSync(join(REPOSITORY_FOLDER, 'examples/embed'), project.resolve('embed'), { recursive: true })
  const { stdout } = await execute([process.execPath, 'embed/main.ts'], project.path)
  assert.match(stdout, "completed { urgent: [ 'T1' ], labels: [ 'bug', 'question', 'bug' ] }")
  assert.match(stdout, 'triage[0]/label failed, once more: the desk is busy')
  assert.match(stdout, "desk { T1: 'bug', T2: 'question', T3: 'bug' }")
  assert.match(stdout, 'journal 7 outcomes')
  await checkTypes('embed/main.ts')
})

test('the programs of docs/library.md have types that hold', async () => {
  const page = readFileSync(join(REPOSITORY_FOLDER, 'docs/library.md'), 'utf8')
  const blocks = [...page.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, block = '']) => block)
  assert.ok(blocks.length >= 4)
  const imports = blocks.flatMap((block) => block.match(/^import .*$/gm) ?? [])
  const programs = blocks.map((block) => `export const part = async () => {\n${block.replace(/^import .*$/gm, '')}}`)
  for (const [index, program] of programs.entries()) {
    project.write(`part${index}.ts`, `${LIBRARY}\n${imports.join('\n')}\n${program}\n`)
    await checkTypes(`part${index}.ts`)
  }
})

test('npx troupe is there, and runs a workflow', async () => {
  const { version } = JSON.parse(packed.read('package.json')) as { version: string }
  assert.is((await execute(['npx', '--offline', 'troupe', '--version'], project.path)).stdout.trim(), version)
  project.write('hello.yaml', 'workflow: hello\nsteps:\n  - id: greet\n    set: { text: "\'hello\'" }\n')
  const { stdout } = await execute(['npx', '--offline', 'troupe', 'run', 'hello.yaml', '--quiet'], project.path)
  assert.equal(JSON.parse(stdout), { text: 'hello' })
})

test('only what package.json exports can be imported', async () => {
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

/** Imports and names that the parts of a page rely on. */
const LIBRARY = `import * as troupe from 'troupe'
import { compile, decide, defineTool, Fault, listApprovals, provideActors, run, signal, submit, toMachineInput } from 'troupe'
declare const store: troupe.Store
declare const workflow: troupe.Workflow
declare const secrets: Record<string, string>
declare const queue: {
  next(name: string, accepts: (data: troupe.JsonValue) => boolean, signal: AbortSignal): Promise<troupe.JsonValue>
}
declare const bus: { publish(event: object): void }`

/** As strict as a project may be. Declarations of other packages are not ours to judge. */
const checkTypes = (file: string): Promise<ProcessResult> => {
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
    [process.execPath, join(modules, 'typescript/bin/tsc'), ...options, ...syntax, ...types, file],
    project.path,
  )
}

test.run()
