/**
 * A provider is one folder and one line of the table: a copy of the sources gets both, and its command line validates, runs, prices and
 * examines the provider as any other.
 */
import { cpSync, symlinkSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type ProcessResult, REPOSITORY_FOLDER, runProcess } from '../support/child-process.ts'
import { sendJson, startHttpServer, type TestServer } from '../support/http-server.ts'
import { createTempFolder } from '../support/temp-folder.ts'

const TABLE = 'src/actors/llm/providers.ts'

/** A kind that speaks as OpenAI does, with limits, words and a program of its own. */
const DEFINITION = `
import { pickParameters } from '../../../core/model-parameters.ts'
import { toCompatible } from '../openai/compatible.ts'

const UP_TO_ONE = { expected: 'a number from 0 to 1', fits: (value: unknown) => Number(value) <= 1 }

export const acme = toCompatible({
  kind: 'acme',
  variables: { keys: ['ACME_API_KEY'], address: 'ACME_BASE_URL' },
  url: 'https://api.acme.example/v1',
  priceVendor: 'mistral',
  parameters: { ...pickParameters('max_tokens', 'reasoning'), temperature: UP_TO_ONE },
  reasoning: ['little', 'much'],
  longestToolName: 10,
  asksInWords: () => true,
  program: { name: 'Acme', start: 'acme serve', listen: 'acme serve --all' },
})
`

const folder = createTempFolder({ 'src/actors/llm/acme/index.ts': DEFINITION })
for (const name of ['src', 'package.json'])
  cpSync(`${REPOSITORY_FOLDER}/${name}`, folder.resolve(name), { recursive: true })
symlinkSync(`${REPOSITORY_FOLDER}/node_modules`, folder.resolve('node_modules'))
folder.write(
  TABLE,
  folder
    .read(TABLE)
    .replace('import { anthropic }', "import { acme } from './acme/index.ts'\nimport { anthropic }")
    .replace('= [\n  mock,', '= [\n  acme,\n  mock,'),
)

let server: TestServer
const test = suite('a new provider')
test.before(async () => {
  const choices = [{ message: { role: 'assistant', content: '```json\n{"city":"Paris"}\n```' }, finish_reason: 'stop' }]
  const usage = { prompt_tokens: 1_000_000, completion_tokens: 0 }
  server = await startHttpServer((_request, response) => sendJson(response, { choices, usage }))
})
test.after(() => server.stop())

const writeWorkflow = (params: string, model = 'mistral-large-2411'): string =>
  folder.write(
    'work/ask.yaml',
    `workflow: ask
models: { default: acme/${model} }
steps:
  - id: ask
    llm: default
    prompt: Where?
    params: ${params}
    returns: { city: string }
output: { city: steps.ask.output.city }
`,
  )

const runCli = (args: readonly string[], env: Record<string, string> = {}): Promise<ProcessResult> =>
  runProcess([process.execPath, folder.resolve('src/cli/main.ts'), ...args], {
    cwd: folder.resolve('work'),
    env: { ACME_API_KEY: 'a-key-of-some-length', ...env },
    timeoutMs: 120_000,
  })

test('validate knows its parameters, their limits and its levels of reasoning', async () => {
  writeWorkflow('{ temperature: 1, max_tokens: 9, reasoning: much }')
  assert.is((await runCli(['validate', 'ask.yaml'])).exitCode, 0)
  writeWorkflow('{ temperature: 1.5, seed: 1, reasoning: high }')
  const { stdout, stderr, exitCode } = await runCli(['validate', 'ask.yaml'])
  const said = stdout + stderr
  assert.is(exitCode, 2, said)
  assert.match(said, "'temperature' is out of range: expected a number from 0 to 1, got 1.5")
  assert.match(said, "'seed' is no parameter of 'acme': expected max_tokens, reasoning, temperature")
  assert.match(said, "'reasoning' is no level that 'acme' has: expected one of little, much")
})

test('run asks its server in words, and prices the call by its vendor', async () => {
  writeWorkflow('{ temperature: 1 }')
  const { stdout, stderr, exitCode } = await runCli(['run', 'ask.yaml', '--json'], {
    ACME_BASE_URL: `${server.url}/v1`,
  })
  assert.is(exitCode, 0, stdout + stderr)
  assert.match(stdout, /"city":\s*"Paris"/)
  const body = JSON.parse(server.requests[0]?.body ?? '')
  assert.equal([body.response_format, body.messages.length], [undefined, 2])
  assert.match(body.messages[0].content, 'JSON Schema')
  assert.match((await runCli(['cost-report'])).stdout, /acme.*\$2/)
})

test('the config takes its kind, and doctor says how to start its program', async () => {
  writeWorkflow('{ temperature: 1 }')
  folder.write('work/troupe.config.yaml', 'providers: { own: { kind: acme, base_url: "http://127.0.0.1:9/v1" } }\n')
  const { stdout, stderr } = await runCli(['doctor', '--online', 'ask.yaml'], {
    ACME_BASE_URL: 'http://127.0.0.1:1/v1',
  })
  assert.match(stdout + stderr, 'Acme is not running at http://127.0.0.1:1/v1')
  assert.match(stdout + stderr, /start it with 'acme serve'.*export ACME_BASE_URL=/)
})

test.run()
