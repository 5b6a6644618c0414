/** Two runs in one project: what the second one says of the answers that it did not pay for. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCliProject } from '../support/cli-project.ts'
import { openaiWire } from '../support/wire/openai.ts'
import { startWireServer } from '../support/wire/wire-server.ts'

const project = createCliProject({
  'ask.yaml': `workflow: ask
models: { default: openai/gpt-4.1-mini }
input: { name: { type: string, default: Ada } }
steps:
  - { id: greet, llm: default, prompt: "Greet \${input.name}.", cache: 1h, stream: true, params: { max_tokens: 100 } }
  - { id: part, llm: default, prompt: "Part from \${input.name}.", cache: 90m, params: { max_tokens: 100 } }
output: { greet: steps.greet.output.text, part: steps.part.output.text }
`,
})
const server = await startWireServer(openaiWire)
server.answerWith({
  kind: 'answer',
  answer: { text: ['Grüezi', ' Ada'], usage: { input: 1000, cached: 0, output: 10 } },
})

const troupe = (...args: string[]) =>
  project.troupe(args, { env: { OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: 'planted-key-1234' } })

const test = suite('the cache on the command line')
test.after(async () => {
  await server.stop()
  project.remove()
})

test('the second run calls no model, and says so', async () => {
  const first = await troupe('run', 'ask.yaml')
  assert.is(first.exitCode, 0, first.stderr)
  assert.match(first.stderr, / · 2,000 → 20 tokens · \$0\.0\d+\n$/)
  const second = await troupe('run', 'ask.yaml')
  assert.is(second.stdout, first.stdout)
  assert.match(second.stderr, /\n {2}greet: completed in \S+, 1 answer from the cache\n/)
  assert.match(second.stderr, / · \$0 · 2 answers from the cache\n$/)
  assert.is(server.requests.length, 2)
})

test('its trace says so, of each step and of the whole', async () => {
  const { stdout } = await troupe('trace', 'last')
  assert.match(stdout, /^ask {2}completed after .* · \$0 · 2 answers from the cache\n/)
  assert.match(stdout, /\n✓ greet .*from cache\n✓ part .*from cache\n/)
  const json = JSON.parse((await troupe('trace', 'last', '--json')).stdout)
  assert.equal(json.usage, { input_tokens: 0, output_tokens: 0, cost_usd: 0, cache_hits: 2 })
  const hit = { provider: 'openai', model: 'gpt-4.1-mini', input_tokens: 0, cached_tokens: 0, output_tokens: 0 }
  assert.equal(json.journal[1].data.usage, [{ ...hit, cost_usd: 0, cache_hits: 1 }])
})

test('another input asks, and another model in place of an alias', async () => {
  const before = server.requests.length
  await troupe('run', 'ask.yaml', '-i', 'name=Bob')
  assert.is(server.requests.length, before + 2)
  const { stdout } = await troupe('run', 'ask.yaml', '-m', 'default=openai/gpt-4.1-nano', '--json')
  assert.is(JSON.parse(stdout).usage.cache_hits, undefined)
  assert.is(server.requests.length, before + 4)
})

test('the cost report counts hits apart from calls', async () => {
  const { stdout } = await troupe('cost-report', '--json')
  assert.equal(
    JSON.parse(stdout).rows.map(({ model, calls, cache_hits }: Record<string, unknown>) => [model, calls, cache_hits]),
    [
      ['gpt-4.1-mini', 4, 2],
      ['gpt-4.1-nano', 2, 0],
    ],
  )
})

test('a plan counts without the cache, and says which answers are kept', async () => {
  const { stdout } = await troupe('plan', 'ask.yaml')
  assert.match(stdout, /\ncached answers of equal requests .*\n {2}greet: for 1h 00m\n {2}part: for 1h 30m\n/)
  assert.match(stdout, /\ntypical .* 1 with answers from the cache/)
  const { steps, typical, worst_case_usd } = JSON.parse((await troupe('plan', 'ask.yaml', '--json')).stdout)
  assert.equal([steps[0].cache_ms, steps[1].cache_ms, typical.cached_runs], [3_600_000, 5_400_000, 1])
  assert.ok(worst_case_usd > 0)
})

test('validate has nothing to say against it', async () => {
  const { stdout, stderr, exitCode } = await troupe('validate', 'ask.yaml')
  assert.is(exitCode, 0)
  assert.not.match(stdout + stderr, 'later release')
})

test.run()
