/** Compares the list of prices, and the costs computed from it, with the package that the list is from. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { calcPrice, type Provider, waitForUpdate } from '@pydantic/genai-prices'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { PRICE_LIST, renderPriceList } from '../../../build/prices.ts'
import { costByTable, PRICE_TABLE_VERSION, type PriceList, worstByTable } from '../../../src/actors/llm/price-table.ts'
import type { TokenCounts } from '../../../src/core/pricing.ts'
import { REPOSITORY_FOLDER } from '../../support/child-process.ts'

const test = suite('price table')

const providers = (await waitForUpdate()) ?? []

/** Before and after prices change, at hours of different prices. */
const TIMES = [Date.UTC(2025, 5, 9, 12), Date.UTC(2025, 5, 10), Date.UTC(2026, 8, 1, 2), Date.UTC(2027, 2, 1, 20, 15)]

const USAGES: TokenCounts[] = [
  { input_tokens: 1, cached_tokens: 0, output_tokens: 1 },
  { input_tokens: 10_000, cached_tokens: 4_000, cache_write_tokens: 5_000, output_tokens: 700 },
  { input_tokens: 200_001, cached_tokens: 200_001, output_tokens: 3 },
  { input_tokens: 1_000_000, cached_tokens: 0, cache_write_tokens: 1_000_000, output_tokens: 60_000 },
]

const NOTHING = { input_tokens: 0, cached_tokens: 0, output_tokens: 0 }

const byPackage = (
  model: string,
  list: PriceList,
  { usage, at }: { usage: TokenCounts; at: number },
): number | null => {
  const { input_tokens, cached_tokens, cache_write_tokens = 0, output_tokens } = usage
  const counts = { input_tokens, output_tokens, cache_read_tokens: cached_tokens, cache_write_tokens }
  const found = calcPrice(counts, model, { ...list, timestamp: new Date(at) })
  const isPriced = found?.model_price.input_mtok !== undefined && found.model_price.output_mtok !== undefined
  return isPriced ? found.total_price : null
}

const isNear = (one: number, other: number): boolean => Math.abs(one - other) <= 1e-9 * Math.max(1e-6, Math.abs(other))

/** Names of a vendor's models, some with a date behind. */
const namesOf = ({ models }: Provider): string[] =>
  models.flatMap(({ id }, index) => [id, index % 2 === 0 ? `${id.toUpperCase()}-20250514` : `${id}-2025-05-14`])

test('the list equals that of the installed package', async () => {
  const list = readFileSync(join(REPOSITORY_FOLDER, PRICE_LIST), 'utf8')
  assert.ok(list === (await renderPriceList()), `${PRICE_LIST} is out of date; run: node build/prices.ts`)
  assert.is(JSON.parse(list.split('\n', 1)[0] ?? '').version, PRICE_TABLE_VERSION)
})

test('every model of every vendor costs as in the package, on any day, with any tokens', () => {
  let priced = 0
  const wrong: string[] = []
  for (const provider of providers)
    for (const model of namesOf(provider))
      for (const at of TIMES)
        for (const usage of USAGES) {
          const list = { providerId: provider.id }
          const [ours, theirs] = [costByTable(list, model, { usage, at }), byPackage(model, list, { usage, at })]
          if (ours !== null) priced++
          if (ours === null || theirs === null ? ours !== theirs : !isNear(ours, theirs))
            wrong.push(`${provider.id}/${model} ${JSON.stringify(usage)}: ${ours}, not ${theirs}`)
        }
  assert.equal(wrong.slice(0, 5), [])
  assert.ok(priced > 25_000, `only ${priced} calls were compared`)
})

test('no call of any model costs more than its worst case', () => {
  const wrong: string[] = []
  for (const { id, models } of providers)
    for (const { id: model } of models)
      for (const at of TIMES)
        for (const usage of [...USAGES, NOTHING]) {
          const list = { providerId: id }
          const cost = costByTable(list, model, { usage, at })
          const worst = worstByTable(list, model, { inputTokens: usage.input_tokens, at })
          if ((cost === null) !== (worst === null)) wrong.push(`${id}/${model}: ${cost} of ${worst}`)
          if (cost === null || worst === null) continue
          const most =
            usage.input_tokens * worst.inputUsd + usage.output_tokens * worst.outputUsd + (worst.callUsd ?? 0)
          if (cost > most * (1 + 1e-9)) wrong.push(`${id}/${model}: ${cost} of ${most}`)
        }
  assert.equal(wrong.slice(0, 5), [])
})

test('a vendor is found by the address of its models, as in the package', () => {
  for (const providerApiUrl of [
    'https://api.groq.com/openai/v1',
    'https://openrouter.ai/api/v1',
    'https://api.perplexity.ai',
    'https://mine.openai.azure.com/openai/v1',
    'http://127.0.0.1:8000/v1',
    'https://example.com/https://api.openai.com/v1',
  ])
    for (const model of ['llama-3.3-70b-versatile', 'gpt-5-mini', 'sonar', 'claude-haiku-4-5'])
      for (const usage of USAGES) {
        const call = { usage, at: Date.UTC(2026, 5, 1) }
        const [ours, theirs] = [
          costByTable({ providerApiUrl }, model, call),
          byPackage(model, { providerApiUrl }, call),
        ]
        assert.ok(
          ours === theirs || isNear(ours ?? 0, theirs ?? 1),
          `${providerApiUrl} ${model}: ${ours}, not ${theirs}`,
        )
      }
})

test('the price of each call is part of the cost and of the worst case', () => {
  const list = { providerId: 'perplexity' }
  const call = { usage: NOTHING, at: Date.UTC(2026, 5, 1) }
  assert.is(costByTable(list, 'sonar', call), 0.012)
  assert.is(worstByTable(list, 'sonar', { inputTokens: 0, at: call.at })?.callUsd, 0.012)
})

test.run()
