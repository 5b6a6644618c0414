import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { PRICE_TABLE_VERSION } from '../../../src/actors/llm/price-table.ts'
import { createPricing, type OwnPrice } from '../../../src/actors/llm/prices.ts'
import { REPOSITORY_FOLDER } from '../../support/child-process.ts'

const test = suite('prices')

const AT = Date.UTC(2026, 5, 1)
const USAGE = { input_tokens: 1_000, cached_tokens: 200, output_tokens: 500 }
const MILLION = { input_tokens: 1_000_000, cached_tokens: 0, output_tokens: 0 }

const pricing = createPricing(new Map(), { now: () => AT })

const isNear = (actual: number | null | undefined, expected: number, hint?: string): void =>
  assert.ok(typeof actual === 'number' && Math.abs(actual - expected) < 1e-12, `${hint}: ${actual}, not ${expected}`)

test('the version is that of the installed package, and own prices change it', () => {
  const file = join(REPOSITORY_FOLDER, 'node_modules/@pydantic/genai-prices/package.json')
  const { version } = JSON.parse(readFileSync(file, 'utf8'))
  assert.is(PRICE_TABLE_VERSION, `genai-prices ${version}`)
  assert.is(pricing.version, PRICE_TABLE_VERSION)
  const one: [string, OwnPrice] = ['local/a', { inputUsd: 1, outputUsd: 2 }]
  const two: [string, OwnPrice] = ['local/b', { inputUsd: 3, outputUsd: 4 }]
  const versions = [[one], [one, two], [two, one]].map((own) => createPricing(new Map(own)).version)
  assert.match(versions[0] ?? '', /^genai-prices \S+ \+ own [0-9a-f]{8}$/)
  assert.is.not(versions[0], versions[1])
  assert.is(versions[1], versions[2])
})

const HAND: readonly [provider: string, model: string, usd: number][] = [
  // 800 × 0.25 + 200 × 0.025 + 500 × 2, in millionths
  ['openai', 'gpt-5-mini', 0.001205],
  // 800 × 1 + 200 × 0.1 + 500 × 5
  ['anthropic', 'claude-haiku-4-5', 0.00332],
  // 800 × 0.3 + 200 × 0.03 + 500 × 2.5
  ['gemini', 'gemini-2.5-flash', 0.001496],
  ['ollama', 'llama3.2', 0],
  ['mock', 'echo', 0],
]

for (const [provider, model, usd] of HAND)
  test(`a call of ${provider}/${model} costs $${usd}`, () => {
    isNear(pricing.cost(provider, model, USAGE), usd)
    assert.is(pricing.kind(provider, model), usd === 0 ? 'free' : 'known')
  })

test('a model without a known price is unknown, never free', () => {
  for (const [provider, model] of [
    ['openai', 'gpt-unheard-of'],
    ['openai', 'whisper-1'],
    ['gemini', 'gemma-3'],
    ['my-openai', 'gpt-5-mini'],
    ['ollama', 'gpt-oss:120b-cloud'],
  ] as const) {
    assert.is(pricing.cost(provider, model, USAGE), null, model)
    assert.is(pricing.kind(provider, model), 'unknown', model)
    assert.is(pricing.worstCase(provider, model), null, model)
  }
})

test("the project's own prices win, for cached tokens too", () => {
  const own = createPricing(
    new Map([
      ['openai/gpt-5-mini', { inputUsd: 10, outputUsd: 20 }],
      ['local/qwen3', { inputUsd: 1, outputUsd: 2, cachedUsd: 0.5 }],
      ['local/small', { inputUsd: 0, outputUsd: 0 }],
    ]),
  )
  isNear(own.cost('openai', 'gpt-5-mini', USAGE), 0.02)
  isNear(own.cost('local', 'qwen3', USAGE), 0.0019)
  assert.is(own.cost('local', 'small', USAGE), 0)
  assert.equal(
    ['qwen3', 'small', 'other'].map((model) => own.kind('local', model)),
    ['known', 'free', 'unknown'],
  )
  assert.equal(own.worstCase('local', 'qwen3'), { inputUsd: 1e-6, outputUsd: 2e-6 })
})

test('a provider under its own name has the prices of its vendor', () => {
  const providers = new Map([
    ['fast', { kind: 'openai', baseUrl: 'https://api.groq.com/openai/v1' }],
    ['gpu', { kind: 'ollama', baseUrl: 'http://gpu.example:11434' }],
    ['gateway', { kind: 'openai', baseUrl: 'http://127.0.0.1:8000/v1' }],
    ['second', { kind: 'anthropic' }],
    ['openai', { kind: 'openai', baseUrl: 'https://gateway.example/v1' }],
  ])
  const named = createPricing(new Map(), { providers, now: () => AT })
  assert.is(named.kind('fast', 'llama-3.3-70b-versatile'), 'known')
  assert.is(named.kind('gpu', 'llama3.2'), 'free')
  assert.is(named.kind('gateway', 'gpt-5-mini'), 'unknown')
  isNear(named.cost('second', 'claude-haiku-4-5', USAGE), 0.00332)
  isNear(named.cost('openai', 'gpt-5-mini', USAGE), 0.001205)
})

test('tokens that a vendor writes to its cache have a price of their own', () => {
  // 300 × 1 + 200 × 0.1 + 500 × 1.25 + 500 × 5, in millionths
  isNear(pricing.cost('anthropic', 'claude-haiku-4-5', { ...USAGE, cache_write_tokens: 500 }), 0.003445)
  assert.equal(pricing.worstCase('anthropic', 'claude-haiku-4-5'), { inputUsd: 1.25e-6, outputUsd: 5e-6 })
  const own = createPricing(new Map([['local/a', { inputUsd: 1, outputUsd: 2, cachedUsd: 0.5, cacheWriteUsd: 4 }]]))
  // 300 × 1 + 200 × 0.5 + 500 × 4 + 500 × 2
  isNear(own.cost('local', 'a', { ...USAGE, cache_write_tokens: 500 }), 0.0034)
  assert.equal(own.worstCase('local', 'a'), { inputUsd: 4e-6, outputUsd: 2e-6 })
})

test('the worst case of a long input has the price of long inputs', () => {
  const at = (tokens?: number) => pricing.worstCase('gemini', 'gemini-2.5-pro', tokens)
  assert.equal(at(200_000), { inputUsd: 1.25e-6, outputUsd: 10e-6 })
  assert.equal(at(200_001), { inputUsd: 2.5e-6, outputUsd: 15e-6 })
  assert.equal(at(), at(200_001))
})

test('a price counts from its day on', () => {
  const on = (at: number) => createPricing(new Map(), { now: () => at })
  const [before, after] = [on(Date.UTC(2025, 5, 9)), on(Date.UTC(2025, 5, 10))]
  isNear(before.cost('openai', 'o3', MILLION), 10)
  isNear(after.cost('openai', 'o3', MILLION), 2)
  isNear(before.worstCase('openai', 'o3')?.inputUsd, 10e-6)
  isNear(after.worstCase('openai', 'o3')?.inputUsd, 2e-6)
})

test('no call of a model in the table costs more than its worst case', () => {
  const models = ['gpt-5-mini', 'gpt-5.6-sol', 'gpt-4o', 'o3', 'gpt-6-luna'].map((model) => ['openai', model] as const)
  for (const [provider, model] of [
    ...models,
    ['gemini', 'gemini-2.5-pro'],
    ['anthropic', 'claude-sonnet-4-6'],
  ] as const)
    for (const input_tokens of [1, 200_000, 272_001, 1_000_000])
      for (const cached_tokens of [0, input_tokens / 2, input_tokens]) {
        const worst = pricing.worstCase(provider, model, input_tokens)
        const cost = pricing.cost(provider, model, { input_tokens, cached_tokens, output_tokens: 777 })
        assert.ok(worst !== null && cost !== null, model)
        assert.ok(cost <= input_tokens * worst.inputUsd + 777 * worst.outputUsd + 1e-9, `${model} ${input_tokens}`)
      }
})

test('more cached tokens than tokens do not fail', () => {
  isNear(pricing.cost('openai', 'gpt-5-mini', { input_tokens: 100, cached_tokens: 900, output_tokens: 0 }), 2.5e-6)
})

test.run()
