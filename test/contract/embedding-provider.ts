/**
 * Holds every provider of vectors to its contract: each text gets its own vector, of the norm 1, whatever the order, encoding and size of
 * the answers; an answer that is wrong or cut is a fault, and never a vector.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadEmbedder } from '../../src/actors/embedding/embedders.ts'
import { createPricing } from '../../src/actors/llm/prices.ts'
import type { ProviderSettings } from '../../src/actors/llm/provider.ts'
import { expectServer } from '../../src/actors/llm/providers.ts'
import { Cancelled } from '../../src/core/cancelled.ts'
import type { EmbeddingInput, EmbeddingOutput } from '../../src/core/embedding.ts'
import type { JsonValue } from '../../src/core/json.ts'
import { createActorContext, type TestContext } from '../support/actor-context.ts'
import { catchFault } from '../support/catch-fault.ts'
import { type ReceivedRequest, sendJson, startHttpServer, type TestServer } from '../support/http-server.ts'
import type { EmbeddingVendor } from '../support/wire/embeddings.ts'

const KEY = 'key-planted-7f3a91c25e'

type Reply = (request: ReceivedRequest, response: Parameters<Parameters<typeof startHttpServer>[0]>[1]) => void

export const embeddingContract = (vendor: EmbeddingVendor): void => {
  const test = suite(`embeddings: ${vendor.kind}`)
  let server: TestServer
  let reply: Reply
  let mark = 0
  test.before(async () => {
    server = await startHttpServer((request, response) => reply(request, response))
  })
  test.before.each(() => {
    mark = server.requests.length
  })
  test.after(() => server.stop())

  const since = () => server.requests.slice(mark)
  const load = (settings: Partial<ProviderSettings> = {}, pricing = createPricing()) =>
    loadEmbedder(vendor.kind, {
      price: pricing.cost,
      providers: { [vendor.kind]: { kind: vendor.kind, settings: { baseUrl: server.url, apiKey: KEY, ...settings } } },
    })
  const embed = async (
    input: Partial<EmbeddingInput>,
    context: TestContext = createActorContext(),
  ): Promise<EmbeddingOutput> =>
    (await load()).perform({ model: `${vendor.kind}/${vendor.model}`, texts: ['Paris'], ...input }, context)
  const answer = (vectors: readonly JsonValue[], tokens = 3): void => {
    reply = (_request, response) => sendJson(response, vendor.encode(vectors, tokens))
  }
  /** Sends a body as it is. */
  const answerRaw = (text: string): void => {
    reply = (_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(text)
  }
  /** Gives each text a vector that tells it. */
  const answerEach = (): void => {
    reply = (request, response) =>
      sendJson(
        response,
        vendor.encode(
          vendor.read(request).texts.map((text) => [text.length, 1]),
          5,
        ),
      )
  }

  test('texts go out with the key and the model, and come back as vectors of the norm 1', async () => {
    answer([
      [3, 4],
      [0, -2],
    ])
    assert.equal(await embed({ texts: ['Paris', 'Rome \u{1f5fc}'] }), {
      vectors: [
        [0.6, 0.8],
        [0, -1],
      ],
    })
    const [sent, ...more] = since().map(vendor.read)
    const { path, apiKey, model, texts } = sent ?? {}
    assert.equal([path, apiKey, model, texts, more], [vendor.path, KEY, vendor.model, ['Paris', 'Rome \u{1f5fc}'], []])
  })

  test('dimensions arrive by the name of the vendor, and are absent unless they are asked for', async () => {
    answer([[3, 4]])
    await embed({ dimensions: 2 })
    await embed({})
    assert.equal(
      since().map((request) => vendor.read(request).dimensions),
      [2, undefined],
    )
  })

  test('usage and cost are those of the input', async () => {
    const context = createActorContext()
    answer([[3, 4]], 1_000_000)
    await embed({}, context)
    const [used, ...more] = context.used
    const { provider, model, input_tokens, output_tokens, cost_usd } = used ?? {}
    assert.equal([provider, model, input_tokens, output_tokens, more], [vendor.kind, vendor.model, 1_000_000, 0, []])
    assert.is(cost_usd, vendor.price)
  })

  test('an answer without usage counts as a call of an unknown price', async () => {
    const context = createActorContext()
    const { usage: _, usageMetadata: __, prompt_eval_count: ___, ...body } = vendor.encode([[3, 4]], 3)
    answerRaw(JSON.stringify(body))
    await embed({}, context)
    assert.equal(
      context.used.map(({ input_tokens, cost_usd }) => [input_tokens, cost_usd]),
      [[0, vendor.price === 0 ? 0 : null]],
    )
  })

  test('more texts than a request takes go in several, and come back in their order', async () => {
    const { limits } = expectServer(vendor.kind).embeddings ?? {}
    const most = limits?.texts ?? 0
    answerEach()
    const context = createActorContext()
    const texts = Array.from({ length: most * 2 + 1 }, (_, place) => 'x'.repeat((place % 7) + 1))
    const { vectors } = await embed({ texts }, context)
    assert.equal(
      since().map((request) => vendor.read(request).texts.length),
      [most, most, 1],
    )
    for (const [place, [first = 0, second = 1]] of vectors.entries())
      assert.is(Math.round(first / second), texts[place]?.length)
    assert.equal(
      context.used.map(({ input_tokens }) => input_tokens),
      [5, 5, 5],
    )
  })

  test('long texts are spread over requests by their bytes', async () => {
    const bytes = expectServer(vendor.kind).embeddings?.limits.bytes
    if (bytes === undefined) return
    answerEach()
    const half = 'é'.repeat(Math.ceil(bytes / 4) + 1)
    await embed({ texts: [half, half, half, half.repeat(5)] })
    assert.equal(
      since().map((request) => vendor.read(request).texts.length),
      [1, 1, 1, 1],
    )
  })

  test('no texts are no vectors, and nothing is asked', async () => {
    assert.equal(await embed({ texts: [] }), { vectors: [] })
    assert.is(since().length, 0)
  })

  for (const texts of [
    ['Paris', ''],
    ['Paris', ' \n'],
  ])
    test(`a text without a word is refused before anything is asked: ${JSON.stringify(texts)}`, async () => {
      const fault = await catchFault(() => embed({ texts }))
      assert.equal([fault.code, fault.retryable, since().length], ['invalid_input', false, 0])
      assert.match(fault.message, "'texts[1]' is empty")
    })

  test('half of a character goes out as one that JSON can hold', async () => {
    answer([[3, 4]])
    await embed({ texts: ['a\ud83d'] })
    assert.equal(vendor.read(since()[0] as ReceivedRequest).texts, ['a\ufffd'])
  })

  test('floats in Base64 are the same vectors', async () => {
    answer([toBase64([3, 4]), toBase64([0.5, 0])])
    assert.equal(await embed({ texts: ['Paris', 'Rome'] }), {
      vectors: [
        [0.6, 0.8],
        [1, 0],
      ],
    })
  })

  if (vendor.hasIndexes)
    test('a vector belongs to the text of its index, wherever it stands', async () => {
      const { data, ...rest } = vendor.encode(
        [
          [3, 4],
          [0, 1],
          [1, 0],
        ],
        3,
      )
      answerRaw(JSON.stringify({ ...rest, data: Array.isArray(data) ? [data[2], data[0], data[1]] : [] }))
      assert.equal((await embed({ texts: ['a', 'b', 'c'] })).vectors, [
        [0.6, 0.8],
        [0, 1],
        [1, 0],
      ])
    })

  if (vendor.hasIndexes)
    for (const [what, indexes, isRight] of [
      ['are all absent', [undefined, undefined], true],
      ['are equal', [0, 0], false],
      ['begin at 1', [1, 2], false],
      ['are no numbers', ['a', 'b'], false],
    ] as const)
      test(`indexes that ${what} are ${isRight ? 'the places themselves' : 'a retryable fault'}`, async () => {
        const { data, ...rest } = vendor.encode(
          [
            [1, 0],
            [0, 1],
          ],
          3,
        )
        const parts = Array.isArray(data) ? data : []
        const moved = parts.map((part, place) => ({ ...(part as object), index: indexes[place] }))
        answerRaw(JSON.stringify({ ...rest, data: moved }))
        if (isRight)
          return assert.equal((await embed({ texts: ['a', 'b'] })).vectors, [
            [1, 0],
            [0, 1],
          ])
        const fault = await catchFault(() => embed({ texts: ['a', 'b'] }))
        assert.equal([fault.code, fault.retryable], ['invalid_output', true], fault.message)
      })

  for (const [what, vectors, says] of [
    ['fewer vectors than texts', [[1, 0]], 'it sent 1 vectors for 2 texts'],
    [
      'more vectors than texts',
      [
        [1, 0],
        [0, 1],
        [1, 1],
      ],
      'it sent 3 vectors for 2 texts',
    ],
    [
      'vectors of different lengths',
      [
        [1, 0],
        [1, 0, 0],
      ],
      'the vector of text 2 has 3 numbers: expected 2',
    ],
    ['an empty vector', [[1, 0], []], 'the vector of text 2 is wrong: it is empty'],
    ['no vector', [[1, 0], null], 'it holds no numbers'],
    [
      'null among the numbers',
      [
        [1, 0],
        [1, null],
      ],
      'its number 2 is null',
    ],
    [
      'a text among the numbers',
      [
        [1, 0],
        [1, 'NaN'],
      ],
      'its number 2 is "NaN"',
    ],
    [
      'zeros alone',
      [
        [1, 0],
        [0, 0],
      ],
      'it holds zeros alone',
    ],
    ['floats that are not numbers', [[1, 0], toBase64([Number.NaN, 1])], 'its number 1 is NaN'],
    ['floats that are infinite', [[1, 0], toBase64([1, Number.POSITIVE_INFINITY])], 'its number 2 is Infinity'],
    ['floats that were cut', [[1, 0], toBase64([1, 2]).slice(0, 9)], 'it holds no numbers'],
    ['a text that is not Base64', [[1, 0], '!!!!'], 'it holds no numbers'],
  ] as const satisfies [string, readonly JsonValue[], string][])
    test(`${what} are a retryable fault, and the call counts`, async () => {
      const context = createActorContext()
      answer(vectors)
      const fault = await catchFault(() => embed({ texts: ['Paris', 'Rome'] }, context))
      assert.equal([fault.code, fault.retryable], ['invalid_output', true])
      assert.ok(fault.message.includes(says), fault.message)
      assert.is(context.used.length, 1)
    })

  test('a number that would lose digits is the fault unsafe_number', async () => {
    answerRaw(JSON.stringify(vendor.encode([[1, '#']], 3)).replace('"#"', '7615917337495251231'))
    const fault = await catchFault(() => embed({}))
    assert.equal([fault.code, fault.retryable], ['unsafe_number', false], fault.message)
  })

  test('a number beyond all numbers is a fault', async () => {
    answerRaw(JSON.stringify(vendor.encode([[1, '#']], 3)).replace('"#"', '1e999'))
    assert.is((await catchFault(() => embed({}))).code, 'invalid_output')
  })

  test('a model that passes over dimensions is a fault that says so, and is not retried', async () => {
    answer([
      [1, 0, 0],
      [0, 1, 0],
    ])
    const fault = await catchFault(() => embed({ texts: ['Paris', 'Rome'], dimensions: 2 }))
    assert.equal([fault.code, fault.retryable], ['invalid_output', false])
    assert.match(fault.message, /sent vectors of 3 numbers: expected 2, as 'dimensions' says\nremove dimensions/)
  })

  test('an answer that was cut anywhere is a retryable fault, and never vectors', async () => {
    const whole = JSON.stringify(
      vendor.encode(
        [
          [3, 4],
          [1, 0],
        ],
        3,
      ),
    )
    for (let end = 0; end < whole.length; end++) {
      answerRaw(whole.slice(0, end))
      const fault = await catchFault(() => embed({ texts: ['Paris', 'Rome'] }))
      assert.ok(fault.retryable && ['invalid_output', 'unavailable'].includes(fault.code), `${end}: ${fault.message}`)
    }
  })

  test('a connection that breaks within the answer is the retryable fault unavailable', async () => {
    reply = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '9000' })
      response.write('{"data":[')
      setImmediate(() => response.socket?.resetAndDestroy())
    }
    const fault = await catchFault(() => embed({}))
    assert.equal([fault.code, fault.retryable], ['unavailable', true], fault.message)
  })

  for (const body of ['<html>Login</html>', '[]', '{"choices":[]}', 'null'])
    test(`a 200 with ${body} is a retryable fault that shows it`, async () => {
      answerRaw(body)
      const fault = await catchFault(() => embed({}))
      assert.equal([fault.code, fault.retryable], ['invalid_output', true])
      assert.ok(fault.message.includes(body), fault.message)
    })

  test('an error in a 200 is the fault of its kind', async () => {
    answerRaw(JSON.stringify({ error: { message: 'Rate limit reached', type: 'rate_limit_error' } }))
    assert.is((await catchFault(() => embed({}))).code, 'rate_limited')
  })

  for (const [status, code, retryable] of [
    [400, 'invalid_input', false],
    [401, 'unauthorized', false],
    [404, 'not_found', false],
    [429, 'rate_limited', true],
    [503, 'unavailable', true],
  ] as const)
    test(`${status} is the fault ${code}, in the vendor's words and without the key`, async () => {
      const context = createActorContext()
      reply = (_request, response) => sendJson(response, vendor.encodeError(`No: ${KEY}`), status)
      const fault = await catchFault(() => embed({}, context))
      assert.equal([fault.code, fault.retryable, context.used], [code, retryable, []])
      assert.ok(fault.message.includes('No:') && !fault.message.includes(KEY), fault.message)
    })

  test('a text beyond the window of the model is too_large, and is not cut', async () => {
    const words = 'the input length exceeds the context length'
    reply = (_request, response) => sendJson(response, vendor.encodeError(words), 400)
    const fault = await catchFault(() => embed({}))
    assert.equal([fault.code, fault.retryable], ['too_large', false])
  })

  test('an abort ends the request', async () => {
    const stop = new AbortController()
    reply = () => stop.abort()
    const thrown = await embed({}, createActorContext({ signal: stop.signal })).catch((error: unknown) => error)
    assert.ok(thrown instanceof Cancelled, String(thrown))
  })

  test('headers, query and body of the settings go out with it', async () => {
    answer([[3, 4]])
    const embedder = await load({ headers: { 'x-team': 'a' }, query: { trace: '1' }, body: { user: 'me' } })
    await embedder.perform({ model: `${vendor.kind}/${vendor.model}`, texts: ['Paris'] }, createActorContext())
    const [sent] = since()
    assert.equal(
      [sent?.headers['x-team'], sent?.url.includes('trace=1'), JSON.parse(sent?.body ?? '').user],
      ['a', true, 'me'],
    )
  })

  test('a missing key is told before anything is asked', async () => {
    const providers = { [vendor.kind]: { kind: vendor.kind, settings: { baseUrl: server.url, keyVariable: 'MY_KEY' } } }
    const embedder = await loadEmbedder(vendor.kind, { providers })
    const fault = await catchFault(() =>
      embedder.perform({ model: `${vendor.kind}/x`, texts: ['a'] }, createActorContext()),
    )
    assert.equal([fault.code, since().length], ['unauthorized', 0])
    assert.match(fault.message, 'MY_KEY is not set')
  })

  test.run()
}

const toBase64 = (numbers: readonly number[]): string =>
  Buffer.from(new Float32Array(numbers).buffer).toString('base64')
