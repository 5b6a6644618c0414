import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { AnswerCache } from '../../../src/actors/llm/answer-cache.ts'
import { createLlmActor } from '../../../src/actors/llm/llm-actor.ts'
import type { LlmAnswer } from '../../../src/actors/llm/provider.ts'
import { isCancelled } from '../../../src/core/cancelled.ts'
import { Fault } from '../../../src/core/fault.ts'
import type { JsonValue } from '../../../src/core/json.ts'
import type { LlmInput } from '../../../src/core/llm.ts'
import { createActorContext } from '../../support/actor-context.ts'
import { catchFault } from '../../support/catch-fault.ts'

const HOUR = 3_600_000

const ASKED: LlmInput = {
  model: 'vendor/large',
  messages: [{ role: 'user', content: 'Bug or question?' }],
  params: {},
  call: 0,
}

const createCache = () => {
  const kept = new Map<string, { value: JsonValue; expiresAt: number }>()
  const cache: AnswerCache = {
    async read(key, at) {
      const found = kept.get(key)
      return found !== undefined && found.expiresAt > at ? found.value : undefined
    },
    async write({ key, value, expiresAt }) {
      kept.set(key, { value: JSON.parse(JSON.stringify(value)), expiresAt })
    },
  }
  return { cache, kept }
}

type Said = Partial<LlmAnswer> | Fault

/** A model that gives these answers in turn, then the last one again, with a cache and a clock. */
const createModel = (...said: Said[]) => {
  const { cache, kept } = createCache()
  const model = { calls: 0, at: 1_000_000, kept, cache }
  const provider = {
    name: 'vendor',
    async call(): Promise<LlmAnswer> {
      model.calls++
      const now = said[Math.min(model.calls, said.length) - 1] ?? {}
      if (now instanceof Fault) throw now
      const usage = { input_tokens: 10, cached_tokens: 0, output_tokens: 5 }
      return { text: 'A bug.', toolCalls: [], finish: 'stop', usage, ...now }
    },
  }
  const perform = async (input: LlmInput, overrides: Parameters<typeof createActorContext>[0] = {}) => {
    const context = createActorContext(overrides)
    const actor = createLlmActor(provider, { price: () => 1, cache: { cache: model.cache, now: () => model.at } })
    return { output: await actor.perform(input, context), context }
  }
  const ask = (input: Partial<LlmInput> = {}, overrides = {}) =>
    perform({ ...ASKED, cache_ms: HOUR, ...input }, overrides)
  return { model, perform, ask }
}

const returns = { type: 'object', properties: { label: { enum: ['bug', 'question'] } }, required: ['label'] }
const tools = [{ name: 'http.get', description: 'Gets a page.', input: { type: 'object' } }]

const test = suite('cached actor')

test('an equal request is answered from the cache, at no cost', async () => {
  const { model, ask } = createModel()
  const first = await ask()
  const second = await ask({ call: 3 })
  assert.equal([first.output, second.output], [{ text: 'A bug.' }, { text: 'A bug.' }])
  assert.is(model.calls, 1)
  const free = { input_tokens: 0, cached_tokens: 0, output_tokens: 0, cost_usd: 0, cache_hits: 1 }
  assert.equal(second.context.used, [{ provider: 'vendor', model: 'large', ...free }])
  assert.equal(first.context.used[0]?.cost_usd, 1)
})

test('without `cache` the model is asked, and nothing is kept', async () => {
  const { model, perform } = createModel()
  await perform(ASKED)
  await perform(ASKED)
  assert.equal([model.calls, model.kept.size], [2, 0])
})

for (const [what, input, pieces] of [
  ['text', {}, ['A bug.']],
  ['value', { returns }, ['{"label":"bug"}']],
] as [string, Partial<LlmInput>, string[]][])
  test(`a hit streams its ${what} in one piece`, async () => {
    const { ask } = createModel({ text: what === 'text' ? 'A bug.' : '{ "label": "bug" }' })
    await ask(input)
    const { context } = await ask({ ...input, stream: true })
    assert.equal(
      context.progressed,
      pieces.map((text) => ({ kind: 'text', text })),
    )
    assert.equal((await ask(input)).context.progressed, [])
  })

test('after its time the model is asked again, and the new answer is kept', async () => {
  const { model, ask } = createModel({ text: 'first' }, { text: 'second' })
  await ask()
  model.at += HOUR - 1
  assert.equal((await ask()).output, { text: 'first' })
  model.at += 1
  assert.equal((await ask()).output, { text: 'second' })
  assert.equal((await ask()).output, { text: 'second' })
  assert.is(model.calls, 2)
})

test('a step with a shorter `cache` does not take an older answer', async () => {
  const { model, ask } = createModel({ text: 'first' }, { text: 'second' })
  await ask({ cache_ms: 24 * HOUR })
  model.at += HOUR
  assert.equal((await ask({ cache_ms: 2 * HOUR })).output, { text: 'first' })
  assert.equal((await ask({ cache_ms: HOUR })).output, { text: 'second' })
})

const NOT_KEPT: [string, Said, Partial<LlmInput>, string][] = [
  ['refusal', { finish: 'refused' }, {}, 'refused'],
  ['answer that was cut off', { finish: 'length' }, {}, 'invalid_output'],
  ['answer that does not fit twice', { text: '{"label":"idea"}' }, { returns }, 'invalid_output'],
  ['fault of the provider', new Fault('unavailable', 'down', { retryable: true }), {}, 'unavailable'],
]
for (const [what, said, input, code] of NOT_KEPT)
  test(`a ${what} is not kept, so that a retry asks the model`, async () => {
    const { model, ask } = createModel(said)
    assert.is((await catchFault(() => ask(input))).code, code)
    const calls = model.calls
    assert.is((await catchFault(() => ask(input, { attempt: 2 }))).code, code)
    assert.is(model.calls, 2 * calls)
    assert.is(model.kept.size, 0)
  })

test('after a repair the matching answer is kept, for the original request', async () => {
  const { model, ask } = createModel({ text: '{"label":"idea"}' }, { text: '{"label":"bug"}' })
  assert.equal((await ask({ returns })).output, { label: 'bug' })
  assert.equal((await ask({ returns })).output, { label: 'bug' })
  assert.equal([model.calls, model.kept.size], [2, 1])
})

test('each turn with tools is kept under the conversation so far', async () => {
  const call = { id: 'c1', name: 'http_get', arguments: '{"url":"https://a.example"}', opaque: { signature: 'abc' } }
  const { model, ask } = createModel({ text: '', toolCalls: [call] }, { text: 'It rains.' })
  const turn = async () => {
    const first = await ask({ tools })
    const { tool_calls } = first.output as { tool_calls: [] }
    const result = { role: 'tool', tool_call_id: 'c1', name: 'http.get', content: 'rain' } as const
    const second = await ask({ tools, messages: [{ role: 'assistant', content: '', tool_calls }, result] })
    return [first.output, second.output]
  }
  const asked = await turn()
  assert.equal(await turn(), asked)
  assert.is(model.calls, 2)
  assert.equal((asked[0] as { tool_calls: unknown }).tool_calls, [{ ...call, name: 'http.get' }])
  assert.equal(asked[1], { text: 'It rains.', tool_calls: [], output: { text: 'It rains.' } })
})

for (const [what, answer] of [
  ['says nothing', { text: '' }],
  ['calls a tool that does not exist', { toolCalls: [{ id: 'c', name: 'http_fetch', arguments: '{}' }] }],
  ['calls a tool with text that is not JSON', { toolCalls: [{ id: 'c', name: 'http_get', arguments: '{"url"' }] }],
] as [string, Partial<LlmAnswer>][])
  test(`a turn that ${what} is not kept`, async () => {
    const { model, ask } = createModel(answer)
    await ask({ tools })
    await ask({ tools })
    assert.equal([model.calls, model.kept.size], [2, 0])
  })

test('a failing cache costs a call, and is logged without content', async () => {
  const { model, ask } = createModel()
  const fail = async (): Promise<never> => {
    throw new Error('disk full')
  }
  model.cache.read = fail
  model.cache.write = fail
  const { output, context } = await ask()
  assert.equal(output, { text: 'A bug.' })
  assert.is(context.logged.length, 2)
  assert.not.match(context.logged.join(), 'bug')
})

test('an answer that is kept in an unknown form is asked for again', async () => {
  const { model, ask } = createModel()
  model.cache.read = async () => ({ said: 'A bug.' })
  await ask()
  assert.is(model.calls, 1)
})

test('a call that is cancelled while the cache is read has no answer', async () => {
  const { model, ask } = createModel()
  await ask()
  const abort = new AbortController()
  const read = model.cache.read
  model.cache.read = (...given) => {
    abort.abort()
    return read(...given)
  }
  const thrown = await ask({}, { signal: abort.signal }).catch((error: unknown) => error)
  assert.ok(isCancelled(thrown))
})

test('a wrong input is a fault, as without a cache', async () => {
  const { ask } = createModel()
  const fault = await catchFault(() => ask({ messages: 'hello' as never }))
  assert.equal([fault.code, fault.retryable], ['invalid_input', false])
})

test.run()
