/**
 * Money from end to end: the command line against servers on this machine that speak each vendor's wire format. What a run costs is
 * added up here from what the servers answered, by prices written out here, and never taken from the program.
 */
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createPricing } from '../../src/actors/llm/prices.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts'
import { createCliProject } from '../support/cli-project.ts'
import { anthropicWire } from '../support/wire/anthropic.ts'
import { geminiWire } from '../support/wire/gemini.ts'
import { ollamaWire } from '../support/wire/ollama.ts'
import { openaiWire } from '../support/wire/openai.ts'
import type { WireAnswer, WireRequest, WireVendor } from '../support/wire/wire.ts'
import { startWireServer, type WireServer } from '../support/wire/wire-server.ts'

const KEY = 'planted-key-55aa9921cc'

const NO_VARIABLES = Object.fromEntries(
  ['OPENAI', 'ANTHROPIC', 'GEMINI', 'GOOGLE'].flatMap((name) => [
    [`${name}_API_KEY`, undefined],
    [`${name}_BASE_URL`, undefined],
  ]),
)

/** By hand, from the vendors' price lists, in USD per million tokens. */
const VENDORS = [
  { wire: openaiWire, model: 'openai/gpt-4.1-mini', prefix: 'OPENAI', inputUsd: 0.4, outputUsd: 1.6 },
  { wire: anthropicWire, model: 'anthropic/claude-haiku-4-5', prefix: 'ANTHROPIC', inputUsd: 1, outputUsd: 5 },
  { wire: geminiWire, model: 'gemini/gemini-2.5-flash', prefix: 'GEMINI', inputUsd: 0.3, outputUsd: 2.5 },
] as const

type Vendor = (typeof VENDORS)[number]

const test = suite('money')
const project = createCliProject()
const servers: WireServer[] = []
test.after(async () => {
  for (const server of servers) await server.stop()
  project.remove()
})

type Usage = NonNullable<WireAnswer['usage']>

interface MeteredServer {
  server: WireServer
  variables: Record<string, string>
  /** The usage that it reported for each call. */
  used: Usage[]
}

/** A server of which every call uses what `use` says. */
const startMetered = async (
  wire: WireVendor,
  { prefix, use }: { prefix: string; use(request: WireRequest): Usage },
): Promise<MeteredServer> => {
  const server = await startWireServer(wire)
  servers.push(server)
  const used: Usage[] = []
  server.answerWith((request) => {
    const usage = use(request)
    used.push(usage)
    return { kind: 'answer', answer: { text: ['hi'], usage } }
  })
  return { server, used, variables: { [`${prefix}_BASE_URL`]: server.baseUrl, [`${prefix}_API_KEY`]: KEY } }
}

/** As much as it is allowed to, and a token for each byte that it was told. */
const useAll = ({ messages, params }: WireRequest): Usage => ({
  input: messages.reduce((bytes, { text }) => bytes + Buffer.byteLength(text), 0),
  cached: 0,
  output: Number(params.max_tokens),
})

const sumUsd = (used: readonly Usage[], { inputUsd, outputUsd }: Pick<Vendor, 'inputUsd' | 'outputUsd'>): number =>
  used.reduce((sum, { input, output }) => sum + (input * inputUsd + output * outputUsd) / 1e6, 0)

/** Five calls at once. */
const fiveCalls = (model: string, { limit, params = '' }: { limit: number; params?: string }): string => `workflow: five
models: { default: ${model} }
limits: { cost_usd: ${limit} }
steps:
  - id: all
    parallel:
${[1, 2, 3, 4, 5].map((n) => `      branch_${n}: [{ id: ask_${n}, llm: default, prompt: "Question ${n}: how are you?", retry: { max: 1 }${params} }]`).join('\n')}
`

const run = async (file: string, { text, variables }: { text: string; variables: Record<string, string> }) => {
  project.write(file, text)
  const { stdout, stderr, exitCode } = await project.troupe(['run', file, '--json'], {
    env: { ...NO_VARIABLES, ...variables },
  })
  return { exitCode, stderr, ...JSON.parse(stdout) }
}

for (const vendor of VENDORS) {
  const { wire, model, prefix, outputUsd } = vendor
  const name = wire.name
  /** So that two calls cost nearly USD 0.01, and three more. */
  const maxTokens = Math.floor(4_500 / outputUsd)
  const params = `, params: { max_tokens: ${maxTokens} }`

  test(`${model}: five calls at once never spend more than the limit, and the one that would cross it is not sent`, async () => {
    const { server, used, variables } = await startMetered(wire, { prefix, use: useAll })
    const end = await run(`${name}-limited.yaml`, { text: fiveCalls(model, { limit: 0.01, params }), variables })
    const spentUsd = sumUsd(used, vendor)
    assert.ok(spentUsd > 0.009 && spentUsd <= 0.01, `spent ${spentUsd}`)
    assert.is(server.requests.length, 2)
    assert.is(end.exitCode, 1)
    assert.equal([end.status, end.error.code, end.error.details.limit], ['failed', 'budget_exceeded', 'cost_usd'])
    const { allowed, spent, needed, spent_on } = end.error.details
    assert.is(allowed, 0.01)
    assert.ok(Math.abs(spent - spentUsd) < 1e-9, `${spent}, not ${spentUsd}`)
    assert.ok(needed > 0.01 - spent)
    const steps = Object.entries(spent_on as Record<string, number>)
    assert.equal(steps.map(([step]) => step).sort(), ['ask_1', 'ask_2'])
    assert.ok(Math.abs(steps.reduce((sum, [, usd]) => sum + usd, 0) - spentUsd) < 1e-9)
  })

  test(`${model}: without max_tokens a call is given what the rest affords, and no more is spent`, async () => {
    const { server, used, variables } = await startMetered(wire, { prefix, use: useAll })
    const end = await run(`${name}-open.yaml`, { text: fiveCalls(model, { limit: 0.01 }), variables })
    const spentUsd = sumUsd(used, vendor)
    assert.ok(spentUsd > 0.009 && spentUsd <= 0.01, `spent ${spentUsd}`)
    assert.is(server.requests.length, 1)
    assert.is(end.error.code, 'budget_exceeded')
  })

  test(`${model}: calls that use less than they might are all sent, one after the other where they must`, async () => {
    const use = (request: WireRequest): Usage => ({ ...useAll(request), output: 20 })
    const { server, used, variables } = await startMetered(wire, { prefix, use })
    const end = await run(`${name}-frugal.yaml`, { text: fiveCalls(model, { limit: 0.01, params }), variables })
    assert.equal([end.status, server.requests.length], ['completed', 5])
    assert.ok(Math.abs(end.usage.cost_usd - sumUsd(used, vendor)) < 1e-12)
  })

  test(`${model}: with a generous limit all five are sent at once, and cost what the server said`, async () => {
    const { server, used, variables } = await startMetered(wire, { prefix, use: useAll })
    const end = await run(`${name}-generous.yaml`, { text: fiveCalls(model, { limit: 1, params }), variables })
    assert.equal([end.status, server.requests.length], ['completed', 5])
    const spentUsd = sumUsd(used, vendor)
    assert.ok(
      spentUsd > 0.02 && Math.abs(end.usage.cost_usd - spentUsd) < 1e-12,
      `${end.usage.cost_usd}, not ${spentUsd}`,
    )
  })

  test(`${model}: a vendor that gives no numbers can't make a run spend more`, async () => {
    const server = await startWireServer(wire)
    servers.push(server)
    server.answerWith({ kind: 'answer', answer: { text: ['hi'], usage: null } })
    const variables = { [`${prefix}_BASE_URL`]: server.baseUrl, [`${prefix}_API_KEY`]: KEY }
    const end = await run(`${name}-silent.yaml`, { text: fiveCalls(model, { limit: 0.01, params }), variables })
    assert.equal([end.error.code, end.usage.cost_usd, server.requests.length], ['budget_exceeded', null, 2])
  })
}

/** Each call once, one after the other, whatever becomes of those before. */
const inTurn = (model: string, count: number): string => `workflow: turns
models: { default: ${model} }
limits: { cost_usd: 0.01 }
steps:
${Array.from({ length: count }, (_, n) => `  - { id: ask_${n}, llm: default, prompt: hi, stream: true, on_error: continue, retry: { max: 1 }, params: { max_tokens: 2812 } }`).join('\n')}
`

test('a stream that broke off may be on the bill, so it counts in full', async () => {
  const server = await startWireServer(openaiWire)
  servers.push(server)
  const variables = { OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: KEY }
  for (const by of ['close', 'reset', { status: 500, message: 'sorry' }] as const) {
    const before = server.requests.length
    server.answerWith({ kind: 'broken', answer: { text: ['a', 'b', 'c'] }, events: 3, by })
    const end = await run('broken.yaml', { text: inTurn('openai/gpt-4.1-mini', 4), variables })
    assert.equal([end.error?.code, server.requests.length - before], ['budget_exceeded', 2], JSON.stringify(by))
    assert.is(end.usage.cost_usd, null)
  }
})

test('a call that was refused is on no bill', async () => {
  const server = await startWireServer(openaiWire)
  servers.push(server)
  const variables = { OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: KEY }
  for (const status of [402, 429, 503]) {
    const before = server.requests.length
    server.answerWith({ kind: 'status', error: { status, message: 'no' } })
    const end = await run('refused.yaml', { text: inTurn('openai/gpt-4.1-mini', 4), variables })
    assert.equal([end.status, server.requests.length - before, end.usage.cost_usd], ['completed', 4, 0], String(status))
  }
})

test('the end of a run that had no more to spend says so, and on what it was spent', async () => {
  const { variables } = await startMetered(openaiWire, { prefix: 'OPENAI', use: useAll })
  const params = ', params: { max_tokens: 2812 }'
  project.write('told.yaml', fiveCalls('openai/gpt-4.1-mini', { limit: 0.01, params }))
  const { stderr, exitCode } = await project.troupe(['run', 'told.yaml'], { env: { ...NO_VARIABLES, ...variables } })
  assert.is(exitCode, 1)
  assert.match(
    stderr,
    /budget_exceeded: the run has reached limits\.cost_usd of 0\.01: 0\.009\d* is spent \(ask_\d 0\.004\d*, ask_\d 0\.004\d*\), and the next call may need 0\.004\d*\n/,
  )
})

const REPORTED = `workflow: reported
models:
  small: openai/gpt-4.1-mini
  careful: anthropic/claude-haiku-4-5
  quick: gemini/gemini-2.5-flash
  here: ollama/llama3.2
  ours: gateway/qwen3
  other: gateway/unheard-of
steps:
  - { id: one, llm: small, prompt: one }
  - { id: two, llm: careful, prompt: two }
  - { id: three, llm: quick, prompt: three, stream: true }
  - { id: four, llm: here, prompt: four }
  - { id: five, llm: ours, prompt: five }
  - { id: six, llm: other, prompt: six }
  - { id: seven, llm: small, prompt: seven, stream: true }
`

// By hand, in millionths of a dollar:
// gpt-4.1-mini      0.40, cached 0.10, out 1.60:              2 × (6,000 × 0.40 + 4,000 × 0.10 + 1,000 × 1.60)          = 8,800
// claude-haiku-4-5  1, cached 0.10, written 1.25, out 5:      2,500 × 1 + 1,500 × 0.10 + 1,000 × 1.25 + 800 × 5         = 7,900
// gemini-2.5-flash  0.30, cached 0.03, out 2.50:              4,000 × 0.30 + 1,000 × 0.03 + 2,000 × 2.50                = 6,230
// gateway/qwen3     2, cached 0.50, written 3, out 4 (ours):  500 × 2 + 400 × 0.50 + 100 × 3 + 200 × 4                  = 2,300
// llama3.2          on this machine                                                                                     = 0
// gateway/unheard-of                                                                                                    unknown
const ROWS = [
  ['openai', 'gpt-4.1-mini', 2, 20_000, 8_000, 2_000, 0.0088, 0],
  ['anthropic', 'claude-haiku-4-5', 1, 5_000, 1_500, 800, 0.0079, 0],
  ['gemini', 'gemini-2.5-flash', 1, 5_000, 1_000, 2_000, 0.00623, 0],
  ['gateway', 'qwen3', 1, 1_000, 400, 200, 0.0023, 0],
  ['ollama', 'llama3.2', 1, 700, 0, 80, 0, 0],
  ['gateway', 'unheard-of', 1, 40, 0, 2, null, 1],
]
const TOTAL_USD = 0.02523

const NOT_TOLD: Usage = { input: 1, cached: 0, output: 1 }

const USED: Record<string, Usage> = {
  openai: { input: 10_000, cached: 4_000, output: 1_000 },
  anthropic: { input: 5_000, cached: 1_500, written: 1_000, output: 800 },
  gemini: { input: 5_000, cached: 1_000, output: 2_000 },
  ollama: { input: 700, cached: 0, output: 80 },
  qwen3: { input: 1_000, cached: 400, written: 100, output: 200 },
  'unheard-of': { input: 40, cached: 0, output: 2 },
}

/** A run with all providers, in a folder of its own. */
const runReported = async (): Promise<string> => {
  const use =
    (name: string) =>
    ({ model }: WireRequest): Usage =>
      USED[model] ?? USED[name] ?? NOT_TOLD
  const start = (wire: WireVendor, prefix: string) => startMetered(wire, { prefix, use: use(wire.name) })
  const [openai, anthropic, gemini, ollama, gateway] = await Promise.all([
    start(openaiWire, 'OPENAI'),
    start(anthropicWire, 'ANTHROPIC'),
    start(geminiWire, 'GEMINI'),
    start(ollamaWire, 'OLLAMA'),
    start(openaiWire, 'GATEWAY'),
  ])
  project.write('reported/reported.yaml', REPORTED)
  project.write(
    'reported/troupe.config.yaml',
    `db: report.db
providers: { gateway: { kind: openai, base_url: "${gateway.server.baseUrl}" } }
prices: { gateway/qwen3: { input: 2, cached: 0.5, cache_write: 3, output: 4 } }
`,
  )
  const { stdout, stderr, exitCode } = await project.troupe(['run', 'reported/reported.yaml', '--json'], {
    env: {
      ...NO_VARIABLES,
      ...openai.variables,
      ...anthropic.variables,
      ...gemini.variables,
      OLLAMA_HOST: ollama.server.baseUrl,
    },
  })
  assert.is(exitCode, 0, stdout + stderr)
  const { run, usage } = JSON.parse(stdout)
  // One price is unknown, and so is the sum.
  assert.is(usage.cost_usd, null)
  return run
}

let reportedRun = ''
test.before(async () => {
  reportedRun = await runReported()
})

const inReported = { cwd: join(project.path, 'reported') }

test('cost-report over a run with all providers is what a hand calculation says', async () => {
  const { stdout, stderr } = await project.troupe(['cost-report', '--json'], inReported)
  const { total_cost_usd, unpriced_calls, rows } = JSON.parse(stdout || stderr)
  assert.equal(
    rows.map(
      ({
        provider,
        model,
        calls,
        input_tokens,
        cached_tokens,
        output_tokens,
        cost_usd,
        unpriced_calls,
      }: JsonObject) => [provider, model, calls, input_tokens, cached_tokens, output_tokens, cost_usd, unpriced_calls],
    ),
    ROWS,
  )
  assert.equal([total_cost_usd, unpriced_calls], [TOTAL_USD, 1])
  const steps = JSON.parse((await project.troupe(['cost-report', '--by', 'step', '--json'], inReported)).stdout)
  assert.equal(
    steps.rows.map(({ step, cost_usd }: JsonObject) => [step, cost_usd]),
    [
      ['two', 0.0079],
      ['three', 0.00623],
      ['one', 0.0044],
      ['seven', 0.0044],
      ['five', 0.0023],
      ['four', 0],
      ['six', null],
    ],
  )
})

test('its table shows the same, free calls and unknown prices', async () => {
  const { stdout } = await project.troupe(['cost-report'], inReported)
  const lines = stdout.trimEnd().split('\n')
  // Saved by caches: 8,000 × 0.30; 1,500 × 0.90 - 1,000 × 0.25; 1,000 × 0.27; 400 × 1.50 - 100 × 1 = 4,270.
  for (const [index, pattern] of [
    /^openai\/gpt-4\.1-mini +2 +20,000 +8,000 +2,000 +\$0\.0088 +\$0\.0024$/,
    /^anthropic\/claude-haiku-4-5 +1 +5,000 +1,500 +800 +\$0\.0079 +\$0\.0011$/,
    /^gemini\/gemini-2\.5-flash +1 +5,000 +1,000 +2,000 +\$0\.0062 +\$0\.0003$/,
    /^gateway\/qwen3 +1 +1,000 +400 +200 +\$0\.0023 +\$0\.0005$/,
    /^ollama\/llama3\.2 +1 +700 +0 +80 +\$0 \(free\)$/,
    /^gateway\/unheard-of +1 +40 +0 +2 +unknown$/,
    /^total +7 +31,740 +10,900 +5,082 +\$0\.0252 and 1 unknown +\$0\.0043$/,
  ].entries())
    assert.match(lines[index + 1] ?? '', pattern)
})

test('the journal says which prices it goes by', async () => {
  const store = await openSqliteStore({ path: join(project.path, 'reported', 'report.db'), durability: 'process' })
  const [created] = await store.readJournal(reportedRun)
  await store.close()
  const own = new Map([['gateway/qwen3', { inputUsd: 2, cachedUsd: 0.5, cacheWriteUsd: 3, outputUsd: 4 }]])
  assert.equal(((created?.data ?? {}) as JsonObject).pricing, { version: createPricing(own).version })
})

test('under limits.cost_usd a model of unknown price is an error before anything runs, unless it is allowed', async () => {
  const { server, variables } = await startMetered(openaiWire, { prefix: 'OPENAI', use: useAll })
  const text = (limits: string): string =>
    `workflow: unpriced\nlimits: { ${limits} }\nsteps:\n  - { id: ask, llm: openai/unheard-of, prompt: Hi, params: { max_tokens: 10 } }\n`
  const refused = await run('unpriced.yaml', { text: text('cost_usd: 1'), variables })
  assert.equal([refused.exitCode, refused.diagnostics[0].code, refused.diagnostics[0].line], [2, 'unpriced_model', 4])
  assert.is(server.requests.length, 0)
  const allowed = await run('unpriced.yaml', { text: text('cost_usd: 1, allow_unpriced: true'), variables })
  assert.equal([allowed.status, allowed.usage.cost_usd], ['completed', null])
  assert.is(server.requests.length, 1)
})

test.run()
