import { writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findStartSources } from '../../build/bundle-cli.ts'
import { type ProcessResult, startBuiltCli } from '../support/child-process.ts'
import { createTempFolder } from '../support/temp-folder.ts'

const test = suite('start-up')

const WORKFLOW = `
workflow: one_step
models: { default: mock/echo }
steps:
  - { id: ask, llm: default, prompt: hello }
`

/** Prints at the end which files were loaded, and which parts of Node that a bare one does not load. */
const RECORDER = `
const { registerHooks } = require('node:module')
const { writeSync } = require('node:fs')
const files = []
const atStart = new Set(process.moduleLoadList)
registerHooks({ load: (url, context, next) => (files.push(url), next(url, context)) })
process.on('exit', () => {
  const builtins = process.moduleLoadList.filter((name) => !atStart.has(name)).map((name) => name.replace(/^\\S+ /, ''))
  writeSync(2, JSON.stringify({ files, builtins }))
})
`

const packageOf = (path: string): string | undefined => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]

test('checking and running a workflow loads five packages, and none of the heavy ones', async () => {
  const packages = new Set((await findStartSources()).flatMap((path) => packageOf(path) ?? []))
  assert.equal([...packages].sort(), ['@marcbachmann/cel-js', 'better-sqlite3', 'commander', 'xstate', 'yaml'])
})

interface Loaded {
  files: string[]
  builtins: string[]
}

const recordRun = async (): Promise<Loaded> => {
  const folder = createTempFolder()
  writeFileSync(folder.resolve('recorder.cjs'), RECORDER)
  writeFileSync(folder.resolve('one-step.yaml'), WORKFLOW)
  const env = { NODE_OPTIONS: `--require ${folder.resolve('recorder.cjs')}` }
  const run = (): Promise<ProcessResult> =>
    startBuiltCli(['run', 'one-step.yaml', '--quiet'], { cwd: folder.path, env }).done
  // The first one makes the database, with MikroORM.
  await run()
  const { stdout, stderr, exitCode } = await run()
  assert.is(exitCode, 0, stderr)
  assert.match(stdout, 'hello')
  return JSON.parse(stderr)
}

test('a run on a database that is there already reads few files, and of Node no HTTP, processes or threads', async () => {
  const { files, builtins } = await recordRun()
  const ours = files.filter((file) => file.startsWith('file:') && packageOf(file) === undefined)
  assert.ok(ours.length <= 12, `${ours.length} files:\n${ours.join('\n')}`)
  const packages = new Set(files.flatMap((file) => packageOf(file) ?? []))
  assert.equal([...packages], ['better-sqlite3'])
  for (const heavy of ['child_process', 'http', 'worker_threads', 'internal/fs/promises', 'perf_hooks'])
    assert.not(builtins.includes(heavy), `${heavy} is loaded`)
})

test.run()
