import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findStartSources } from '../../build/bundle-cli.ts'
import { type ProcessResult, startBuiltCli } from '../support/child-process.ts'
import { createTempFolder } from '../support/temp-folder.ts'

const test = suite('start-up')

const asking = (model: string): string => `
workflow: one_step
models: { default: ${model} }
steps:
  - { id: ask, llm: default, prompt: hello, retry: { max: 1 } }
`

const WITHOUT_MODELS = `
workflow: no_model
steps:
  - { id: greet, set: { text: "'hello'" } }
output: { text: steps.greet.output.text }
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

/** In node_modules, or bundled as a file of its own. */
const packageOf = (path: string): string | undefined =>
  /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? /dist\/vendor\/((?:@[^/]+\/)?[^/]+)\.js$/.exec(path)?.[1]

test('checking and running a workflow loads five packages, and none of the heavy ones', async () => {
  const packages = new Set((await findStartSources()).flatMap((path) => packageOf(path) ?? []))
  assert.equal([...packages].sort(), ['@marcbachmann/cel-js', 'better-sqlite3', 'commander', 'xstate', 'yaml'])
})

test('prices come from a list beside the bundle, and no package', async () => {
  const limited = (model: string): string => asking(model).replace('steps:', 'limits: { cost_usd: 1 }\nsteps:')
  const folder = createTempFolder({
    'recorder.cjs': RECORDER,
    'priced.yaml': limited('openai/gpt-5-mini'),
    'unpriced.yaml': limited('openai/unheard-of'),
  })
  const validate = (file: string, env: Record<string, string> = {}): Promise<ProcessResult> =>
    startBuiltCli(['validate', file, '--json'], { cwd: folder.path, env }).done
  const priced = await validate('priced.yaml', { NODE_OPTIONS: `--require ${folder.resolve('recorder.cjs')}` })
  assert.is(priced.exitCode, 0, priced.stdout)
  const { files }: Pick<Loaded, 'files'> = JSON.parse(priced.stderr)
  assert.equal(
    files.flatMap((file) => packageOf(file) ?? []),
    [],
  )
  assert.match((await validate('unpriced.yaml')).stdout, 'unpriced_model')
})

/** `start-1.js` of `file:///…/dist/chunks/start-1.js`. */
const nameOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1)

interface Loaded {
  exitCode: number | null
  stdout: string
  files: string[]
  builtins: string[]
}

/** The first run, which makes the database, and a second one. */
const recordRuns = async (workflow: string): Promise<{ first: Loaded; second: Loaded }> => {
  const folder = createTempFolder({ 'recorder.cjs': RECORDER, 'one-step.yaml': workflow })
  const env = { ...NOWHERE, NODE_OPTIONS: `--require ${folder.resolve('recorder.cjs')}` }
  const run = async (): Promise<Loaded> => {
    const { stdout, stderr, exitCode } = await startBuiltCli(['run', 'one-step.yaml', '--quiet'], {
      cwd: folder.path,
      env,
    }).done
    return { exitCode, stdout, ...JSON.parse(stderr.slice(stderr.lastIndexOf('{"files":'))) }
  }
  return { first: await run(), second: await run() }
}

/** Addresses where every model call fails at once: no server listens there. */
const NOWHERE = {
  OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
  ANTHROPIC_BASE_URL: 'http://127.0.0.1:1',
  GEMINI_BASE_URL: 'http://127.0.0.1:1',
  OLLAMA_HOST: '127.0.0.1:1',
}

const packagesOf = ({ files }: Loaded): string[] => [...new Set(files.flatMap((file) => packageOf(file) ?? []))].sort()

test('the run that makes a database loads MikroORM and no SDK; the next one reads few files, and of Node no HTTP, processes or threads', async () => {
  const { first, second: loaded } = await recordRuns(asking('mock/echo'))
  assert.equal(packagesOf(first), ['@mikro-orm/core', '@mikro-orm/migrations', '@mikro-orm/sqlite', 'better-sqlite3'])
  const { files, builtins } = loaded
  assert.is(loaded.exitCode, 0)
  assert.match(loaded.stdout, 'hello')
  const ours = files.filter((file) => file.startsWith('file:') && packageOf(file) === undefined)
  console.log(`files of a start: ${ours.map(nameOf).join(' ')}`)
  assert.ok(ours.length <= 12, `${ours.length} files:\n${ours.join('\n')}`)
  assert.equal(
    ours.filter((file) => file.includes('/vendor/')),
    [],
  )
  assert.equal(packagesOf(loaded), ['better-sqlite3'])
  for (const heavy of ['child_process', 'http', 'worker_threads', 'internal/fs/promises', 'perf_hooks'])
    assert.not(builtins.includes(heavy), `${heavy} is loaded`)
})

test('a run without models loads no SDK and nothing of a provider', async () => {
  const { second: loaded } = await recordRuns(WITHOUT_MODELS)
  assert.is(loaded.exitCode, 0)
  assert.equal(packagesOf(loaded), ['better-sqlite3'])
  assert.equal(
    loaded.files.map(nameOf).filter((name) => /openai|anthropic|gemini|ollama|llm-actor/.test(name)),
    [],
  )
})

const QUERYING = `
workflow: one_query
steps:
  - { id: sum, tool: json.query, with: { query: "$sum(x)", data: { x: [1, 2] } } }
output: { sum: steps.sum.output.value }
`

test('only a run with a query loads what starts worker processes, and JSONata is loaded in the worker alone', async () => {
  const { second: plain } = await recordRuns(WITHOUT_MODELS)
  const { second: loaded } = await recordRuns(QUERYING)
  const ofQueries = (files: readonly string[]): string[] =>
    files.map(nameOf).filter((name) => /^json-query|^query-task/.test(name))
  assert.equal(ofQueries(plain.files), [])
  assert.not(plain.builtins.includes('child_process'))
  assert.match(loaded.stdout, '"sum": 3')
  assert.match(ofQueries(loaded.files).join(), /^json-query-\w+\.js$/)
  assert.ok(loaded.builtins.includes('child_process'))
})

const SDKS: [model: string, sdk: string][] = [
  ['openai/gpt-4.1-mini', 'openai'],
  ['anthropic/claude-haiku-4-5', '@anthropic-ai/sdk'],
  ['gemini/gemini-2.5-flash', '@google/generative-ai'],
  ['ollama/llama3.2', 'ollama'],
]
for (const [model, sdk] of SDKS)
  test(`a run with ${model} loads ${sdk}, and no other SDK`, async () => {
    const { second: loaded } = await recordRuns(asking(model))
    assert.is(loaded.exitCode, 1)
    const all = SDKS.map(([, name]) => name)
    assert.equal(
      packagesOf(loaded).filter((name) => all.includes(name)),
      [sdk],
    )
  })

test.run()
