/** `troupe doctor` on the providers that workflows use, against servers on this machine. */
import { chmodSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type CliProject, createCliProject, HELLO } from '../../support/cli-project.ts'
import { sendJson, startHttpServer, type TestServer } from '../../support/http-server.ts'

const test = suite('doctor')

const NO_VARIABLES = Object.fromEntries(
  ['OPENAI', 'ANTHROPIC', 'GEMINI', 'GOOGLE'].flatMap((name) => [
    [`${name}_API_KEY`, undefined],
    [`${name}_BASE_URL`, undefined],
  ]),
)

const asking = (...models: string[]): string => `workflow: ask
models: { default: [${models.join(', ')}] }
steps:
  - { id: ask, llm: default, prompt: hello, retry: { max: 1 } }
`

let ollama: TestServer
let closed: TestServer
test.before(async () => {
  ollama = await startHttpServer(({ url }, response) => {
    if (url === '/api/tags') return sendJson(response, { models: [{ name: 'llama3.2:latest' }, { name: 'qwen3:8b' }] })
    if (url === '/v1/models') return sendJson(response, { data: [{ id: 'big-one' }] })
    return sendJson(response, { error: 'model "llama9" not found, try pulling it first' }, 404)
  })
  closed = await startHttpServer(() => {})
  await closed.stop()
})
test.after(() => ollama.stop())

interface Check {
  name: string
  ok: boolean
  detail: string
  fix: string | null
}

interface Examined {
  exitCode: number | null
  /** Checks of keys, providers, models and workflows. */
  checks: Check[]
}

const examine = async (
  project: CliProject,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<Examined> => {
  const options = { env: { ...NO_VARIABLES, OLLAMA_HOST: closed.url, ...env } }
  const { stdout, stderr, exitCode } = await project.troupe(['doctor', '--json', '--online', ...args], options)
  assert.match(stderr, /^(asking \S+ at http:\/\/127\.0\.0\.1:\d+\S* …\n)*$/)
  const { ok, checks } = JSON.parse(stdout)
  assert.is(exitCode, ok ? 0 : 3)
  return { exitCode, checks: checks.filter(({ name }: Check) => /^(workflows?|key|provider|model)$/.test(name)) }
}

test('a project whose workflows need neither key nor server lacks nothing, whichever providers are configured', async () => {
  const project = createCliProject({
    'troupe.config.yaml': `providers: { off: { kind: openai, base_url: "${closed.url}/v1", key: OFF_KEY } }\n`,
    'flows/echo.yaml': asking('mock/echo'),
    'broken.yaml': 'workflow: broken\n',
  })
  const { exitCode, checks } = await examine(project)
  assert.is(exitCode, 0)
  assert.equal(
    checks.map(({ detail }) => detail),
    ['2 found, with 1 model; 1 with errors skipped'],
  )
})

test('keys that are not set are named, and vendors are not asked', async () => {
  const project = createCliProject({
    'one.yaml': asking('openai/gpt-4.1', 'anthropic/claude-haiku-4-5', 'gemini/gemini-2.5-flash'),
  })
  const { checks } = await examine(project, [], { ANTHROPIC_API_KEY: 'planted-key-1' })
  const keys = checks.filter(({ name }) => name === 'key')
  assert.equal(
    keys.map(({ ok, detail }) => [ok, detail]),
    [
      [false, "provider 'openai' has no key: OPENAI_API_KEY is not set"],
      [true, 'ANTHROPIC_API_KEY is set, for anthropic'],
      [false, "provider 'gemini' has no key: neither GEMINI_API_KEY nor GOOGLE_API_KEY is set"],
    ],
  )
  assert.match(keys[0]?.fix ?? '', 'export OPENAI_API_KEY=…')
  const providers = checks.filter(({ name }) => name === 'provider')
  assert.equal(
    providers.map(({ ok, detail }) => ok && /is on the internet: not asked$/.test(detail)),
    [true, true, true],
  )
  assert.not.match(JSON.stringify(checks), 'planted')
})

test('Ollama that is not running is to be started', async () => {
  const project = createCliProject({ 'one.yaml': asking('ollama/llama3.2') })
  const { checks } = await examine(project)
  const provider = checks.find(({ name }) => name === 'provider')
  assert.is(provider?.detail, `Ollama is not running at ${closed.url}`)
  assert.match(provider?.fix ?? '', /^start it with 'ollama serve'.*OLLAMA_HOST=/)
})

test('models that are not there are to be pulled, or are offered by their right name', async () => {
  const project = createCliProject({
    'troupe.config.yaml': `providers: { local: { kind: openai, base_url: "${ollama.url}/v1" } }\n`,
    'one.yaml': asking('ollama/llama3.2', 'ollama/llama9', 'local/big-one', 'local/big-on'),
    'two.yaml': asking('ollama/llama9'),
  })
  const { checks } = await examine(project, [], { OLLAMA_HOST: ollama.url })
  assert.equal(
    checks.filter(({ name }) => name === 'model').map(({ ok, detail, fix }) => [ok, detail, fix]),
    [
      [true, 'ollama/llama3.2 is there', null],
      [
        false,
        'ollama/llama9 is not there, and one.yaml, two.yaml name it',
        'ollama pull llama9; or name one that is there: llama3.2:latest, qwen3:8b',
      ],
      [true, 'local/big-one is there', null],
      [false, 'local/big-on is not there, and one.yaml names it', 'name one that is there, such as big-one'],
    ],
  )
})

test('the model for vectors is looked for as those of workflows are', async () => {
  const project = createCliProject({
    'troupe.config.yaml': 'embed: ollama/nomic-embed-text\n',
    'one.yaml': asking('ollama/llama3.2'),
  })
  const { checks } = await examine(project, [], { OLLAMA_HOST: ollama.url })
  assert.equal(
    checks.filter(({ name }) => name === 'model').map(({ detail, fix }) => [detail, fix]),
    [
      ['ollama/llama3.2 is there', null],
      [
        'ollama/nomic-embed-text is not there, and troupe.config.yaml names it',
        'ollama pull nomic-embed-text; or name one that is there: llama3.2:latest, qwen3:8b',
      ],
    ],
  )
})

test('one workflow is looked at alone', async () => {
  const project = createCliProject({
    'one.yaml': asking('ollama/llama3.2'),
    'two.yaml': asking('openai/gpt-4.1'),
    'broken.yaml': 'workflow: broken\n',
  })
  const [one, broken, none] = await Promise.all([
    examine(project, ['one.yaml'], { OLLAMA_HOST: ollama.url }),
    examine(project, ['broken.yaml']),
    project.troupe(['doctor', 'on.yaml']),
  ])
  assert.is(one.exitCode, 0)
  assert.equal(
    one.checks.map(({ detail }) => detail),
    ['one.yaml names 1 model', `ollama answers at ${ollama.url}`, 'ollama/llama3.2 is there'],
  )
  assert.equal(
    broken.checks.map(({ ok, fix }) => [ok, fix]),
    [[false, 'troupe validate broken.yaml']],
  )
  assert.is(none.exitCode, 2)
  assert.match(none.stderr, "did you mean 'one.yaml'?")
})

test('a run says the same: start Ollama, pull the model, set the key', async () => {
  const project = createCliProject({ 'ollama.yaml': asking('ollama/llama9'), 'openai.yaml': asking('openai/gpt-4.1') })
  const run = async (file: string, env: Record<string, string>): Promise<{ code: string; message: string }> =>
    JSON.parse((await project.troupe(['run', file, '--json'], { env: { ...NO_VARIABLES, ...env } })).stdout).error
  const down = await run('ollama.yaml', { OLLAMA_HOST: closed.url })
  const unknown = await run('ollama.yaml', { OLLAMA_HOST: ollama.url })
  const keyless = await run('openai.yaml', {})
  assert.is(down.code, 'unavailable')
  assert.match(down.message, `Ollama is not running at ${closed.url}\nstart it with 'ollama serve'`)
  assert.is(unknown.code, 'not_found')
  assert.match(unknown.message, 'get it first: ollama pull llama9')
  assert.is(keyless.code, 'unauthorized')
  assert.match(keyless.message, /OPENAI_API_KEY is not set\nset it: export OPENAI_API_KEY=…/)
})

test('a database that other accounts may read is warned of, and nothing is missing', async () => {
  const project = createCliProject({ 'hello.yaml': HELLO })
  await project.troupe(['run', 'hello.yaml', '-i', 'name=Ada', '-q'])
  chmodSync(project.resolve('.troupe/troupe.db'), 0o644)
  const { stdout, exitCode } = await project.troupe(['doctor', 'hello.yaml'])
  assert.is(exitCode, 0)
  assert.match(
    stdout,
    /! permissions +other accounts may read troupe\.db.*, which holds? all runs\n +→ chmod 600 \S+troupe\.db/,
  )
})

test.run()
