import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toBatches } from '../../../src/actors/embedding/batches.ts'
import { loadEmbedder } from '../../../src/actors/embedding/embedders.ts'
import { createPricing } from '../../../src/actors/llm/prices.ts'
import { EMBEDDING_KINDS, PROVIDER_KINDS } from '../../../src/actors/llm/providers.ts'
import { hashJson } from '../../../src/core/hash.ts'
import { embeddingContract } from '../../contract/embedding-provider.ts'
import { createActorContext } from '../../support/actor-context.ts'
import { catchFault } from '../../support/catch-fault.ts'
import { sendJson, startHttpServer } from '../../support/http-server.ts'
import { EMBEDDING_VENDORS } from '../../support/wire/embeddings.ts'

for (const vendor of EMBEDDING_VENDORS) embeddingContract(vendor)

const test = suite('embedders')

const embed = async (texts: string[], options: { model?: string; dimensions?: number } = {}) => {
  const context = createActorContext()
  const embedder = await loadEmbedder('mock')
  const { vectors } = await embedder.perform({ model: 'mock/embed', texts, ...options }, context)
  return { vectors, used: context.used }
}

const nearness = (one: readonly number[] = [], other: readonly number[] = []): number =>
  one.reduce((sum, value, place) => sum + value * (other[place] ?? 0), 0)

test('every kind with vectors is held to the contract', () => {
  assert.equal([...EMBEDDING_KINDS].sort(), ['mock', ...EMBEDDING_VENDORS.map(({ kind }) => kind)].sort())
})

for (const kind of PROVIDER_KINDS.filter((one) => !EMBEDDING_KINDS.includes(one)))
  test(`${kind} has no vectors, and the fault names the kinds that have`, async () => {
    const fault = await catchFault(() => loadEmbedder(kind))
    assert.equal([fault.code, fault.retryable], ['invalid_input', false])
    assert.is(
      fault.message,
      `'${kind}' has no models that turn texts into vectors: expected a provider of the kind mock, openai, gemini, ollama, mistral, openrouter, azure`,
    )
  })

test('a provider that does not exist is not found, with the nearest name', async () => {
  const fault = await catchFault(() => loadEmbedder('olama'))
  assert.equal([fault.code, fault.message.includes("did you mean 'ollama'?")], ['not_found', true])
})

test('a server under a name of its own gives vectors, at an unknown price', async () => {
  const [vendor] = EMBEDDING_VENDORS
  if (vendor === undefined) throw new Error('no vendor')
  const server = await startHttpServer((_, response) => sendJson(response, vendor.encode([[3, 4]], 7)))
  const context = createActorContext()
  try {
    const embedder = await loadEmbedder('local', {
      price: createPricing().cost,
      providers: { local: { kind: 'openai', settings: { baseUrl: server.url } } },
    })
    assert.equal(await embedder.perform({ model: 'local/bge-m3', texts: ['Paris'] }, context), {
      vectors: [[0.6, 0.8]],
    })
  } finally {
    await server.stop()
  }
  assert.equal(
    context.used.map(({ provider, model, input_tokens, cost_usd }) => [provider, model, input_tokens, cost_usd]),
    [['local', 'bge-m3', 7, null]],
  )
  assert.is(server.requests[0]?.headers.authorization, undefined)
})

test('mock/embed gives a text the same vector of the norm 1 each time, alone and among others', async () => {
  const [alone] = (await embed(['The cat sat.'])).vectors
  const [, among] = (await embed(['A dog.', 'The cat sat.'])).vectors
  assert.equal(alone, among)
  assert.ok(Math.abs(nearness(alone, alone) - 1) < 1e-12)
  const rounded = alone?.map((one) => Math.round(one * 1e6) + 0)
  // It is the same on every machine and in every release.
  assert.is(hashJson(rounded).slice(0, 12), '4535ac93b692')
})

test('mock/embed places similar texts nearer than different ones', async () => {
  const { vectors } = await embed([
    'How do I reset my password?',
    'Resetting a password',
    'The invoice of March is wrong',
    'invoices for march',
    'Grüße aus Zürich',
  ])
  const [reset, resetting, invoice, invoices, greeting] = vectors
  assert.ok(nearness(reset, resetting) > nearness(reset, invoice) + 0.2)
  assert.ok(nearness(invoice, invoices) > nearness(invoice, reset) + 0.2)
  assert.ok(Math.abs(nearness(greeting, reset)) < 0.3)
})

test('mock/embed takes dimensions, also very few, and texts without letters', async () => {
  for (const dimensions of [1, 2, 1024]) {
    const { vectors } = await embed(['Paris', '!?', '東京'], { dimensions })
    for (const vector of vectors) {
      assert.is(vector.length, dimensions)
      assert.ok(Math.abs(nearness(vector, vector) - 1) < 1e-12)
    }
  }
})

test('mock/embed is free, and counts', async () => {
  const { used } = await embed(['Paris', 'Rome'])
  assert.equal(
    used.map(({ input_tokens, output_tokens }) => [input_tokens, output_tokens]),
    [[3, 0]],
  )
})

test('another mock model turns no texts into vectors', async () => {
  const fault = await catchFault(() => embed(['Paris'], { model: 'mock/echo' }))
  assert.equal(
    [fault.code, fault.message],
    ['not_found', "'mock/echo' turns no texts into vectors: expected mock/embed"],
  )
})

for (const [what, input] of [
  ['no list of texts', { texts: 'Paris' }],
  ['a text that is a number', { texts: [1] }],
  ['dimensions below 1', { texts: ['a'], dimensions: 0 }],
  ['half a dimension', { texts: ['a'], dimensions: 1.5 }],
] as const)
  test(`${what} is the fault invalid_input`, async () => {
    const embedder = await loadEmbedder('mock')
    const perform = embedder.perform as (given: unknown, context: unknown) => Promise<unknown>
    const fault = await catchFault(() => perform({ model: 'mock/embed', ...input }, createActorContext()))
    assert.is(fault.code, 'invalid_input')
  })

test('batches keep the order, and a text of any size goes', () => {
  assert.equal(toBatches(['a', 'bb', 'c', 'dddddd', 'e'], { texts: 2, bytes: 3 }), [
    ['a', 'bb'],
    ['c'],
    ['dddddd'],
    ['e'],
  ])
  assert.equal(toBatches([], { texts: 2 }), [])
})

test.run()
